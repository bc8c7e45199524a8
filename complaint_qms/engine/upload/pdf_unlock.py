"""Streams of a PDF that its owner has locked and that opens without a password: decrypted, to be looked at as all others.

Nothing is followed that a stranger's file points at: what is needed is looked for in its bytes, and where anything stands there twice, or
otherwise than programs write it, the file is left locked.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

_REFERENCE: Final = re.compile(rb"/Encrypt\s+(\d{1,10})\s+(\d{1,5})\s+R(?![A-Za-z0-9])")
_NAMED: Final = re.compile(
    rb"/(?:E|#45)(?:n|#6[eE])(?:c|#63)(?:r|#72)(?:y|#79)(?:p|#70)(?:t|#74)(?![A-Za-z0-9#])"
)
_ID: Final = re.compile(rb"/ID\s*\[\s*(?:<([0-9A-Fa-f\s]{0,200})>)?")
_OBJECT: Final = re.compile(rb"(?<![0-9])(\d{1,10})[\s]+(\d{1,5})[\s]+obj(?![A-Za-z])")
_LENGTH: Final = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R)(?!\d)")
_END: Final = re.compile(rb"\s{0,4}endstream")
_LONGEST: Final = 8192
"""Bytes of a dictionary that is read."""


class Unlocked:
    """A PDF whose streams can be read without a password."""

    def __init__(self, key: Any, content: Any) -> None:
        self._key = key
        self._content = content

    def stream(self, start: int) -> bytes | None:
        """The stream whose bytes begin at `start`, as it was before it was locked; None where it cannot be told for sure."""
        from pypdf.generic import StreamObject

        content = self._content
        before = bytes(content[max(0, start - _LONGEST) : start])
        head = before[before.rfind(b"endobj") + 6 if b"endobj" in before else 0 :]
        found = list(_OBJECT.finditer(head))
        own = head[found[0].end() :] if len(found) == 1 else b""
        lengths = _LENGTH.findall(own)
        # What may hide another dictionary or number: texts, remarks, brackets that do not pair.
        if not own.lstrip().startswith(b"<<") or own.count(b"<<") != own.count(b">>") or len(lengths) != 1:
            return None
        if any(sign in own for sign in (b"(", b")", b"%")):
            return None
        end = start + int(lengths[0])
        if not _END.match(bytes(content[end : end + 16])):
            return None
        part = StreamObject()
        part._data = bytes(content[start:end])
        try:
            return bytes(self._key.decrypt_object(part, int(found[0][1]), int(found[0][2]))._data)
        except Exception:  # whatever a stranger's bytes do to a cipher
            return None


def unlocked(content: Any) -> Unlocked | None:
    """A locked PDF, if it opens without a password; None where it does not, or where how it is locked is not plain to see."""
    references = set(_REFERENCE.findall(content))
    if len(references) != 1 or len(_NAMED.findall(content)) != len(_REFERENCE.findall(content)):
        return None
    number, generation = references.pop()
    places = [
        one.end()
        for one in _OBJECT.finditer(content)
        if (int(one[1]), int(one[2])) == (int(number), int(generation))
    ]
    ids = {
        bytes(one.replace(b"\n", b"").replace(b"\r", b"").replace(b" ", b"")).lower()
        for one in _ID.findall(content)
    }
    if len(places) != 1 or len(ids) != 1:
        return None
    try:
        from pypdf._encryption import Encryption
        from pypdf.generic import DictionaryObject, read_object

        dictionary = read_object(BytesIO(bytes(content[places[0] : places[0] + _LONGEST]).lstrip()), None)
        if not isinstance(dictionary, DictionaryObject):
            return None
        key = Encryption.read(dictionary, bytes.fromhex(ids.pop().decode()))
        return Unlocked(key, content) if key.verify("") else None
    except (
        Exception
    ):  # another kind of lock, a broken one, or a library that has it elsewhere: it stays locked
        return None
