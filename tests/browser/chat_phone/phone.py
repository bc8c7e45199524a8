"""The service behind the phone: signs what is typed, keeps what comes back. It listens on this machine alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

HERE: Final = Path(__file__).parent
PAGES: Final = {
    "/": ("page.html", "text/html"),
    "/phone.css": ("phone.css", "text/css"),
    "/phone.js": ("phone.js", "text/javascript"),
}
ME: Final = "me"
THEM: Final = "them"
WINDOW: Final = 300
"""Seconds by which a reply's time may differ."""
LARGEST: Final = 32 << 20


@dataclass
class Bubble:
    """One message; `state` of one's own: sent, or why not."""

    number: int
    who: str
    text: str
    files: list[str] = field(default_factory=list)
    at: float = 0.0
    state: str = "sent"


class Phone:
    """`with Phone(webhook, secret) as phone`: a page at `phone.url`, replies of the site at `phone.url/replies`."""

    def __init__(self, webhook: str, secret: str, port: int = 0) -> None:
        self.webhook, self.secret = webhook, secret
        self.talks: dict[str, list[Bubble]] = {}
        self._replies: dict[str, str] = {}
        self._lock = threading.Lock()
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                if asked.path in PAGES:
                    name, kind = PAGES[asked.path]
                    self._answer(200, (HERE / name).read_bytes(), f"{kind}; charset=utf-8")
                elif asked.path == "/talk":
                    sender = parse_qs(asked.query).get("sender", [""])[0]
                    self._answer_json(200, [asdict(bubble) for bubble in phone.talks.get(sender, [])])
                else:
                    self._answer(404)

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                if size > LARGEST:
                    self._answer(413)
                    return
                body = self.rfile.read(size)
                try:
                    self._take(body)
                except (ValueError, TypeError, KeyError):
                    self._answer(400)

            def _take(self, body: bytes) -> None:
                if self.path == "/say":
                    self._answer_json(200, asdict(phone.say(**json.loads(body))))
                elif self.path == "/replies":
                    known = phone.take_reply(
                        body, self.headers.get("X-Timestamp", ""), self.headers.get("X-Signature", "")
                    )
                    self._answer_json(200, {"message_id": known}) if known else self._answer(403)
                else:
                    self._answer(404)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing: what is written in a chat is nobody's log."""

            def _answer_json(self, status: int, data: Any) -> None:
                self._answer(status, json.dumps(data).encode(), "application/json")

            def _answer(self, status: int, content: bytes = b"", kind: str = "text/plain") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Phone:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Until the process is interrupted."""
        self._thread.join()

    def say(
        self, sender: dict[str, str], text: str = "", files: list[dict[str, str]] | None = None
    ) -> Bubble:
        """Send a message to the site. Files: [{"name", "content" (base64)}]."""
        files = files or []
        bubble = self._add(sender["id"], ME, text, [one["name"] for one in files])
        message = {
            "id": uuid.uuid4().hex,
            "sender": sender,
            "text": text,
            "sent_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "files": files,
        }
        body = json.dumps(message, ensure_ascii=False).encode()
        moment = str(int(time.time()))
        headers = {"Content-Type": "application/json", "X-Timestamp": moment, "X-Signature": self._sign(moment, body)}  # fmt: skip
        request = urllib.request.Request(self.webhook, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30):
                bubble.state = "sent"
        except urllib.error.HTTPError as error:
            bubble.state = f"{error.code} {HTTPStatus(error.code).phrase}"
        except OSError as error:
            bubble.state = str(error)
        return bubble

    def take_reply(self, body: bytes, moment: str, signature: str) -> str:
        """What the site calls by this name from now on; empty for what it has not signed."""
        if not moment.isdigit() or abs(time.time() - int(moment)) > WINDOW:
            return ""
        if not hmac.compare_digest(self._sign(moment, body), signature):
            return ""
        said = json.loads(body)
        # What is sent again is the same reply.
        if said["id"] not in self._replies:
            self._replies[said["id"]] = f"phone-{self._add(said['to'], THEM, said['text']).number}"
        return self._replies[said["id"]]

    def _add(self, sender: str, who: str, text: str, files: list[str] | None = None) -> Bubble:
        with self._lock:
            talk = self.talks.setdefault(sender, [])
            bubble = Bubble(len(talk), who, text, files or [], time.time())
            talk.append(bubble)
        return bubble

    def _sign(self, moment: str, body: bytes) -> str:
        said = moment.encode() + b"." + body
        return "sha256=" + hmac.new(self.secret.encode(), said, hashlib.sha256).hexdigest()
