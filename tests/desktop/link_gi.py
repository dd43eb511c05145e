"""Links the system's gi (PyGObject) into the site-packages of the Python that runs this script.

PyGObject from the package index needs a compiler; Debian's python3-gi fits any CPython of its minor version.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

SYSTEM_PACKAGES = Path("/usr/lib/python3/dist-packages")


def link_gi(site_packages: Path, system_packages: Path = SYSTEM_PACKAGES) -> str:
    """Make the links; "" when gi can be imported now, else why not."""
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    if not list((system_packages / "gi").glob(f"_gi.{tag}-*")):
        return f"no gi for {tag} in {system_packages}: install python3-gi"
    for source in (system_packages / "gi", *system_packages.glob("PyGObject-*")):
        link = site_packages / source.name
        if not link.exists():
            link.symlink_to(source)
    return ""


if __name__ == "__main__":
    sys.exit(link_gi(Path(sysconfig.get_paths()["purelib"])) or 0)
