"""A real HTTP server on this machine that plays a chat service: it notes what it is asked, and answers what a test has put down."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Service:
    """`answers`: beginning of a path → what is answered, or a function of what was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)

    def answers_json(self, path: str, data: Any, status: int = 200) -> None:
        self.answers[path] = (status, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def answers_file(self, path: str, content: bytes, mime: str = "image/png") -> None:
        self.answers[path] = (200, {"Content-Type": mime}, content)

    def asked_at(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path.startswith(path)]


@contextmanager
def service(secure: ssl.SSLContext | None = None) -> Iterator[Service]:
    """The server, until the block ends; by TLS where `secure` says with what."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            played.asked.append(asked)
            ways = [path for path in played.answers if self.path.startswith(path)]
            answer = played.answers[max(ways, key=len)] if ways else (404, {}, b"")
            status, more, content = answer(asked) if callable(answer) else answer
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked has read as much as it wanted
                self.wfile.write(content)

        do_GET = do_POST = _take

        def log_message(self, *_parts: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if secure:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    played = Service(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
