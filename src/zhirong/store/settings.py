"""Django's settings of the store, from the environment: the database and the accounts.

ZHIRONG_DATA: folder of the database, the files and the register's key, ``zhirong-data`` by default. DATABASE_URL:
see ``database_url``. ZHIRONG_CHECKPOINT_COPY: a file outside the data folder, on another disk or machine, to which
the last signed checkpoint is copied. ``zhirong.web.settings`` adds pages and sign-in to these.
"""

import os
from pathlib import Path

from zhirong.store.database_url import database

DATA = Path(os.environ.get("ZHIRONG_DATA", "zhirong-data"))
_COPY = os.environ.get("ZHIRONG_CHECKPOINT_COPY", "")
CHECKPOINT_COPY = Path(_COPY) if _COPY else None
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), DATA)}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "zhirong.store",
]
AUTH_USER_MODEL = "store.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
# The store signs nothing with it; the web sets its own.
SECRET_KEY = ""
