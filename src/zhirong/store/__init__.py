"""The database: the only Django models, migrations and queries. SQLite by default, PostgreSQL for many users.

Call ``zhirong.store.setup.ready()`` before importing anything else from here.
"""
