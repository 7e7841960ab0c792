"""The operations: each one checks permission, state and rules, writes its rows and records its event in one
transaction (see ``run``).

Call ``zhirong.store.setup.ready()`` before importing anything else from this package.
"""
