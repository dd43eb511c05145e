"""Reads today's rows from BigQuery and keeps an Excel copy; runs in a reader child only.

The client's arguments bound most waits; the child's deadline bounds the rest.
"""

from __future__ import annotations

import os
import re
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tray_agent.adapters.history.credentials import FOLDER, VARIABLE, KeyFault, check_key, find_credentials
from tray_agent.adapters.history.excel_copy import write_copy
from tray_agent.core.collation import displayed
from tray_agent.core.history.status import shortened

QUERY = """SELECT script_name, status, start_time, duration_seconds, date
FROM `{table}`
WHERE DATE(start_time, '{timezone}') = CURRENT_DATE('{timezone}')"""
COLUMNS = ("script_name", "status", "start_time", "duration_seconds", "date")
MOST_ROWS = 200_000

_REQUEST = re.compile(r"^(?:GET|POST) \S+: ")
_MARKUP = re.compile(r"<[^>]*>")
_LONGEST = 200
_DAYS_AWAY = timedelta(days=3)
_LONGEST_NAME = 1000
_NO_KEY = (
    "nenhuma chave do Google Cloud (.json) foi encontrada; copie a chave da conta de serviço para "
    "%APPDATA%/CELPY ou defina GOOGLE_APPLICATION_CREDENTIALS"
)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Read the history as ``request`` says: table, timezone, copy, credentials_dir, deadline_seconds."""
    places = request["credentials_dir"], request.get("credentials_folder", FOLDER)
    key = find_credentials(os.environ, os.environ.get("APPDATA"), *places)
    if key is None:
        return {"ok": False, "error": _NO_KEY}
    os.environ[VARIABLE] = str(key)
    # The machine is no Google machine: asking for one's metadata costs seconds on an office network.
    os.environ["NO_GCE_CHECK"] = "true"
    try:
        check_key(key)
        names, rows, clocks = _query(request)
    except (KeyFault, Misunderstood) as fault:
        return {"ok": False, "error": str(fault)}
    except MemoryError:
        raise  # of which the child itself tells
    except Exception as error:  # noqa: BLE001 - the client raises anything, down to a bare TypeError
        traceback.print_exc()
        return {"ok": False, "error": sentence(error)}
    copy = request.get("copy")
    problems = write_copy(names, rows, request["timezone"], Path(copy)) if copy else []
    plain = [{name: _plain(name, value) for name, value in zip(names, row, strict=True)} for row in rows]
    return {"ok": True, "rows": plain, "problems": problems, "clocks": clocks}


class Misunderstood(Exception):
    """An answer that is not one to the question; the text is one Portuguese sentence."""


def _query(request: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]], dict[str, str | None]]:
    """The answer's columns and rows, None where a value is missing, and the moments that it tells.

    Raises :class:`Misunderstood` where it cannot be the answer, and whatever the client raises.
    """
    from google.cloud import bigquery
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    deadline = float(request["deadline_seconds"])
    query = QUERY.format(table=request["table"], timezone=request["timezone"])
    client = bigquery.Client()
    sent = datetime.now(UTC)
    result = client.query_and_wait(
        query,
        api_timeout=min(10.0, deadline / 6),
        wait_timeout=min(30.0, deadline / 2),
        retry=DEFAULT_RETRY.with_timeout(min(20.0, deadline / 3)),
        job_retry=None,  # type: ignore[arg-type] # None is what switches the client's second, 40-minute retry off
    )
    received = datetime.now(UTC)
    total = result.total_rows
    if total is not None and total > MOST_ROWS:
        raise Misunderstood(f"o histórico de hoje tem {total} linhas; o agente lê até {MOST_ROWS}")
    frame = result.to_dataframe(create_bqstorage_client=False)
    names = [str(name) for name in frame.columns]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        has = _detail(", ".join(names))
        raise Misunderstood(f"a resposta do BigQuery veio sem a coluna {', '.join(missing)} (tem: {has})")
    if total != len(frame):
        told = "nenhum total" if total is None else f"um total de {total}"
        raise Misunderstood(f"a resposta do BigQuery veio com {len(frame)} linhas e {told}; nada foi contado")
    server = _server_time(client, result)
    clocks = {"sent": sent.isoformat(), "received": received.isoformat(), "server": server}
    return names, _rows(frame), clocks


def _rows(frame: Any) -> list[tuple[Any, ...]]:
    known = frame.notna().itertuples(index=False, name=None)
    return [
        tuple(value if is_known else None for value, is_known in zip(row, there, strict=True))
        for row, there in zip(frame.itertuples(index=False, name=None), known, strict=True)
    ]


def _server_time(client: Any, result: Any) -> str | None:
    """When the service began the query, by its own clock: as the answer tells, else as the job does.

    A job's time that is days away is no clock's: with one so wrong nobody would have been let in.
    """
    told = _began(result)
    if told is None and result.job_id:
        try:
            place = {"project": result.project, "location": result.location}
            told = _began(client.get_job(result.job_id, retry=None, timeout=5.0, **place))
            told = told if told and abs(told - datetime.now(UTC)) < _DAYS_AWAY else None
        except Exception:  # noqa: BLE001 - the rows are there; without this time they are judged by themselves
            traceback.print_exc()
    return told.isoformat() if told is not None else None


def _began(told: Any) -> datetime | None:
    times = (getattr(told, name, None) for name in ("started", "created", "ended"))
    return next((time for time in times if isinstance(time, datetime)), None)


def _plain(name: str, value: Any) -> str | float | None:
    """A value as JSON holds it, never longer than anybody needs it."""
    if value is None:
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    if name == "status":
        return shortened(text)
    return text[-_LONGEST_NAME:] if name == "script_name" else text[:_LONGEST]  # a path ends in its script


def sentence(error: BaseException) -> str:
    """The cause of a failed read, in one sentence."""
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    if isinstance(error, api.RetryError) and error.cause is not None:
        return sentence(error.cause)
    if isinstance(error, api.GoogleAPICallError):
        return _refused(int(error.code or 0), _detail(error.message or ""), error.reason or "")
    if isinstance(error, auth.DefaultCredentialsError | auth.MalformedError):
        return f"a chave do Google Cloud não serve: {_detail(str(error))}"
    if isinstance(error, auth.TransportError):
        return "sem conexão com o servidor de credenciais do Google; verifique a rede e o proxy"
    if isinstance(error, auth.GoogleAuthError):
        return (
            f"o Google recusou a chave ({_detail(str(error.args[0] if error.args else error))}); "
            "ela pode ter sido revogada, ou o relógio deste computador está errado"
        )
    return _network(error)


def _refused(code: int, detail: str, reason: str) -> str:
    if code == 400:
        if "No matching signature" in detail or ("DATE" in detail and "start_time" in detail):
            return (
                f"o BigQuery recusou a consulta (400): a coluna start_time não é do tipo TIMESTAMP ({detail})"
            )
        return f"o BigQuery recusou a consulta (400): {detail}"
    if code == 401:
        return f"o BigQuery não aceitou as credenciais (401): {detail}"
    if code == 403 and ("quota" in detail.casefold() or "quota" in reason.casefold()):
        return f"a cota do BigQuery acabou (403): {detail}"
    if code == 403:
        return f"sem permissão no BigQuery (403): {detail}"
    if code == 404:
        return f"a tabela não foi encontrada no BigQuery (404): {detail}"
    if code == 429:
        return "o BigQuery recebeu consultas demais (429); nova tentativa em breve"
    if code >= 500:
        return f"o BigQuery está indisponível ({code}); nova tentativa em breve"
    return f"o BigQuery respondeu com erro ({code}): {detail}"


def _network(error: BaseException) -> str:
    from requests import exceptions as http
    from urllib3.exceptions import ReadTimeoutError

    if isinstance(error, http.JSONDecodeError):
        if error.doc.lstrip().startswith("<"):
            return "veio uma página HTML no lugar da resposta do BigQuery; o proxy pode estar pedindo login"
        return "a resposta do BigQuery veio incompleta (JSON interrompido); nova tentativa em breve"
    # requests calls a body that stops coming a ConnectionError; what it wraps tells the two apart.
    stalled = any(isinstance(each, ReadTimeoutError) for each in error.args)
    if stalled or isinstance(error, TimeoutError | http.Timeout):
        return "o BigQuery não respondeu a tempo; nova tentativa em breve"
    if isinstance(error, http.SSLError):
        return "o certificado do BigQuery não é confiável neste computador; verifique o proxy da rede"
    if isinstance(error, http.RequestException | ConnectionError):
        return "sem conexão com o BigQuery; verifique a rede e o proxy"
    if isinstance(error, MemoryError):
        return "a resposta do BigQuery não cabe na memória do leitor"
    if isinstance(error, TypeError | AttributeError):
        return "a resposta do BigQuery veio vazia ou sem sentido; nova tentativa em breve"
    return f"falha inesperada ao ler o BigQuery ({type(error).__name__}: {_detail(str(error))})"


def _detail(text: str) -> str:
    """The first line of a message, without its request and its markup, cut to a sentence's length."""
    plain = _MARKUP.sub(" ", _REQUEST.sub("", text)).strip()
    line = (displayed(plain.splitlines()[0]) if plain else "") or "sem detalhes"
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
