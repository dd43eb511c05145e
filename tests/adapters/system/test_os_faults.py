from __future__ import annotations

import errno

import pytest

from tray_agent.adapters.system.os_faults import is_sharing_fault, reason


class WindowsFault(OSError):
    """As Windows raises it: with the system's own number beside errno."""

    def __init__(self, winerror: int) -> None:
        super().__init__(errno.EACCES, "Permission denied")
        self.winerror = winerror


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(errno.ENOENT, "x"), "não existe"),
        (PermissionError(errno.EACCES, "x"), "acesso negado"),
        (OSError(errno.EIO, "x"), "falha de leitura da unidade"),
        (OSError(9999, "coisa rara"), "coisa rara"),
        (OSError("sem número"), "OSError"),
        (WindowsFault(32), "está aberto em outro programa"),
        (WindowsFault(362), "o arquivo está só na nuvem e não pôde ser baixado"),
        (WindowsFault(5), "acesso negado"),
    ],
)
def test_a_refusal_reads_as_a_clause(error: OSError, text: str) -> None:
    assert reason(error) == text


@pytest.mark.parametrize(
    "error",
    [WindowsFault(32), WindowsFault(33), OSError(errno.EINVAL, ""), FileNotFoundError(errno.ENOENT, "")],
)
def test_what_may_pass_in_a_moment_is_worth_a_retry(error: OSError) -> None:
    assert is_sharing_fault(error)


def test_a_folder_will_not_become_a_file() -> None:
    assert not is_sharing_fault(IsADirectoryError(errno.EISDIR, ""))
