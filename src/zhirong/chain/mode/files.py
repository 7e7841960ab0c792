"""The mode files that come with the package, or those of a folder, read and checked."""

from pathlib import Path

from zhirong.chain.mode.heads import list_modes, mode_files
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.read import read_mode


def load_modes(folder: Path | None = None) -> dict[str, Mode]:
    """Every mode of a folder (by default those that come with the package), by id, in the order of the files.

    Raises InputError for a file that is wrong, ValueError where two files have the same id.
    """
    modes: dict[str, Mode] = {}
    for path in mode_files(folder):
        mode = read_mode(path.read_text(encoding="utf-8"), path.name)
        if mode.id in modes:
            raise ValueError(f"{path.name}: another file has the id {mode.id} already")
        modes[mode.id] = mode
    return modes


def load_mode(mode_id: str, folder: Path | None = None) -> Mode:
    """One mode by its id. Raises KeyError where no file has it."""
    for head in list_modes(folder):
        if head.id == mode_id:
            return read_mode(head.path.read_text(encoding="utf-8"), head.path.name)
    raise KeyError(mode_id)
