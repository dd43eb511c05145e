"""Serves the window its page, and nobody anything else: a fixed set of files on a loopback port of its own.

pywebview's own server picks a port before it binds it and guesses content types from the machine's registry.
"""

from __future__ import annotations

import http.server
import socket
import threading
from pathlib import Path
from types import MappingProxyType

HOST = "127.0.0.1"
CONTENT_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }
)
# pywebview builds its functions with eval and sets its cursor with a style element.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


class PageServer(http.server.ThreadingHTTPServer):
    """Serves the files of a folder as they were when it started; every other name is not found."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, folder: Path) -> None:
        self.files = {
            "/" + path.relative_to(folder).as_posix(): (CONTENT_TYPES[path.suffix], path.read_bytes())
            for path in sorted(folder.rglob("*"))
            if path.suffix in CONTENT_TYPES and path.is_file()
        }
        super().__init__((HOST, 0), _Request)

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without asking a name server what 127.0.0.1 is called, and for nobody to share."""
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is no news."""

    def start(self) -> None:
        """Serve on a daemon thread until ``stop``."""
        threading.Thread(target=self.serve_forever, name="pages", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self.shutdown()
        self.server_close()


class _Request(http.server.BaseHTTPRequestHandler):
    """One connection of the browser."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    timeout = 30
    server_version = "tray-agent"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a file."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with a file's headers."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        found = self.server.files.get("/index.html" if path == "/" else path)
        # Another host name on this port is a foreign page that had its name point here.
        if found is None or self.headers.get("Host") != f"{HOST}:{self.server.server_port}":
            self.send_error(404)
            return
        content_type, content = found
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: there may be no stderr, and nobody reads it."""
