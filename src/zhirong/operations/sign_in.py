"""Failed attempts to sign in with one address, from wherever they come: after many in a day a password alone lets nobody in.

It locks nobody out. Who has the right password then also gets a code by mail (``web.signing_up``).
"""

import hashlib

from django.core.cache import cache

from zhirong.store.shared_cache import count

MOST_WRONG = 30  # in a day, from all networks together
_DAY_SECONDS = 24 * 3600


def note_wrong(name: str) -> None:
    """Count a wrong password for a sign-in name."""
    count(_key(name), 1, _DAY_SECONDS)


def is_guessed_at(name: str) -> bool:
    """Whether so many wrong passwords were given for the name today that somebody is guessing."""
    return int(cache.get(_key(name), 0)) >= MOST_WRONG


def forget_wrong(name: str) -> bool:
    """Forget them; whether there were any."""
    return bool(cache.delete(_key(name)))


def _key(name: str) -> str:
    return f"zhirong.sign_in.wrong/{hashlib.sha256(name.lower().encode()).hexdigest()}"
