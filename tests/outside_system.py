"""A real HTTP server on this machine that plays an outside system, well or badly: slow, silent, broken off in the middle, endless."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


Play = Callable[[BaseHTTPRequestHandler, Asked], None]


@dataclass
class Outside:
    """`plays`: path → what is done when it is asked; 404 where there is none."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    plays: dict[str, Play] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def asked_at(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path == path]


def answers(data: Any, status: int = 200, **headers: str) -> Play:
    """JSON, or the bytes as they are."""
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()

    def play(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
        send(handler, status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return play


def in_turn(*plays: Play) -> Play:
    """One after the other; the last one for good."""
    left = list(plays)

    def play(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler, asked)

    return play


def silent(seconds: float) -> Play:
    """Takes the request and says nothing for so long."""

    def play(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
        handler.server.outside.ended.wait(seconds)
        handler.close_connection = True

    return play


def trickling(seconds: float) -> Play:
    """A byte now and then, for so long."""

    def play(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
        until = time.monotonic() + seconds
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while time.monotonic() < until and not handler.server.outside.ended.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()
        handler.close_connection = True

    return play


def broken_off(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
    """Half an answer, and the connection is closed."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"name": "Pu')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def endless(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
    """More than anybody reads."""
    handler.send_response(200)
    handler.end_headers()
    for _piece in range(4096):
        handler.wfile.write(b'{"a": "' + b"x" * 65536)
    handler.close_connection = True


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        **headers,
        "Content-Length": str(len(body)),
    }.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def outside_system() -> Iterator[Outside]:
    """The server, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            played.asked.append(asked)
            with suppress(OSError):  # who asked has gone
                played.plays.get(parts.path, answers({}, 404))(self, asked)

        do_GET = do_POST = do_PUT = _take

        def log_message(self, *_parts: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = server.outside = Outside(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        played.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
