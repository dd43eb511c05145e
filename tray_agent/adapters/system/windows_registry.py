"""The few reads and writes of the Windows registry that the agent makes, behind one small protocol."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Literal, Protocol

Hive = Literal["HKCU", "HKLM"]
Bits = Literal[0, 32, 64]  # which view of the registry; 0 is the process's own


class Registry(Protocol):
    """Reads answer None or nothing where a key is missing or closed to us; writes raise OSError."""

    def keys(self, hive: Hive, path: str, bits: Bits = 0) -> list[str]:
        """The names of the keys under ``path``."""
        ...

    def read(self, hive: Hive, path: str, name: str, bits: Bits = 0) -> str | bytes | None:
        """A text or binary value; ``name`` "" is the key's default value."""
        ...

    def write(self, path: str, name: str, value: str | bytes) -> None:
        """Set a value under HKCU, making its key."""
        ...

    def delete(self, path: str, name: str) -> None:
        """Remove a value under HKCU; one that is not there is fine."""
        ...


if sys.platform == "win32":
    import winreg

    _HIVES = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
    _VIEWS = {0: 0, 32: winreg.KEY_WOW64_32KEY, 64: winreg.KEY_WOW64_64KEY}

    class WindowsRegistry:
        """The machine's own registry."""

        def keys(self, hive: Hive, path: str, bits: Bits = 0) -> list[str]:
            try:
                with winreg.OpenKey(_HIVES[hive], path, 0, winreg.KEY_READ | _VIEWS[bits]) as key:
                    return [winreg.EnumKey(key, index) for index in range(winreg.QueryInfoKey(key)[0])]
            except OSError:
                return []

        def read(self, hive: Hive, path: str, name: str, bits: Bits = 0) -> str | bytes | None:
            try:
                with winreg.OpenKey(_HIVES[hive], path, 0, winreg.KEY_READ | _VIEWS[bits]) as key:
                    value, _kind = winreg.QueryValueEx(key, name)
            except OSError:
                return None
            return value if isinstance(value, str | bytes) else None

        def write(self, path: str, name: str, value: str | bytes) -> None:
            kind = winreg.REG_SZ if isinstance(value, str) else winreg.REG_BINARY
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key:
                winreg.SetValueEx(key, name, 0, kind, value)

        def delete(self, path: str, name: str) -> None:
            with (
                suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key,
            ):
                winreg.DeleteValue(key, name)


def this_machine() -> Registry | None:
    """The machine's registry, None where there is none."""
    if sys.platform == "win32":
        return WindowsRegistry()
    return None
