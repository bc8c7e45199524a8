"""A time-stamp authority (RFC 3161): asked for a stamp over some bytes, and stamps read and checked. It knows no site.

The bytes never leave the site: an authority is sent their SHA-256 and a number that is used once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificates

from complaint_qms.integrations.messaging.http import exchange
from complaint_qms.integrations.messaging.inbound import ServiceError

_MOST_BYTES: Final = 200_000
_ASKS: Final = "application/timestamp-query"
_ANSWERS: Final = "application/timestamp-reply"
_SHA256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")


class StampRefused(Exception):
    """No stamp that may be kept: (reason as a key of `STAMP_REASONS`, what the authority or the network said)."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason, said)
        self.reason, self.said = reason, said[:200]


STAMP_REASONS: Final = (
    "unreachable",
    "status",
    "no_answer",
    "refused",
    "other_bytes",
    "other_policy",
    "certificate",
    "no_library",
)


class Stamp(NamedTuple):
    """A stamp: the SHA-256 that it is about, when it was made by the clock of the authority (UTC), under which policy and number."""

    imprint: bytes
    at: datetime
    policy: str
    serial: str
    token: bytes


def request_stamp(
    url: str, content: bytes, *, login: tuple[str, str] | None = None, policy: str = "", roots: Sequence[Certificate] = ()
) -> Stamp:  # fmt: skip
    """Have bytes stamped. The answer is about them and about this request, and by an authority of `roots` where there are any.

    Args:
        login: user and password, where the authority asks for them.
        policy: under which it has to be stamped; empty for any.

    Raises:
        StampRefused: it is not.
    """
    library = _library()
    algorithm = library.HashAlgorithm.SHA256
    builder = library.TimestampRequestBuilder().data(content).hash_algorithm(algorithm)
    asked = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    token = _post(url, asked.as_bytes(), login)
    stamp = read_stamp(token)
    if stamp.imprint != hashlib.sha256(content).digest():
        raise StampRefused("other_bytes")
    if library.decode_timestamp_response(token).tst_info.nonce != asked.nonce:
        raise StampRefused("other_bytes")
    if policy and stamp.policy != policy:
        raise StampRefused("other_policy", stamp.policy)
    if roots:
        check_stamp(token, content, roots)
    return stamp


def read_stamp(token: bytes) -> Stamp:
    """An answer of an authority, as it stands there; who signed it is not asked.

    Raises:
        StampRefused: it is none, grants nothing, or is no SHA-256.
    """
    library = _library()
    try:
        answer = library.decode_timestamp_response(token)
        granted = answer.status in (0, 1)
        told = answer.tst_info if granted else None
    except Exception as error:  # the library raises what it likes at foreign bytes
        raise StampRefused("no_answer", str(error)) from None
    if not told:
        raise StampRefused("refused", "; ".join(map(str, answer.status_string or ())))
    if told.message_imprint.hash_algorithm != _SHA256:
        raise StampRefused("other_bytes")
    return Stamp(bytes(told.message_imprint.message), told.gen_time, told.policy.dotted_string, str(told.serial_number), token)  # fmt: skip


def check_stamp(token: bytes, content: bytes, roots: Sequence[Certificate]) -> None:
    """A stamp is about these bytes, and signed by a certificate for time stamps that leads to one of `roots` and was valid when it was made.

    Raises:
        StampRefused: it is not.
    """
    library = _library()
    builder = library.VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(library.decode_timestamp_response(token), hashlib.sha256(content).digest())
    except (library.VerificationError, ValueError) as error:
        raise StampRefused("certificate", str(error)) from None


def read_certificates(pem: str) -> list[Certificate]:
    """Those of a text in PEM; none of an empty one.

    Raises:
        ValueError: there is something else in it.
    """
    return load_pem_x509_certificates(pem.encode()) if pem.strip() else []


def is_address(url: str) -> bool:
    """Whether it is an address that can be asked, without a login in it."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and not parts.username
            and (parts.port or 1) > 0
        )
    except ValueError:
        return False


def _post(url: str, asked: bytes, login: tuple[str, str] | None) -> bytes:
    headers = {"Content-Type": _ASKS, "Accept": _ANSWERS}
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    try:
        answer = exchange("POST", url, asked, headers, limit=_MOST_BYTES)
    except ServiceError as error:
        raise StampRefused("unreachable", str(error)) from None
    if answer.status != 200:
        raise StampRefused("status", str(answer.status))
    return answer.content


def _library() -> Any:
    # A bench whose environment was not brought up to date keeps everything but this.
    try:
        import rfc3161_client
    except ImportError:
        raise StampRefused("no_library") from None
    return rfc3161_client
