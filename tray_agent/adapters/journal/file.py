"""The journal's file: opened when first needed, again after a failure, never made anew in silence.

Write-ahead log with full synchronisation: what is recorded survives the agent's death and a power cut.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tray_agent.adapters.journal.schema import connect, prepare
from tray_agent.core.ports import JournalError

FILE_NAME = "journal.sqlite3"
FREE_BYTES = 1_000_000
_AHEAD_BYTES = 4_200_000  # SQLite folds the log back into the file at a thousand pages of 4 kB
_AMPLE_BYTES = 100_000_000


class JournalFile:
    """One SQLite file in the data folder, for one thread at a time. Whatever goes wrong is a JournalError.

    The file is opened when first needed, and again after a failure, so a disk that comes back heals it.
    ``grows_ahead`` is for who writes much: see :meth:`_grow_ahead`. ``refused`` says why the file must not
    be opened now, which would make a new one, or "".
    """

    def __init__(
        self, folder: Path, *, grows_ahead: bool = False, refused: Callable[[], str] = lambda: ""
    ) -> None:
        self._folder = folder
        self._refused = refused
        self._grows_ahead = grows_ahead
        self._file = str(folder / FILE_NAME)
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    @property
    def path(self) -> Path:
        """Where the journal is."""
        return Path(self._file)

    def was_replaced(self) -> bool:
        """Whether the file that was last written to is not the one that is there now: it was taken away."""
        return bool(self._inode) and _inode(self._file) != self._inode

    def writable(self) -> str:
        """Why nothing can be written just now (one Portuguese sentence), or ""."""
        try:
            free = _free_bytes(self._folder)
        except OSError as error:
            return f"A pasta de dados {self._folder} não está acessível ({error.strerror})."
        if free < FREE_BYTES:
            return f"Disco cheio: menos de 1 MB livre na pasta de dados {self._folder}."
        if not os.access(self._folder, os.W_OK):
            return f"Sem permissão de escrita na pasta de dados {self._folder}."
        return ""

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._inode != _inode(self._file):
            self._drop()  # the file was taken away under us: what is written to it would be lost
        if self._connection is None:
            why = self._refused()
            if why:
                raise JournalError(why)
            if not self._inode:  # a folder that vanishes later may come back: no other takes its place
                self._folder.mkdir(parents=True, exist_ok=True)
            connection = connect(self._file)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA cache_size = -512")
                prepare(connection)
                if self._grows_ahead:
                    self._grow_ahead(connection)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection, self._inode = connection, _inode(self._file) or self._inode
        return self._connection

    def _grow_ahead(self, db: sqlite3.Connection) -> None:
        """Have the write-ahead log be as long as it will ever be, by writing what is then taken back.

        It begins anew with every agent. While it grows a commit has two things to synchronise, the rows and
        the file's length, and takes up to twice as long: for the day's first two hundred runs.
        """
        if _free_bytes(self._folder) < _AMPLE_BYTES:
            return
        with suppress(sqlite3.Error):  # then it grows as it is written
            db.execute("BEGIN IMMEDIATE")
            db.execute("CREATE TABLE ahead (zeros)")
            db.execute("INSERT INTO ahead VALUES (zeroblob(?))", (_AHEAD_BYTES,))
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("PRAGMA shrink_memory")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._open()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise JournalError(sentence(self.path, error)) from error
        except (ValueError, TypeError) as error:  # a row that this version never writes
            raise JournalError(sentence(self.path, error)) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def _drop(self) -> None:
        try:
            self.close()
        except sqlite3.Error:
            self._connection = None


def _free_bytes(folder: Path) -> int:
    """What this user may still write there. Raises OSError."""
    if sys.platform != "win32":
        status = os.statvfs(folder)
        return status.f_bavail * status.f_frsize
    import shutil  # half a megabyte of archives and compressions for one question

    return shutil.disk_usage(folder).free


def _inode(path: str) -> int:
    """What tells this file from another of the same name; 0 when it is gone."""
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - asked at every start, where a Path costs thrice as much
    except OSError:
        return 0


def sentence(path: Path, error: Exception) -> str:
    """Why the journal could not be used, in Portuguese."""
    text = str(error)
    if "full" in text:
        return f"O diário {path} não pôde ser gravado: disco cheio."
    if "readonly" in text or "unable to open" in text:
        return f"O diário {path} não pôde ser aberto para escrita; verifique a pasta de dados."
    if "malformed" in text or "not a database" in text:
        return f"O diário {path} está danificado; feche o agente e restaure ou renomeie o arquivo."
    return f"O diário {path} não pôde ser usado ({text})."
