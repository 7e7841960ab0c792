"""The settings of the platform that the browser tests serve: those of the product, without two waits, and with axe to examine pages.

An authenticator's code is good for once. An actor who needs three codes in a minute would wait half a minute for each new
one; this platform also accepts the codes of the next ten minutes. A password takes half a second to hash, by design; here
it takes none. What the product accepts and how it hashes is tested in ``tests/security``.

The script of axe is a file of the platform: the browser keeps it, and no page has to allow scripts from elsewhere.
"""

from pathlib import Path

import axe_playwright_python

from zhirong.web.settings import *  # noqa: F403
from zhirong.web.settings import STATICFILES_DIRS

STATICFILES_DIRS = [*STATICFILES_DIRS, Path(axe_playwright_python.__file__).parent]

MFA_TOTP_TOLERANCE = 20  # steps of 30 s
PASSWORD_HASHERS = ["quick_hasher.QuickHasher"]
