"""Whether a PDF holds programs or other files, also where its objects are packed.

Names of what is active are looked for in all bytes: whoever reads a PDF may be led into the midst of a stream. The shortest of them
stands in five megabytes of a packed picture by chance; there it counts only together with what would run it. Streams of objects
(ISO 32000-1, 7.5.7) are unpacked, within bounds, and what cannot be unpacked is said to be so.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from complaint_qms.engine.message import Message
from complaint_qms.engine.upload.pdf_unlock import unlocked

ACTIVE: Final = Message("This PDF contains programs or other files. Print it to a new PDF and send that.")
LOCKED: Final = Message(
    "This PDF is locked, or packed in a way that cannot be checked. Print it to a new PDF and send that."
)

MOST_STREAMS: Final = 100_000
MOST_UNPACKED: Final = 32 << 20
"""Bytes of all streams of objects of one file; of a catalogue of thousands of pages they are a few."""
MOST_PACKED: Final = 10_000
"""Streams of objects of one file."""
_PIECE: Final = 1 << 14


def _names(*names: str) -> re.Pattern[bytes]:
    """Any of these names. Each letter of a name may be written as # and its code (ISO 32000-1, 7.3.5)."""
    written = ("".join(f"(?:{sign}|#{ord(sign):02x}|#{ord(sign):02X})" for sign in name) for name in names)
    return re.compile(("/(?:" + "|".join(written) + ")(?![A-Za-z0-9#])").encode())


_ACTIVE: Final = _names("JavaScript", "Launch", "EmbeddedFile", "RichMedia")
_SCRIPT: Final = _names("JS")
# Besides an action of its own, which is called /JavaScript, this one alone runs what stands in /JS (12.6.4.13).
_RUNS_SCRIPT: Final = _names("Rendition")
_HOLDS: Final = _names("ObjStm")
_MAY_HOLD: Final = _names("ObjStm", "First")
_LOCKED: Final = _names("Encrypt")
_FILTER: Final = re.compile(_names("Filter").pattern + rb"\s*(\[[^\]]*\]|/[^\s/\[\]<>()]+)?")
_PREDICTOR: Final = re.compile(_names("Predictor").pattern + rb"\s*(?!1\b)\d")
# A stream of objects begins with their numbers: what was decrypted by another key does not.
_HEAD: Final = re.compile(rb"\s*\d+\s+\d+\s")
_NAME: Final = re.compile(rb"/[^\s/\[\]<>()]+")
_STREAM: Final = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)")
_PLAIN: Final[tuple[list[bytes], ...]] = ([], [b"/FlateDecode"], [b"/Fl"])


def refusal(content: Any) -> Message | None:
    """Why a PDF is not taken; None for one that is.

    Args:
        content: `bytes`, or a file mapped into memory.
    """
    if _ACTIVE.search(content):
        return ACTIVE
    streams = list(islice(_streams(content), MOST_STREAMS + 1))
    if len(streams) > MOST_STREAMS:
        return LOCKED
    if _script(content, [start for _dictionary, start in streams]):
        return ACTIVE
    packed = [(dictionary, start) for dictionary, start in streams if _MAY_HOLD.search(dictionary)]
    surely = [dictionary for dictionary, _start in packed if _HOLDS.search(dictionary)]
    if len(packed) > MOST_PACKED or not all(map(_is_plain, surely)):
        return LOCKED
    opened = unlocked(content) if surely and _LOCKED.search(content) else None
    if surely and _LOCKED.search(content) and not opened:
        return LOCKED
    left = MOST_UNPACKED
    for dictionary, start in packed:
        is_packed = bool(_FILTER.search(dictionary))
        if not (is_packed or opened):
            continue  # it stands there as it is, and was read above
        stream, at = (opened.stream(start), 0) if opened else (content, start)
        if stream is None:
            return LOCKED
        unpacked = _unpacked(stream, at, left) if is_packed else bytes(stream[:left])
        left -= len(unpacked)
        holds = _HOLDS.search(dictionary)
        if left <= 0 or (holds and not unpacked) or (holds and opened and not _HEAD.match(unpacked)):
            return LOCKED
        scripts = _SCRIPT.search(unpacked) and (holds or _RUNS_SCRIPT.search(unpacked))
        if scripts or _ACTIVE.search(unpacked):
            return ACTIVE
    return None


def _streams(content: Any) -> Iterator[tuple[bytes, int]]:
    """The dictionary before each stream, and where its bytes begin."""
    since = 0
    for found in _STREAM.finditer(content):
        at = found.start()
        if bytes(content[max(at - 3, 0) : at]) == b"end":
            continue
        before = bytes(content[since:at])
        own = before[_begin(before) :]
        # A word in a text may look like the beginning of the object: so all since the stream before is asked as well.
        yield own if _HOLDS.search(own) else before, found.end()
        since = found.end()


def _begin(before: bytes) -> int:
    """Where the last object begins."""
    at = before.rfind(b"obj")
    while at > 0 and before[at - 1 : at].isalpha():
        at = before.rfind(b"obj", 0, at)
    return max(at, 0)


def _script(content: Any, starts: list[int]) -> bool:
    """Whether the name of a script stands outside of all streams, or anywhere beside what runs it."""
    if not _SCRIPT.search(content):
        return False
    if _RUNS_SCRIPT.search(content):
        return True
    end = -1
    for found in _SCRIPT.finditer(content):
        index = bisect_right(starts, found.start()) - 1
        if index < 0:
            return True
        if end < starts[index]:
            end = content.find(b"endstream", starts[index])
            end = len(content) if end < 0 else end
        if found.start() > end:
            return True
    return False


def _is_plain(dictionary: bytes) -> bool:
    """Whether a stream is packed in the one way that all programs use, or not at all."""
    filters = [found[1] for found in _FILTER.finditer(dictionary)]
    if len(filters) > 1 or None in filters or _PREDICTOR.search(dictionary):
        return False
    return not filters or _NAME.findall(filters[0]) in _PLAIN


def _unpacked(content: Any, start: int, most: int) -> bytes:
    """What was packed from a place on, as far as it can be read; `most` bytes of it."""
    reader, found, at = zlib.decompressobj(), bytearray(), start
    try:
        while len(found) < most and not reader.eof and at < len(content):
            piece = reader.unconsumed_tail or bytes(content[at : (at := at + _PIECE)])
            found += reader.decompress(piece, most - len(found))
    except zlib.error:
        pass  # readers show what came before a fault
    return bytes(found)
