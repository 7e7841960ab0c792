"""Django's settings of the store alone, from the environment.

ZHIRONG_DATA: folder of the database and the register's key, ``zhirong-data`` where not said. DATABASE_URL: see
``database_url``. The web adds its own to these.
"""

import os
from pathlib import Path

from zhirong.store.database_url import database

DATA = Path(os.environ.get("ZHIRONG_DATA", "zhirong-data"))
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), DATA)}
INSTALLED_APPS = ["zhirong.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
# Nothing is signed with it here; the web sets its own.
SECRET_KEY = ""
