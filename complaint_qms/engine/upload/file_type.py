"""What a file is, by its content alone: a name or a declared type proves nothing.

Photos, videos, sound and PDF are taken. What one program would read as a picture and another as an archive, a page or a program
(a polyglot) is refused: its end or its beginning carries the marks of the other kind.
"""

from __future__ import annotations

import re
import struct
from typing import Any, Final, NamedTuple

import filetype

from complaint_qms.engine.message import Message
from complaint_qms.engine.upload import pdf

HEAD: Final = 1 << 16
"""Bytes from the beginning that are looked at."""
TAIL: Final = (1 << 16) + 22
"""Bytes from the end: an archive's directory ends within the longest comment of a ZIP file (APPNOTE 4.3.16)."""
MOST_PIXELS: Final = 200_000_000
"""A picture of more is no photo of a camera; to show it would need gigabytes of memory."""


class FileType(NamedTuple):
    """``kind``: photo, video, audio or document; ``mime`` and ``ending`` as programs name the type."""

    kind: str
    mime: str
    ending: str


_TYPES: Final = {
    row.mime: row
    for row in (
        FileType("photo", "image/jpeg", "jpg"),
        FileType("photo", "image/png", "png"),
        FileType("photo", "image/webp", "webp"),
        FileType("photo", "image/gif", "gif"),
        FileType("photo", "image/heic", "heic"),
        FileType("video", "video/mp4", "mp4"),
        FileType("video", "video/x-m4v", "m4v"),
        FileType("video", "video/quicktime", "mov"),
        FileType("video", "video/webm", "webm"),
        FileType("video", "video/3gpp", "3gp"),
        FileType("audio", "audio/mp4", "m4a"),
        FileType("audio", "audio/mpeg", "mp3"),
        FileType("audio", "audio/ogg", "ogg"),
        FileType("audio", "audio/amr", "amr"),
        FileType("audio", "audio/x-wav", "wav"),
        FileType("document", "application/pdf", "pdf"),
    )
}
_SAME: Final = {
    "image/heif": "image/heic",
    "image/avif": "",
    "audio/aac": "",
    "video/x-matroska": "video/webm",
}
_PAGE: Final = re.compile(
    rb"<\s*(?:script|html|svg|iframe|body|!doctype|\?php|\?xml)|<\?=|javascript:", re.IGNORECASE
)
# What no film of some megabytes holds by chance
_SURE_PAGE: Final = re.compile(rb"<(?:script|html|iframe|!doctype|\?php)|javascript:", re.IGNORECASE)
_PROGRAM: Final = (b"MZ", b"\x7fELF", b"#!/", b"\xca\xfe\xba\xbe")
_ARCHIVE_END: Final = b"PK\x05\x06"
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
# A marker of a JPEG: behind FF neither a byte of its picture nor a mark to begin anew at
_MARK: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MOST_SEGMENTS: Final = 10_000
# Major brands of files of boxes (ISO/IEC 14496-12), which other programs tell apart less well
_BRANDS: Final = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic", b"mif1": "image/heic",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"M4V ": "video/x-m4v", b"qt  ": "video/quicktime",
    b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp", b"3g2a": "video/3gpp",
    b"isom": "video/mp4", b"iso2": "video/mp4", b"iso4": "video/mp4", b"iso5": "video/mp4", b"iso6": "video/mp4",
    b"mp41": "video/mp4", b"mp42": "video/mp4", b"avc1": "video/mp4", b"dash": "video/mp4", b"MSNV": "video/mp4",
}  # fmt: skip

NOT_TAKEN: Final = Message(
    "Photos, videos, sound recordings and PDF files can be sent, this file is none of them."
)
MIXED: Final = Message("This file is of two kinds at once, which no camera makes. Send a new photo or a PDF.")
TOO_MANY_PIXELS: Final = Message("This picture is larger than any photo. Send it smaller.")
BROKEN: Final = Message("This file is not complete. Send it again.")


def file_type(content: Any) -> FileType | Message:
    """What a file is, or in a sentence why it is not taken.

    Args:
        content: `bytes`, or a file mapped into memory; the first and the last 64 KB are looked at, of PDF and what stands behind a
            JPEG all.
    """
    head, tail, size = bytes(content[:HEAD]), bytes(content[-TAIL:]), len(content)
    found = _TYPES.get(_mime(head))
    if not found:
        return NOT_TAKEN
    if (
        _ARCHIVE_END in tail
        or any(mark in head[:4] for mark in _ARCHIVES)
        or _carries_page(head, tail, found)
    ):
        return MIXED
    if found.mime == "application/pdf":
        return _pdf(content, tail) or found
    if found.kind == "photo":
        return _photo(content, head, tail, found) or found
    return found if size > 64 else BROKEN


def _mime(head: bytes) -> str:
    if head[:4].startswith(_PROGRAM):
        return ""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "")
    guessed = filetype.guess_mime(head[:8192]) or ""
    return _SAME.get(guessed, guessed)


def _carries_page(head: bytes, tail: bytes, found: FileType) -> bool:
    """Words of a page or a program where a browser or a server that guesses would look: at the beginning, and behind a photo.
    XMP, which cameras write, is such a text and says so of itself."""
    beginning = re.sub(rb"<\?xpacket.*?\?>|<x:xmpmeta.*?</x:xmpmeta>", b"", head[:1024], flags=re.DOTALL)
    if found.mime == "application/pdf":
        return bool(_PAGE.search(beginning[:256]))
    behind = _behind(tail, found)
    return bool(
        _PAGE.search(beginning) or _PAGE.search(behind) or any(mark in behind[:16] for mark in _ARCHIVES)
    )


def _behind(tail: bytes, found: FileType) -> bytes:
    """What stands after the end of a picture."""
    end = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND\xaeB`\x82", "image/gif": b"\x00;"}.get(found.mime)
    place = tail.rfind(end) if end else -1
    return tail[place + len(end) :] if end and place >= 0 else b""


def _pdf(content: Any, tail: bytes) -> Message | None:
    if content[:5] != b"%PDF-":
        return MIXED
    if b"%%EOF" not in tail[-2048:]:
        return BROKEN
    return pdf.refusal(content)


def _photo(content: Any, head: bytes, tail: bytes, found: FileType) -> Message | None:
    size = len(content)
    width, height = _measures(head, found.mime)
    if width * height > MOST_PIXELS:
        return TOO_MANY_PIXELS
    if found.mime in ("image/jpeg", "image/png") and not (width and height):
        return BROKEN
    if found.mime == "image/jpeg" and b"\xff\xd9" not in tail:
        return _moving(content)
    if found.mime == "image/gif" and not _is_gif(head, tail):
        return BROKEN
    if found.mime == "image/webp" and not 0 <= size - 8 - int.from_bytes(head[4:8], "little") <= 1:
        return BROKEN
    return BROKEN if found.mime == "image/png" and b"IEND\xaeB`\x82" not in tail else None


def _moving(content: Any) -> Message | None:
    """A photo with a film behind it, as telephones make them (motion photos): nothing else is as long behind a picture."""
    end = _end_of_jpeg(content, 0)
    # Its brighter half, by which a screen of high contrast shows it, stands between.
    while end and bytes(content[end : end + 3]) == b"\xff\xd8\xff":
        end = _end_of_jpeg(content, end)
    if not end:
        return BROKEN
    behind = bytes(content[end : end + HEAD])
    film = behind.find(b"ftyp")
    if film < 0 or behind[film + 4 : film + 8] not in _BRANDS or _PAGE.search(behind[:1024]):
        return MIXED
    carries = _PAGE.search(content[-TAIL:]) or _SURE_PAGE.search(content, end)
    return MIXED if carries or any(content.find(mark, end) >= 0 for mark in _ARCHIVES[1:]) else None


def _end_of_jpeg(content: Any, start: int) -> int:
    """Where a JPEG ends that begins at `start` (ITU T.81, B.1.1), past its segments and scans; 0 where it does not."""
    place = start + 2
    for _segment in range(_MOST_SEGMENTS):
        found = _MARK.search(content, place)
        if not found:
            return 0
        mark, place = found[0][-1], found.end()
        if mark == 0xD9:
            return place
        if mark != 0x01:
            place += max(int.from_bytes(content[place : place + 2], "big"), 2)
    return 0


def _is_gif(head: bytes, tail: bytes) -> bool:
    """Whether blocks follow where a GIF has them, up to its trailer (GIF89a, 17–27): six letters alone make none."""
    if len(head) < 14 or b"\x00;" not in tail:
        return False
    colors = 3 << ((head[10] & 7) + 1) if head[10] & 0x80 else 0
    return head[13 + colors : 14 + colors] in (b"!", b",")


def _measures(head: bytes, mime: str) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) where the beginning does not say."""
    if mime == "image/png" and head[12:16] == b"IHDR":
        return struct.unpack(">II", head[16:24]) if len(head) >= 24 else (0, 0)
    if mime == "image/gif" and len(head) >= 10:
        return struct.unpack("<HH", head[6:10])
    if mime == "image/jpeg":
        return _jpeg_measures(head)
    return 0, 0


def _jpeg_measures(head: bytes) -> tuple[int, int]:
    """Off the start of its frame (ITU T.81, B.2.2), past the segments before it; a large one may hide it beyond `head`."""
    place = 2
    while place + 9 < len(head):
        if head[place] != 0xFF:
            return 0, 0
        mark = head[place + 1]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return width, height
        if mark in (0xFF, *range(0xD0, 0xD9)):
            place += 1 if mark == 0xFF else 2
            continue
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return (1, 1) if place > len(head) - 10 else (0, 0)
