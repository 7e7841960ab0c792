"""A full disk: how every entry point of the system recognises it, and its one message."""

import errno

# Type checkers take it as true. Every start of the command line would wait for ``typing``.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from zhirong.kernel.errors import Problem

_OF_THE_SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT})
_OF_POSTGRESQL = "53100"  # disk_full
_OF_SQLITE = "database or disk is full"


def is_full_disk(error: BaseException | None) -> bool:
    """Return whether an error, or its cause, is a lack of disk space."""
    return is_caused_by(error, system=_OF_THE_SYSTEM, postgresql=_OF_POSTGRESQL, sqlite=_OF_SQLITE)


def is_caused_by(error: BaseException | None, *, system: frozenset[int], postgresql: str, sqlite: str) -> bool:
    """Return whether an error, or one of its causes, is the given fault of the disk. system: its error numbers.
    postgresql: its SQL state. sqlite: its message.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in system:
            return True
        if getattr(error, "sqlstate", None) == postgresql or sqlite in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def full_disk(place: str = "") -> "Problem":
    """The message. place: the file or folder that could not be written, where the user knows it."""
    # Here, because every start of the command line imports this module.
    from zhirong.kernel.errors import Problem
    from zhirong.kernel.text import Text

    return Problem(
        "DISK",
        place,
        Text("磁盘已满，未能保存", "the disk is full; nothing was saved"),
        Text(
            "请清理磁盘空间后重试；无法自行清理的，请联系系统管理员",
            "Free some disk space and try again, or ask the system administrator.",
        ),
        "full_disk",
    )
