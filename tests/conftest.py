"""Property tests draw the same examples every time where a landing depends on them, and new ones elsewhere."""

import os

from hypothesis import settings

settings.register_profile("landing", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("landing")
