"""The addresses of the project in the metadata of its distributions.

The project has no public address. The publisher names the addresses for the build:
``ZHIRONG_PROJECT_URLS="Repository=https://…, Documentation=https://…, Changelog=https://…"``. Without it the
metadata has none. The client builds with a copy of this class (``clients/python/hatch_build.py``); a test compares
what both write.
"""

import os
import re
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

VARIABLE = "ZHIRONG_PROJECT_URLS"


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
