"""An entry of the audit trail as the text that its hashes are taken of, and values of persons kept beside it.

The text is a line for each of `COLUMNS`, joined by line feeds. None of them holds one, so no two entries have the same
text; the last, `detail`, is JSON, in which line feeds are escaped. The chain is that of :mod:`.audit_chain` over these texts.

A value that tells who somebody is stands in ``detail`` as ``{"~": digest}``, the SHA-256 of a salt of its own and of its JSON. Salts and
values are kept apart (`Apart`): without them the digest tells nothing, not even to who guesses the value, and the chain holds all the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

COLUMNS: Final = (
    "name",
    "creation",
    "happened_at",
    "happened_by",
    "acting_as",
    "way",
    "address",
    "kind",
    "document_type",
    "document_name",
    "transaction_id",
    "detail",
)
APART: Final = "~"
"""The one key of what stands in the place of a value that is kept apart."""
ENCRYPTED: Final = "~enc"
"""The one key of what stands in the place of a value that is kept encrypted beside the chain."""
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class Erased:
    """A value that is not known any more: it equals nothing, and nothing is compared with it."""

    def __repr__(self) -> str:
        return "erased"


ERASED: Final = Erased()


def one_line(text: str | None) -> str:
    """A text without line breaks and control characters."""
    return _BREAKS.sub(" ", text or "")


def entry_lines(values: Sequence[str]) -> str:
    """The text of an entry out of its columns, each without a line feed."""
    return "\n".join(values)


def entry_columns(text: str) -> dict[str, str]:
    """The columns out of the text of an entry."""
    return dict(zip(COLUMNS, text.split("\n"), strict=True))


def as_json(value: Any) -> str:
    """The one JSON text of what an entry tells."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def site_mark(key: bytes, text: str) -> str:
    """What nobody can make for a text who does not know the key: HMAC-SHA-256 in hexadecimal."""
    return hmac.digest(key, text.encode(), "sha256").hex()


class Apart:
    """Values of one entry that are kept beside its text, each with its salt: digest → salt, digest → value."""

    def __init__(
        self, salts: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None
    ) -> None:
        self.salts: dict[str, str] = dict(salts or {})
        self.values: dict[str, Any] = dict(values or {})
        self.encrypted: dict[str, str] = {}
        """Digest → how a value was encrypted when it was read, of those that are kept so; empty of a new one."""

    @classmethod
    def read(cls, text: str | None, decrypt: Callable[[str], Any] | None = None) -> Apart:
        """What `text` says; nothing where it says nothing that can be read. Older entries have one salt for all their values.

        Args:
            decrypt: gives the value that was encrypted, `ERASED` where it cannot be read.
        """
        try:
            kept = json.loads(text or "{}")
            values = dict(kept["values"])
            salts = dict.fromkeys(values, str(kept["salt"])) if "salt" in kept else dict(kept["salts"])
            found = cls({digest: str(salts[digest]) for digest in values}, values)
            if decrypt and f'"{ENCRYPTED}":' in (text or ""):
                found._decrypt(decrypt)
            return found
        except (ValueError, TypeError, KeyError):
            return cls()

    def text(self, encrypt: Callable[[Any, str], str] | None = None) -> str | None:
        """As it is kept.

        Args:
            encrypt: of a value, and how it was encrypted before (or nothing), how it is to be kept.

        Raises:
            ValueError: some values are kept encrypted and `encrypt` is not given.
        """
        values = dict(self.values)
        if self.encrypted and not encrypt:
            raise ValueError("values that are kept encrypted, and nothing to encrypt them with")
        if encrypt:
            values |= {
                digest: {ENCRYPTED: encrypt(values[digest], was)} for digest, was in self.encrypted.items()
            }
        return as_json({"salts": self.salts, "values": values}) if values else None

    def hide(self, value: Any, encrypted: bool = False) -> dict[str, str]:
        """What stands in the entry in the place of `value`."""
        salt = secrets.token_hex(8)
        digest = salted_digest(salt, value)
        if encrypted:
            self.encrypted[digest] = ""
        self.salts[digest], self.values[digest] = salt, value
        return {APART: digest}

    def shown(self, value: Any) -> Any:
        """A value of the entry, in clear where that is known; `ERASED` where it is not any more."""
        if isinstance(value, dict) and APART in value:
            return self.values.get(value[APART], ERASED)
        return value

    def is_true(self) -> bool:
        """Whether each value that can be read is the one that its digest was made of."""
        return all(
            value is ERASED or digest == salted_digest(self.salts[digest], value)
            for digest, value in self.values.items()
        )

    def let_go(self, digests: Iterable[str]) -> set[str]:
        """Forget values with their salts; which ones. Those that share a salt with one go as well: it would let somebody guess."""
        asked = {self.salts[digest] for digest in digests if digest in self.salts}
        gone = {digest for digest, salt in self.salts.items() if salt in asked}
        for digest in gone:
            del self.salts[digest], self.values[digest]
            self.encrypted.pop(digest, None)
        return gone

    def _decrypt(self, decrypt: Callable[[str], Any]) -> None:
        for digest, value in self.values.items():
            if isinstance(value, dict) and value.keys() == {ENCRYPTED}:
                self.encrypted[digest] = str(value[ENCRYPTED])
                self.values[digest] = decrypt(self.encrypted[digest])


def salted_digest(salt: str, value: Any) -> str:
    """What an entry names a value by that is kept beside it."""
    return hashlib.sha256(f"{salt}{as_json(value)}".encode()).hexdigest()[:32]


def hidden_in(detail: str) -> set[str]:
    """Digests of the values that an entry has apart."""
    return set(re.findall(r'\{"~":"([0-9a-f]{32})"\}', detail))
