"""The browser of the tests, found once."""

import shutil

# The one without windows first, where it is there: it loads a page with a third less work.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, _NAMES)), None)
