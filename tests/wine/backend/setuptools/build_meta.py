"""A build backend that builds nothing: it names the archive, so pip keeps the file that it checked."""

from __future__ import annotations

import re
from pathlib import Path


class _NameOnly:
    def get_requires_for_build_wheel(self, _settings: object = None) -> list[str]:
        return []

    def prepare_metadata_for_build_wheel(self, metadata_directory: str, _settings: object = None) -> str:
        described = Path("PKG-INFO").read_text("utf-8")
        name, version = (_field(described, each) for each in ("Name", "Version"))
        folder = Path(metadata_directory, f"{name.replace('-', '_')}-{version}.dist-info")
        folder.mkdir()
        lines = ("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "")
        (folder / "METADATA").write_text("\n".join(lines), "utf-8")
        return folder.name


def _field(described: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", described, re.MULTILINE)
    assert found is not None, name
    return found[1].strip()


__legacy__ = _NameOnly()
