"""A time-stamp authority on this machine: OpenSSL's own behind a small HTTP server, with a root, its certificate, and ways to answer wrongly."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

POLICY = "1.3.6.1.4.1.99999.1"
_CONFIG = """
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = {name}
[ root ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[ stamps ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ tsa ]
default_tsa = tsa_own
[ tsa_own ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/stamps.pem
signer_key = {folder}/stamps.key
signer_digest = sha256
default_policy = {policy}
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Attributes:
    url: where it answers.
    root: its root certificate in PEM.
    asked: (headers, body) of each request.
    answer: what it answers instead of a stamp, (status, bytes); None for a stamp.
    """

    folder: Path
    url: str = ""
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None

    @property
    def root(self) -> str:
        return (self.folder / "root.pem").read_text()

    def stamp(self, asked: bytes) -> bytes:
        """What `openssl ts` answers to a request."""
        query, reply = self.folder / "query.tsq", self.folder / "reply.tsr"
        query.write_bytes(asked)
        self.openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", query.name, "-out", reply.name)
        return reply.read_bytes()

    def holds(self, token: bytes, content: bytes) -> bool:
        """Whether `openssl ts -verify` takes a stamp."""
        (self.folder / "kept.tsr").write_bytes(token)
        (self.folder / "kept.txt").write_bytes(content)
        ask = ["openssl", "ts", "-verify", "-in", "kept.tsr", "-data", "kept.txt", "-CAfile", "root.pem"]
        return subprocess.run(ask, cwd=self.folder, capture_output=True, check=False).returncode == 0

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True)


def made_in(folder: Path, name: str = "Own Authority") -> Authority:
    """Keys and certificates of an authority, which does not answer yet."""
    found = Authority(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(_CONFIG.format(name=name, folder=folder, policy=POLICY))
    (folder / "serial").write_text("01\n")
    own = ("-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf")
    found.openssl("req", "-x509", *own, "-keyout", "root.key", "-out", "root.pem", "-days", "30", "-extensions", "root")  # fmt: skip
    found.openssl("req", *own, "-keyout", "stamps.key", "-out", "stamps.csr", "-subj", f"/CN={name} Stamps")
    found.openssl("x509", "-req", "-in", "stamps.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "stamps.pem", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "stamps")  # fmt: skip
    return found


@contextmanager
def answering(authority: Authority) -> Iterator[Authority]:
    """It answers at its `url` within this block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append((dict(self.headers), asked))
            status, said = authority.answer or (200, authority.stamp(asked))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
