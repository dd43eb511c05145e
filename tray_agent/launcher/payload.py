"""Makes this file's version ready, once, and starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tray_agent.adapters.versions import starting
from tray_agent.adapters.versions.archive import NotRead, NotWhole, Package, read
from tray_agent.adapters.versions.store import NoVersion, Store, versions_root
from tray_agent.adapters.versions.unpacking import long
from tray_agent.launcher.contents import starts_agent
from tray_agent.launcher.splash import Splash

PREPARE = ("--internal", "prepare")
_FAILED = 1


def run_payload(file: Path, arguments: Sequence[str]) -> int:
    """Have the version in ``file`` do what was asked; its exit code, 0 once an agent is up."""
    is_agent = starts_agent(arguments)
    try:
        package = read(long(file))
        store = Store(versions_root(os.environ))
        shown = is_agent and "--headless" not in arguments
        with Splash(shown=shown) as splash:
            folder = store.ready(package, splash.progress)
        store.note_origin(package)
        if tuple(arguments[:2]) == PREPARE:
            return _try(store, package, folder, file)
        return _run(store, package, folder, list(arguments), file, is_agent=is_agent)
    except NotRead as held:
        return _refuse(f"{held}: {file}; libere-o e inicie de novo.", is_agent)
    except NotWhole as broken:
        return _refuse(f"o arquivo {file} não está completo: {broken}; copie-o de novo.", is_agent)
    except NoVersion as refused:
        return _refuse(str(refused), is_agent)
    except OSError as error:
        return _refuse(f"não foi possível iniciar o programa ({error.strerror or error}).", is_agent)


def _run(
    store: Store, package: Package, folder: Path, arguments: list[str], file: Path, *, is_agent: bool
) -> int:
    program = folder / package.manifest.program
    env = starting.environment(file, os.environ)
    if not is_agent:
        return starting.run(program, arguments, env)
    is_up, code = starting.run_until_ready(program, arguments, env)
    if is_up or code == 0:
        return 0
    # It ended early. Was it the folder? Its files had their sizes, perhaps not their content.
    if store.mend(package):
        is_up, code = starting.run_until_ready(program, arguments, env)
    return 0 if is_up else code


def _try(store: Store, package: Package, folder: Path, file: Path) -> int:
    """Whether what was unpacked starts at all, before an agent makes room for it; damage is mended."""
    program, env = folder / package.manifest.program, starting.environment(file, os.environ)
    if starting.answers(program, env) or (store.mend(package) and starting.answers(program, env)):
        return 0
    return _refuse(f"a versão {package.version} foi desempacotada em {folder}, mas não inicia.", False)


def _refuse(text: str, is_agent: bool) -> int:
    """One line on stderr; who double-clicked the file has no stderr, and is told in a box."""
    print(f"tray-agent: {text}", file=sys.stderr)  # noqa: T201
    if is_agent and sys.platform == "win32" and sys.__stderr__ is None:
        from tray_agent.shell.window.windows_desktop import say

        say(f"{text[:1].upper()}{text[1:]}", "tray-agent")
    return _FAILED
