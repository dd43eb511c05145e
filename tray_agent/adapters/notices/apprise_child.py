"""The child's side: one notice to some addresses, all at once. The only importer of Apprise.

What an address holds is a secret: of one nothing but its kind is ever told, and the library's own log is off.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

NOT_UNDERSTOOD = "o endereço não foi entendido"
REFUSED = "o serviço recusou ou não foi alcançado"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """``{title, body, kind, urls, seconds}`` → ``{ok, results}``: why each address was not reached, or "".

    An address that does not answer in ``seconds`` costs the others nothing.
    """
    logging.disable(logging.CRITICAL)
    urls: list[str] = request["urls"]
    seconds = float(request["seconds"])
    results = [f"sem resposta em {seconds:g} s"] * len(urls)

    def tell(place: int) -> None:
        results[place] = _tell(urls[place], request)

    threads = [threading.Thread(target=tell, args=[place], daemon=True) for place in range(len(urls))]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return {"ok": True, "results": list(results)}


def _tell(url: str, request: dict[str, Any]) -> str:
    import apprise

    try:
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            return NOT_UNDERSTOOD
        told = service.notify(title=request["title"], body=request["body"], notify_type=request["kind"])
    except Exception as error:  # noqa: BLE001 - whatever a plugin does; its text may repeat the address
        return f"{REFUSED} ({type(error).__name__})"
    return "" if told else REFUSED
