"""The platform's settings for the type checker, which imports them: with a secret and a folder in which nothing is written."""

import os
import tempfile

os.environ.setdefault("ZHIRONG_SECRET", "for the type checker only, signs nothing at all")
os.environ.setdefault("ZHIRONG_DATA", tempfile.gettempdir())

from zhirong.web.settings import *  # noqa: E402, F403 - the settings are the module's content
