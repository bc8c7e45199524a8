"""The assistant without a site: takes the phone's messages and answers them by the engine alone, with the articles of its tests."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import threading
import time
import urllib.request
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import complaint_qms
from complaint_qms.engine.dialog import WORDS, Knowledge, Reply, State, Turn, step
from tests.engine.dialog_articles import CHINESE, ENGLISH

_CHINESE_WORDS: Final = Path(complaint_qms.__file__).parent / "translations" / "zh.csv"


class Rehearsal:
    """`with Rehearsal(secret) as site`: the address for the phone is `site.webhook`; `site.replies` is set to the phone's."""

    def __init__(self, secret: str) -> None:
        self.secret, self.replies = secret, ""
        self.states: dict[str, State] = {}
        self._known = Knowledge.build([*ENGLISH, *CHINESE])
        with _CHINESE_WORDS.open(encoding="utf-8", newline="") as file:
            self._chinese = {row[0]: row[1] for row in csv.reader(file)}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                signed = hmac.compare_digest(
                    site._sign(self.headers.get("X-Timestamp", ""), body),
                    self.headers.get("X-Signature", ""),
                )
                self.send_response(200 if signed else 403)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if signed:
                    threading.Thread(target=site._answer, args=(json.loads(body),)).start()

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.webhook = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Rehearsal:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, message: dict[str, Any]) -> None:
        sender = message["sender"]["id"]
        turn = Turn(message["text"], len(message["files"]), datetime.now())
        done = step(self.states.get(sender), turn, self._known)
        self.states[sender] = done.state
        lines = [line for reply in done.replies for line in self._lines(reply, done.state.language)]
        if done.action == "register":
            lines.append(self._say("registered_number", done.state.language).format(number="CMP-2026-00001"))
        if lines:
            self._post({"id": str(time.time()), "to": sender, "text": "\n".join(lines), "context": {}})

    def _lines(self, reply: Reply, language: str) -> list[str]:
        said = [self._say(reply.key, language).format(**reply.values)]
        choices = " / ".join(f"[{self._say(choice, language)}]" for choice in reply.choices)
        return [*said, choices] if choices else said

    def _say(self, key: str, language: str) -> str:
        return self._chinese.get(WORDS[key], WORDS[key]) if language.startswith("zh") else WORDS[key]

    def _post(self, data: dict[str, Any]) -> None:
        body, moment = json.dumps(data, ensure_ascii=False).encode(), str(int(time.time()))
        headers = {"Content-Type": "application/json", "X-Timestamp": moment, "X-Signature": self._sign(moment, body)}  # fmt: skip
        with urllib.request.urlopen(urllib.request.Request(self.replies, body, headers), timeout=10):
            pass

    def _sign(self, moment: str, body: bytes) -> str:
        said = moment.encode() + b"." + body
        return "sha256=" + hmac.new(self.secret.encode(), said, hashlib.sha256).hexdigest()
