"""One function a business operation: permission, state, rule, write and event in one transaction (see ``pattern``).

Call ``zhirong.store.setup.ready()`` before importing anything else from here.
"""
