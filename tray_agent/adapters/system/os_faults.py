"""Why the operating system refused a file, in Portuguese."""

from __future__ import annotations

import errno
from pathlib import Path

_SHARING = {32, 33}  # Windows: another program has the file open, or a part of it locked
_CLOUD = range(358, 435)  # Windows: the sync client's own faults
_REASONS = {
    errno.ENOENT: "não existe",
    errno.ENOTDIR: "não existe",
    errno.EISDIR: "é uma pasta, não um arquivo",
    errno.EACCES: "acesso negado",
    errno.EPERM: "acesso negado",
    errno.ENOSPC: "disco cheio",
    errno.EROFS: "só permite leitura",
    errno.ETIMEDOUT: "a unidade não respondeu a tempo",
    errno.ENOTCONN: "a unidade está desconectada",
    errno.EIO: "falha de leitura da unidade",
    errno.ESTALE: "a unidade está desconectada",
    errno.ELOOP: "o link dá voltas",
    errno.ENAMETOOLONG: "o caminho é longo demais",
}


def is_sharing_fault(error: OSError) -> bool:
    """Whether somebody else has the file just now, so that a moment later may do."""
    return getattr(error, "winerror", None) in _SHARING | {5} or error.errno in {
        errno.EACCES,
        errno.EAGAIN,
        errno.EBUSY,
        errno.EINVAL,
        errno.ENOENT,
    }


def reason(error: OSError, *, of_folder: bool = False) -> str:
    """A clause such as "acesso negado"; ``of_folder`` where a folder was to be listed, not a file read."""
    winerror = getattr(error, "winerror", None) or 0
    if winerror in _SHARING:
        return "está aberto em outro programa"
    if winerror in _CLOUD:
        return "o arquivo está só na nuvem e não pôde ser baixado"
    if error.errno == errno.EACCES and not of_folder and error.filename and Path(error.filename).is_dir():
        return _REASONS[errno.EISDIR]  # Windows calls it a lack of permission
    known = _REASONS.get(error.errno or 0)
    return known or (error.strerror or type(error).__name__)
