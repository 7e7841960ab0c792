"""Copies the client's code out of the package ``zhirong`` when the distribution is built, and names the project's addresses."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SOURCE = "zhirong.client"
PACKAGE = "zhirong_client"
VARIABLE = "ZHIRONG_PROJECT_URLS"


class CopyClient(BuildHookInterface):  # type: ignore[type-arg]
    """In a clone the code is in src/zhirong/client; in a source distribution it was copied beside this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy it with its own name for imports, and add it to what is built."""
        root = Path(self.root)
        original = root.parents[1] / "src" / "zhirong" / "client"
        if (root / PACKAGE).is_dir():
            return
        copy = root / "build" / PACKAGE
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True)
        for file in [*original.glob("*.py"), original / "py.typed"]:
            renamed = file.read_text(encoding="utf-8").replace(SOURCE, PACKAGE)
            (copy / file.name).write_text(renamed, encoding="utf-8")
        build_data["force_include"][str(copy)] = PACKAGE


class ProjectAddresses(MetadataHookInterface):
    """Fills ``project.urls`` from the environment of the build."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the addresses. Raises ValueError where an entry is not ``Name=https://…``."""
        metadata["urls"] = {}
        for entry in filter(None, (one.strip() for one in os.environ.get(VARIABLE, "").split(","))):
            name, _, address = (part.strip() for part in entry.partition("="))
            # A line break would begin another field of the metadata.
            if not name.isprintable() or not name or not re.fullmatch(r"https://[\w.-]\S*", address):
                raise ValueError(f"{VARIABLE}: write {entry!r} as Name=https://address")
            metadata["urls"][name] = address
