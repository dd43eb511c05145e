"""Joining a team, in a child: look who answers, make a key here, ask for its certificate, try it.

Nothing of an earlier membership is touched before the new one was seen to work.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team import keys, subjects
from tray_agent.adapters.team.codes import Code, parse, pin_of
from tray_agent.adapters.team.door import DoorRefused
from tray_agent.adapters.team.membership import make_private
from tray_agent.adapters.team.radio_child import connect, context_of, sentence

_SEE_SECONDS = 8.0
_ANSWER_SECONDS = 30.0
_AGAIN_SECONDS = 3.0
_PARTIAL_CHAIN = 0x80000  # a certificate that is trusted itself needs no authority above it
NO_CODE = "Isto não é um código de convite; copie-o inteiro, como ENDEREÇO:PORTA/XXXX-XXXX-…"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Join with a code; the new membership's values, or why not. ``folder`` gets key and certificates."""
    folder = Path(request["folder"])
    code = parse(str(request["code"]))
    if code is None:
        return {"ok": False, "error": NO_CODE}
    beside = folder / "joining"
    try:
        certificate = _seen(code)
        make_private(folder)
        make_private(beside)
        joined = asyncio.run(_join(code, certificate, request, beside))
        for name in ("ca.pem", "me.pem", "me.key"):
            put(folder / name, (beside / name).read_bytes())
        return {"ok": True, **joined}
    except DoorRefused as refused:
        return {"ok": False, "error": str(refused)}
    except OSError as error:
        return {"ok": False, "error": f"As chaves não puderam ser gravadas ({error.strerror or error})."}
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _seen(code: Code) -> bytes:
    """The certificate (DER) of who answers, if it is the one that the code means. Raises DoorRefused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the pin is what is checked
    try:
        with (
            socket.create_connection((code.host, code.port), _SEE_SECONDS) as plain,
            context.wrap_socket(plain) as secured,
        ):
            found = secured.getpeercert(binary_form=True) or b""
    except (ssl.SSLError, ConnectionResetError, ConnectionAbortedError):
        raise DoorRefused(f"Quem atende em {code.address} não é um cérebro do tray-agent.") from None
    except OSError as error:
        said = sentence(error, [code.address])
        raise DoorRefused(f"{said[:1].upper()}{said[1:]}.") from None
    if pin_of(found) != code.pin:
        raise DoorRefused(
            f"Quem atende em {code.address} não é o cérebro que deu este código; confira o código, e se está "
            "certo avise o suporte: alguém pode estar no caminho."
        )
    return found


async def _join(code: Code, certificate: bytes, request: dict[str, Any], folder: Path) -> dict[str, Any]:
    private, csr = keys.certificate_request()
    put(folder / "me.key", private)
    put(folder / "server.pem", ssl.DER_cert_to_PEM_cert(certificate).encode("ascii"))
    keys.save_invitation(folder, code.secret)
    asked = {name: request.get(name) for name in ("name", "places", "tags", "version")}
    said = await _ask(code, folder, {"kind": "join", "csr": csr, **asked})
    if said.get("kind") != "welcome":
        raise DoorRefused(str(said.get("reason") or "O cérebro recusou o pedido."))
    put(folder / "me.pem", str(said["certificate"]).encode("ascii"))
    put(folder / "ca.pem", str(said["authority"]).encode("ascii"))
    await _try(code, folder, str(said["team"]))
    kept = {name: said[name] for name in ("team", "brain", "epoch", "name")}
    return {**kept, "address": code.address}


async def _ask(code: Code, folder: Path, message: dict[str, Any]) -> dict[str, Any]:
    """The brain's answer. Raises DoorRefused."""
    context = context_of(str(folder / "server.pem"), str(folder / "join.pem"), str(folder / "join.key"))
    context.check_hostname = False  # exactly that certificate is trusted
    context.verify_flags |= ssl.VerifyFlags(_PARTIAL_CHAIN)
    client = await _connected(code, context, "")
    invitation = keys.invitation_id(code.secret)
    answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(said: Msg) -> None:
        answers.put_nowait(said.data)

    try:
        await client.subscribe(f"{subjects.JOINED}.{invitation}", cb=hear)
        for _ in range(round(_ANSWER_SECONDS / _AGAIN_SECONDS)):
            await client.publish(f"{subjects.JOIN}.{invitation}", json.dumps(message).encode())
            await client.flush()
            try:
                found = json.loads(await asyncio.wait_for(answers.get(), _AGAIN_SECONDS))
            except TimeoutError:
                continue  # it may be lost; asked again the brain answers the same
            return dict(found)
    except (ValueError, TypeError):
        raise DoorRefused("O cérebro deu uma resposta sem sentido.") from None
    finally:
        await client.close()
    raise DoorRefused(f"O cérebro não respondeu em {_ANSWER_SECONDS:.0f} s; veja lá se o agente está aberto.")


async def _try(code: Code, folder: Path, team: str) -> None:
    """Connect once as what this PC is now. Raises DoorRefused."""
    context = context_of(str(folder / "ca.pem"), str(folder / "me.pem"), str(folder / "me.key"))
    client = await _connected(code, context, subjects.server_name(team))
    await client.close()


async def _connected(code: Code, context: ssl.SSLContext, server_name: str) -> Client:
    async def ignore() -> None:
        """The one question's time is bounded anyway."""

    try:
        return await asyncio.wait_for(
            connect([code.address], context, server_name or code.host, ignore, 5.0), _SEE_SECONDS
        )
    except Exception as error:  # noqa: BLE001 - whatever the library raises
        said = sentence(error, [code.address])
        is_unreachable = isinstance(error, TimeoutError | ConnectionRefusedError)
        if said.startswith("o cérebro não reconhece") or not (server_name or is_unreachable):
            # Its certificate was right a moment ago. On Windows a refusal may be a mere broken connection.
            raise DoorRefused("Este código não vale mais; peça outro no PC que é o cérebro.") from None
        raise DoorRefused(f"{said[:1].upper()}{said[1:]}.") from None
