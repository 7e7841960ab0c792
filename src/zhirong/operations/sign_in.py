"""Failed sign-ins with one address from all networks: after many in a day, a password alone is not enough.

Nobody is locked out: a user with the correct password then also gets a code by mail (``web.sign_up``).
"""

import hashlib

from django.core.cache import cache

from zhirong.store.shared_cache import count

MOST_WRONG = 30  # per day, from all networks together
_DAY_SECONDS = 24 * 3600


def note_wrong(name: str) -> None:
    """Count a wrong password for a sign-in name."""
    count(_key(name), 1, _DAY_SECONDS)


def is_guessed_at(name: str) -> bool:
    """Return whether today's wrong passwords for the name are so many that someone is guessing."""
    return int(cache.get(_key(name), 0)) >= MOST_WRONG


def forget_wrong(name: str) -> bool:
    """Delete the count; returns whether there was one."""
    return bool(cache.delete(_key(name)))


def _key(name: str) -> str:
    return f"zhirong.sign_in.wrong/{hashlib.sha256(name.lower().encode()).hexdigest()}"
