"""A data folder or database that cannot be written: how every entry point recognises it, and its one message."""

import errno
import os

from zhirong.kernel.full_disk import is_caused_by

# Type checkers take it as true. Every start of the command line would wait for ``typing``.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from zhirong.kernel.errors import Problem

_OF_THE_SYSTEM = frozenset({errno.EROFS})
_OF_POSTGRESQL = "25006"  # read_only_sql_transaction
_OF_SQLITE = "attempt to write a readonly database"


def is_read_only(error: BaseException | None) -> bool:
    """Return whether an error, or its cause, is that the database or its disk cannot be written."""
    return is_caused_by(error, system=_OF_THE_SYSTEM, postgresql=_OF_POSTGRESQL, sqlite=_OF_SQLITE)


def demand_writable(folder: str, error: BaseException) -> None:
    """Raise ``error`` again if it is that nothing can be written, or OSError if that is the state of ``folder``.

    SQLite reports a folder that it cannot write only as a file that it cannot open.
    """
    if is_read_only(error):
        raise error
    if os.access(folder, os.F_OK) and not os.access(folder, os.W_OK):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), folder) from error


def read_only(place: str = "") -> "Problem":
    """The message. place: the file or folder that could not be written, where the user knows it."""
    # Here, because every start of the command line imports this module.
    from zhirong.kernel.errors import Problem
    from zhirong.kernel.text import Text

    return Problem(
        "DATA",
        place,
        Text("数据目录或数据库是只读的，未能保存", "the data folder or database is read-only; nothing was saved"),
        Text(
            "请检查磁盘挂载方式和目录权限后重试；无法自行处理的，请联系系统管理员",
            "Check how the disk is mounted and who may write to the folder, or ask the system administrator.",
        ),
        "read_only",
    )
