"""A free port for a server that a test starts."""

import random
import socket

# Below those that the system gives to the other end of connections: between the choice and the start, and while a server is started
# again, no connection of another test can take it.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """Return a port of the loopback on which nothing listens."""
    draw = random.SystemRandom()
    while True:
        port = draw.randint(_FIRST, _LAST)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
