"""A loopback stand-in for BigQuery and Google's token endpoint, in front of the real client.

Service-account grants are verified, the SQL is really evaluated (sqlglot to duckdb, time zones included), and
any fault can be ordered. As a program, ``python -m tests.adapters.history.bigquery_server --key FILE`` prints
one JSON line with its address and the environment to give to the agent, and serves until its stdin ends.
"""

from __future__ import annotations

import argparse
import base64
import json
import socket
import struct
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.adapters.history.bigquery_table import PROJECT, TABLE, BadSql, Result, Scenario, evaluate

EMAIL = f"agente@{PROJECT}.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
# What the real service answers: status, reason, its word, message.
REFUSALS: dict[str, tuple[int, str, str, str]] = {
    "400": (400, "invalidQuery", "INVALID_ARGUMENT", "Syntax error: Unexpected identifier at [1:1]"),
    "400-type": (
        400,
        "invalidQuery",
        "INVALID_ARGUMENT",
        "No matching signature for function DATE for argument types: STRING, STRING. at [3:7]",
    ),
    "401": (401, "authError", "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    "403": (403, "accessDenied", "PERMISSION_DENIED", f"Access Denied: Table {TABLE}: Permission denied"),
    "403-quota": (403, "quotaExceeded", "PERMISSION_DENIED", "Quota exceeded: Your project exceeded quota"),
    "404": (404, "notFound", "NOT_FOUND", f"Not found: Table {TABLE} was not found in location US"),
    "429": (429, "rateLimitExceeded", "RESOURCE_EXHAUSTED", "Exceeded rate limits"),
    "500": (500, "internalError", "INTERNAL", "An internal error occurred"),
    "503": (503, "backendError", "UNAVAILABLE", "Visibility check was unavailable. Please retry."),
}
BREAKS = {
    "hang",
    "stall",
    "drip",
    "reset",
    "close",
    "truncated",
    "broken-json",
    "html",
    "html-502",
    "empty",
    "slow-job",
}
TOKEN_FAULTS = {"token-400", "token-503", "token-hang"}
FAULTS = {*REFUSALS, *BREAKS, *TOKEN_FAULTS}
_LOGIN_PAGE = b"<html><head><title>Entrar na rede</title></head><body>Usuario e senha</body></html>"


class ServiceAccount:
    """A key made fresh: the file that the client loads, and the proof of its grants."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def write(self, path: Path, token_uri: str) -> Path:
        """The key file as Google hands it out."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        fields = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": token_uri,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(fields), encoding="utf-8")
        return path

    def accepts(self, assertion: str, now: datetime) -> bool:
        """Whether a grant is signed by this key, for Google, for BigQuery, and fresh."""
        try:
            head, body, signature = assertion.split(".")
            signed = f"{head}.{body}".encode()
            self._key.public_key().verify(_unpadded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(_unpadded(body))
        except (ValueError, InvalidSignature):
            return False
        fresh = claims["iat"] - 300 <= now.timestamp() <= claims["exp"] + 300
        scopes = claims.get("scope", "")
        granted = "auth/bigquery" in scopes or "auth/cloud-platform" in scopes
        return bool(claims["iss"] == EMAIL and claims["aud"] == AUDIENCE and granted and fresh)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class _Door(BaseHTTPRequestHandler):
    """One request. The protocol's paths are spelt as the client asks for them."""

    protocol_version = "HTTP/1.1"
    server: BigQueryServer

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def log_message(self, *args: Any) -> None:
        return

    def _serve(self, answer: Callable[[str, dict[str, list[str]], bytes], None]) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer(address.path, parse_qs(address.query), body)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _get(self, path: str, query: dict[str, list[str]], _body: bytes) -> None:
        if path == "/control":
            self._json(200, {"requests": dict(self.server.requests), "queries": self.server.queries})
        elif self._is_allowed("get", path):
            kind, job = path.rsplit("/", 2)[1:]
            if kind == "jobs":
                slow = self.server.scenario.takes_fault({"slow-job"})
                self._json(200, self.server.job(job, "RUNNING" if slow else "DONE"))
            elif self.server.scenario.takes_fault({"slow-job"}):
                self.server.stopping.wait(1)
                self._json(200, {"jobComplete": False, "jobReference": self.server.reference(job)})
            else:
                start = int(query.get("pageToken", query.get("startIndex", ["0"]))[0])
                self._json(200, self.server.page(job, start, int(query.get("maxResults", ["0"])[0])))

    def _post(self, path: str, _query: dict[str, list[str]], body: bytes) -> None:
        if path == "/control":
            self.server.control(json.loads(body or b"{}"))
            self._json(200, {})
        elif path == "/token":
            self._token(parse_qs(body.decode()))
        elif path.endswith("/cancel"):
            self._json(200, {"job": self.server.job(path.rsplit("/", 2)[1])})
        elif self._is_allowed("post", path):
            request = json.loads(body)
            is_query = path.endswith("/queries")
            sql = request["query"] if is_query else request["configuration"]["query"]["query"]
            try:
                job = self.server.run(sql)
            except BadSql as refusal:
                self._refuse(str(refusal))
                return
            if not is_query:
                self._json(200, self.server.job(job))
            elif self.server.scenario.takes_fault({"slow-job"}):
                self._json(200, {"jobComplete": False, "jobReference": self.server.reference(job)})
            else:
                self._json(200, self.server.page(job, 0, 0))

    def _token(self, grant: dict[str, list[str]]) -> None:
        self.server.requests["token"] += 1
        fault = self.server.scenario.takes_fault(TOKEN_FAULTS)
        if fault == "token-hang":
            self.server.stopping.wait()
        elif fault == "token-503":
            self._json(503, {"error": "unavailable"})
        elif fault == "token-400" or not self.server.account.accepts(
            grant.get("assertion", [""])[0], self.server.scenario.now()
        ):
            words = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            self._json(400, words)
        else:
            self._json(200, self.server.issue_token())

    def _is_allowed(self, verb: str, path: str) -> bool:
        """Count the request, check its token, do what harm was ordered."""
        self.server.requests[f"{verb} {path.split('/')[5] if path.count('/') > 4 else path}"] += 1
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.server.tokens:
            self._refuse("401")
            return False
        refusal = self.server.scenario.takes_fault(REFUSALS)
        if refusal:
            self._refuse(refusal)
            return False
        harm = self.server.scenario.takes_fault(BREAKS - {"slow-job"})
        if harm:
            self._harm(harm)
        return not harm

    def _refuse(self, name: str) -> None:
        status, reason, word, message = REFUSALS[name]
        if name == "401":
            self.server.tokens.clear()
        message = self.server.scenario.message or message
        errors = [{"reason": reason, "message": message, "domain": "global"}]
        self._json(status, {"error": {"code": status, "message": message, "errors": errors, "status": word}})

    def _harm(self, name: str) -> None:
        self.close_connection = True
        if name == "hang":
            self.server.stopping.wait()
        elif name == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif name == "stall":
            self._head(200, 100_000)
            self.wfile.write(b"{")
            self.wfile.flush()
            self.server.stopping.wait()
        elif name == "drip":
            self._head(200, 100_000)
            while not self.server.stopping.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        elif name == "truncated":
            self._head(200, 1000)
            self.wfile.write(b'{"kind": "bigquery#queryResponse"')
        elif name == "broken-json":
            self._bytes(200, b'{"kind": "bigquery#queryResponse", "schema": {"fie')
        elif name == "empty":
            self._bytes(200, b"")
        elif name.startswith("html"):
            self._bytes(502 if name.endswith("502") else 200, _LOGIN_PAGE, "text/html")

    def _json(self, status: int, body: Mapping[str, Any]) -> None:
        self._bytes(status, json.dumps(body).encode())

    def _bytes(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self._head(status, len(body), kind)
        self.wfile.write(body)

    def _head(self, status: int, length: int, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()


class BigQueryServer(ThreadingHTTPServer):
    """The stand-in; use it as a context manager. ``requests`` counts what was asked."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int = 0, scenario: Scenario | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Door)
        self.scenario = scenario or Scenario()
        self.account = ServiceAccount()
        self.requests: Counter[str] = Counter()
        self.queries: list[str] = []
        self.tokens: set[str] = set()
        self.stopping = threading.Event()
        self._results: dict[str, Result] = {}
        self._began: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """What BIGQUERY_EMULATOR_HOST is to be set to."""
        return f"http://127.0.0.1:{self.server_port}"

    def environment(self, key: Path) -> dict[str, str]:
        """What an agent needs in its environment to find this server and be let in. Writes the key file."""
        self.account.write(key, f"{self.address}/token")
        return {"BIGQUERY_EMULATOR_HOST": self.address, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}

    def __enter__(self) -> BigQueryServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), name="bigquery", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError | OSError):
            super().handle_error(request, client_address)

    def reset(self) -> None:
        """An empty table, no faults, nothing asked yet, no token issued."""
        self.scenario = Scenario()
        self.requests.clear()
        self.queries.clear()
        self.tokens.clear()

    def control(self, changes: Mapping[str, Any]) -> None:
        """Change the scenario; ``append`` adds rows, as a script that ran would. Raises KeyError."""
        for name, value in changes.items():
            if name == "append":
                self.scenario.rows = [*self.scenario.rows, *value]
            elif name in Scenario.__dataclass_fields__ and (name != "fault" or value in {"", *FAULTS}):
                setattr(self.scenario, name, value)
            else:
                raise KeyError(f"{name}={value!r}")
        if "fault" in changes and "fault_times" not in changes:
            self.scenario.fault_times = -1

    def issue_token(self) -> dict[str, Any]:
        """A token that opens the door."""
        token = uuid.uuid4().hex
        self.tokens.add(token)
        seconds = self.scenario.token_seconds
        return {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}

    def run(self, sql: str) -> str:
        """Evaluate a query; the id of its job. Raises :class:`BadSql`."""
        job = uuid.uuid4().hex
        with self._lock:
            self.queries.append(sql)
            self._began[job] = self._times()
            self._results[job] = Result(evaluate(sql, self.scenario), self.scenario)
        return job

    def reference(self, job: str) -> dict[str, str]:
        """A job as the service names it."""
        return {"projectId": PROJECT, "jobId": job, "location": "US"}

    def job(self, job: str, state: str = "DONE") -> dict[str, Any]:
        """A job as it stands."""
        told = self._began.get(job, {}) if self.scenario.job_times else {}
        return {
            "kind": "bigquery#job",
            "id": f"{PROJECT}:US.{job}",
            "jobReference": self.reference(job),
            "configuration": {"jobType": "QUERY", "query": {"query": ""}},
            "status": {"state": state},
            "statistics": told,
        }

    def _times(self) -> dict[str, str]:
        """When a job that is made now was made, began and ended."""
        now = str(int(self.scenario.service_now().timestamp() * 1000))
        return {"creationTime": now, "startTime": now, "endTime": now}

    def page(self, job: str, start: int, most: int) -> dict[str, Any]:
        """One answer's worth of a result, from a row on."""
        result = self._results[job]
        size = self.scenario.page_rows or most or len(result.rows) or 1
        answer: dict[str, Any] = {
            "kind": "bigquery#queryResponse",
            "schema": {"fields": result.fields},
            "jobReference": self.reference(job),
            "totalRows": str(len(result.rows) if self.scenario.total_rows < 0 else self.scenario.total_rows),
            "rows": result.rows[start : start + size],
            "jobComplete": True,
            "cacheHit": False,
            "totalBytesProcessed": "0",
        }
        if self.scenario.job_times == "answer":
            answer |= self._began[job]
        if start + size < len(result.rows):
            answer["pageToken"] = str(start + size)
        return answer


def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", type=Path, required=True, help="where to write the key file")
    parser.add_argument("--scenario", type=Path, help="a JSON file with fields of the scenario")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="")
    chosen = parser.parse_args()
    with BigQueryServer(chosen.port) as server:
        if chosen.scenario:
            server.control(json.loads(chosen.scenario.read_text(encoding="utf-8")))
        server.scenario.fault = chosen.fault or server.scenario.fault
        environment = server.environment(chosen.key)
        print(json.dumps({"address": server.address, "environment": environment}), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
