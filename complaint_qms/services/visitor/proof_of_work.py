"""A second of computing that a browser does before it sends: nothing to one visitor, dear to a machine that sends thousands.

A challenge is signed with the site's key, so the server keeps nothing of it until it is answered; answered, it counts once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

import frappe
from frappe.utils.password import get_encryption_key

BITS: Final = 16
"""Leading zero bits that SHA-256 of challenge and answer must have: 65,536 attempts on average."""
_MINUTES: Final = 60


def challenge() -> str:
    """`expiry.nonce.bits.signature`"""
    body = f"{int(time.time()) + _MINUTES * 60}.{secrets.token_hex(12)}.{BITS}"
    return f"{body}.{_signature(body)}"


def is_answered(given: str, answer: str, key: str) -> bool:
    """Whether a challenge of this site is answered in time, and by the message `key` alone, however often that is sent."""
    body, _dot, signature = given.rpartition(".")
    if (
        len(given) > 200
        or len(answer) > 40
        or not hmac.compare_digest(signature.encode(), _signature(body).encode())
    ):
        return False
    expiry, nonce, bits = body.split(".")
    if int(expiry) < time.time() or not _is_zero(
        hashlib.sha256(f"{given}:{answer}".encode()).digest(), int(bits)
    ):
        return False
    place = frappe.cache.make_key(f"qms_work:{nonce}")
    if frappe.cache.set(place, key, nx=True, ex=_MINUTES * 60):
        return True
    return frappe.cache.get(place) == key.encode("utf-8", "surrogatepass")


def _is_zero(digest: bytes, bits: int) -> bool:
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def _signature(body: str) -> str:
    key = f"complaint proof of work:{get_encryption_key()}".encode()
    return hmac.new(key, body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
