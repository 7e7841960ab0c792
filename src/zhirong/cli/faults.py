"""Messages and exit codes of the command line for errors that are not the user's input.

0 done; 1 done with findings; 2 the input cannot be used; 3 the machine failed (a full or read-only disk, no permission, no network);
4 a newer version of the program made the database; 70 a fault of the program; 130 interrupted.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable

from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.kernel.read_only import is_read_only, read_only

# Type checkers take it as true. Every start of the command line would wait for ``typing``.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from zhirong.kernel.errors import Problem

EXIT_MACHINE = 3
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130
_IN_CHINESE = {
    errno.EACCES: "没有权限",
    errno.ECONNREFUSED: "对方拒绝连接",
    errno.EIO: "磁盘读写出错",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EMFILE: "打开的文件过多",
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "不是文件夹",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
}


def guarded(run: Callable[[], int], lang: str) -> int:
    """Run the command; returns an exit code in all cases, and prints a message instead of a traceback."""
    _fit_terminal()
    try:
        code = run()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _reader_left()
    except SystemExit as end:
        # rich would end the program itself, with another code, when the reader of a pipe has left.
        if isinstance(end.__context__, BrokenPipeError):
            return _reader_left()
        raise
    except KeyboardInterrupt:
        # A second one, while the program ends, would end it by the signal or print a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Python notes an interruption that leaves evaluated text (a NamedTuple being defined in an import), and at
        # its end kills itself by the signal, although it was handled here. The next evaluation clears the note.
        eval("0")  # noqa: S307 - a constant
        _say("已中断" if lang == "zh" else "interrupted")
        return EXIT_INTERRUPTED
    except OSError as error:
        if is_full_disk(error):
            return _not_saved(full_disk, error, lang)
        if is_read_only(error):
            return _not_saved(read_only, error, lang)
        what = error.strerror or str(error)
        if lang == "zh":
            named = "" if error.filename is None else f"{error.filename}："
            _say(f"操作系统报错：{named}{_IN_CHINESE.get(error.errno or 0, what)}。请检查后重试。")
        else:
            named = "" if error.filename is None else f"{error.filename}: "
            _say(f"The system reports: {named}{what}. Check it and try again.")
        return _ended(EXIT_MACHINE)
    except Exception as error:
        if is_full_disk(error):  # from the database
            return _not_saved(full_disk, error, lang)
        if is_read_only(error):
            return _not_saved(read_only, error, lang)
        import traceback
        from pathlib import Path

        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
        if lang == "zh":
            _say(f"程序出错，未能完成：{what}\n请设 ZHIRONG_DEBUG=1 再运行一次，把输出连同命令报告给开发者。")
        else:
            _say(
                f"The program could not finish because of an internal error: {what}\nRun it again with ZHIRONG_DEBUG=1 and report the output with the command."
            )
        return _ended(EXIT_FAULT)


def _not_saved(message: "Callable[[str], Problem]", error: Exception, lang: str) -> int:
    place = getattr(error, "filename", None) or ""
    _say(message(str(place)).as_text("zh" if lang == "zh" else "en"))
    return _ended(EXIT_MACHINE)


def _fit_terminal() -> None:
    """Replace characters that the terminal does not know, so that printing never fails."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _reader_left() -> int:
    """Return the exit code after the reader closed the pipe (``| head``), which is not an error."""
    _silence()
    return 0


def _ended(code: int) -> int:
    if os.environ.get("ZHIRONG_DEBUG"):
        import traceback

        traceback.print_exc()
    _silence()
    return code


def _silence() -> None:
    """Discard pending output: otherwise Python would fail on it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(words: str) -> None:
    try:
        print(words, file=sys.stderr, flush=True)
    except OSError:
        return  # the standard error cannot be written to either; only the exit code remains
