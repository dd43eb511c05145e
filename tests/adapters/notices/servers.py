"""Servers on loopback that notices are sent to: one that speaks HTTP, one that speaks SMTP, a silent one."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

HOST = "127.0.0.1"


class Http:
    """Keeps what was posted; answers ``status``."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.status = 200
        self.came = threading.Condition()
        http = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(http.status)
                self.end_headers()
                with http.came:
                    http.posts.append(json.loads(body) | {"path": self.path})
                    http.came.notify_all()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://{HOST}:{self._server.server_address[1]}/avisos"

    def until(self, count: int, seconds: float = 60.0) -> list[dict[str, Any]]:
        """The posts, once there are so many."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.posts) >= count, seconds), self.posts
            return list(self.posts)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Smtp:
    """Speaks enough of RFC 5321 to take mail, and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        smtp = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self) -> None:
                self.say("220 loopback")
                while line := self.rfile.readline():
                    verb = line.decode().split()[0].upper()
                    if verb == "DATA":
                        self.say("354 go on")
                        smtp.mails.append(self.mail())
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    self.say("250 ok")

            def mail(self) -> EmailMessage:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.decode())
                return cast(EmailMessage, message_from_string("".join(lines), policy=policy.default))

        self._server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"mailto://{HOST}:{self._server.server_address[1]}/?from=agente@banco.example&to=equipe@banco.example&mode=insecure"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word; the library itself would wait
    minutes for one, where by default it gives up after four seconds."""
    with socket.create_server((HOST, 0)) as listener:
        yield f"json://{HOST}:{listener.getsockname()[1]}/silencio?rto=300"
