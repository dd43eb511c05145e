"""A messaging server of the team's own (``team_server``), which IT runs: what the brain writes for it.

The server reads ``members.conf`` by an ``include`` of its own configuration, and the certificates beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team.membership import Membership
from tray_agent.adapters.team.server import accounts_of, trusted_by
from tray_agent.core.model import Problem, Where

FILES = ("members.conf", "trusted.pem", "server.pem", "server.key")
NO_FOLDER = (
    "Com team_server, diga em team_server_folder a pasta que esse servidor lê: é nela que o agente grava "
    "quem pode entrar na equipe."
)


def write_for_server(keys: Path, folder: Path, membership: Membership) -> None:
    """Put in the server's folder what it needs: its own certificate and key, whom it trusts, who may say
    what.

    Each file is put in place whole. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "trusted.pem", trusted_by(keys, membership).encode("ascii"))
    for name in ("server.pem", "server.key"):
        _put(folder / name, (keys / name).read_bytes())
    text = json.dumps(accounts_of(membership), ensure_ascii=False, indent=1)
    _put(folder / "members.conf", text.encode("utf-8"))


def _put(path: Path, content: bytes) -> None:
    """Unlike the team's own files it is another account's to read: whose, the folder's rights say."""
    put(path, content, path.parent.stat().st_mode & 0o660)


def unconfirmed(server: str) -> Problem:
    """The server did not say that it has read who is in."""
    return Problem(
        Where.SETTINGS,
        f"O servidor da equipe, {server}, não confirmou a nova lista de PCs",
        "Códigos novos ainda não valem, e quem foi tirado ainda se conecta a ele (sem receber execuções): "
        "peça à TI para recarregá-lo (nats-server --signal reload) e conferir a pasta que ele lê.",
    )


def unreached(server: str, why: str, folder: str) -> str:
    """Why there is no connection to it, as the brain's people are told."""
    if "não reconhece" in why or "não é o cérebro" in why:
        return (
            f"O servidor da equipe, {server}, não conhece este cérebro ainda: peça à TI para iniciar o "
            f"nats-server (ou reiniciá-lo) com os arquivos de {folder}."
        )
    return (
        f"O servidor da equipe não é alcançado: {why}. Os arquivos de que ele precisa estão em {folder}; "
        "se ele ainda não roda, peça à TI para iniciá-lo, e repita."
    )
