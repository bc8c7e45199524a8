"""An append-only chain of records in which every link carries the hash of the one before it.

Changing, removing, inserting or reordering a link breaks the chain at that place, and cutting off its tail shows
against a remembered head. A hash is SHA-256 over ``sequence``, the previous hash and the canonical JSON of the
payload, a line each: anybody can recompute it with standard tools.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first link names as the hash before it."""


class ChainError(ValueError):
    """A payload that has no canonical form."""


@dataclass(frozen=True)
class Link:
    """One link; ``sequence`` starts at 1."""

    sequence: int
    previous_hash: str
    payload: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Break:
    """Where a chain is broken first. ``position`` counts the given links from 0 and equals their number when the
    tail is missing. ``reason``: ``sequence``, ``previous_hash``, ``content`` or ``head``."""

    position: int
    reason: str
    expected: str
    found: str


def canonical(payload: Mapping[str, Any]) -> str:
    """The one JSON text of a payload: keys sorted, no spaces, text as it is (UTF-8).

    Only text, whole and finite numbers, booleans, null, lists and string-keyed objects have one; dates and amounts
    come as text, so that a chain does not depend on how a database rounds them.

    Raises:
        ChainError: anything else, with the path to it.
    """
    if not isinstance(payload, Mapping):
        raise ChainError(f"A payload must be an object, not {type(payload).__name__}")
    return json.dumps(_plain(payload, "payload"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(sequence: int, previous_hash: str, payload: Mapping[str, Any]) -> str:
    """SHA-256 of a link in lower-case hexadecimal."""
    return digest_of_text(sequence, previous_hash, canonical(payload))


def digest_of_text(sequence: int, previous_hash: str, text: str) -> str:
    """The same of a link whose payload is a text of its own (see ``engine.audit_entry``)."""
    return _sha256(f"{sequence}\n{previous_hash}\n{text}")


def fingerprint(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text of a payload on its own, in lower-case hexadecimal."""
    return _sha256(canonical(payload))


def append(payload: Mapping[str, Any], after: Link | None = None) -> Link:
    """The link that follows ``after`` (None: the first of a chain)."""
    sequence, previous = (after.sequence + 1, after.hash) if after else (1, GENESIS)
    return Link(sequence, previous, payload, digest(sequence, previous, payload))


def first_break(
    links: Iterable[Link], after: tuple[int, str] = (0, GENESIS), head: tuple[int, str] | None = None
) -> Break | None:
    """The first broken place of a chain read in order, or None when it holds.

    Args:
        links: the links; they are read once, so a million may come from a cursor.
        after: sequence and hash of the link before the first one given, for checking in parts.
        head: sequence and hash that the last link must have, remembered outside the chain; without it a cut-off
            tail cannot be seen.
    """
    sequence, previous = after
    position = 0
    for position, link in enumerate(links, start=1):
        sequence += 1
        for reason, expected, found in (
            ("sequence", str(sequence), str(link.sequence)),
            ("previous_hash", previous, link.previous_hash),
        ):
            if expected != found:
                return Break(position - 1, reason, expected, found)
        recomputed = digest(sequence, previous, link.payload)
        if recomputed != link.hash:
            return Break(position - 1, "content", recomputed, link.hash)
        previous = link.hash
    if head is not None and head != (sequence, previous):
        return Break(position, "head", f"{head[0]} {head[1]}", f"{sequence} {previous}")
    return None


def verify(links: Iterable[Link], head: tuple[int, str] | None = None) -> bool:
    """Whether a whole chain holds (see :func:`first_break`)."""
    return first_break(links, head=head) is None


def _sha256(text: str) -> str:
    try:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        raise ChainError(
            "payload: it holds half a character (a lone surrogate), which no file can keep"
        ) from None


def _plain(value: Any, path: str) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ChainError(f"{path}: the key {key!r} is not text")
        return {key: _plain(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{path}[{n}]") for n, item in enumerate(value)]
    raise ChainError(f"{path}: {value!r} has no canonical form")
