"""The place where a photo or a video was taken, removed from the file: overwritten in place, everything else byte for byte as it was.

Cameras write it into Exif (IFD of GPS, CIPA DC-008 4.6.6), into XMP (`exif:GPS…`), and into the header of a video as an ISO 6709
text (`©xyz`, `com.apple.quicktime.location.ISO6709`).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

_EXIF: Final = re.compile(rb"(?:Exif\x00\x00|eXIf|EXIF.{4})(?=II\*\x00|MM\x00\*)", re.DOTALL)
_XMP: Final = re.compile(rb"(exif:GPS\w{0,40}\s{0,40}(?:=\s{0,40}[\"']|>))([^\"'<]{0,200})")
_ISO6709: Final = re.compile(rb"[+-]\d{2,6}(?:\.\d+)?[+-]\d{3,7}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?=/|CRS)")
_DIGIT: Final = re.compile(rb"\d")
_GPS_TAG: Final = 0x8825
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_MOST_ENTRIES: Final = 512
_MOST_BLOCKS: Final = 8
"""Of Exif; a photo has one, a thumbnail within it perhaps another. More are no work of a camera, and would be work without end."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def remove_place(content: Any) -> int:
    """Overwrite every place that `content` tells of; how many were found.

    Args:
        content: a `bytearray`, or a file mapped into memory for writing; its length stays.
    """
    found = sum(_blank_gps(content, match.end()) for match in islice(_EXIF.finditer(content), _MOST_BLOCKS))
    for match in list(_XMP.finditer(content)):
        found += _overwrite(content, match.start(2), match.end(2))
    for begin, end in _headers_of_video(content):
        for match in list(_ISO6709.finditer(content, begin, end)):
            found += _overwrite(content, match.start(), match.end())
    if found and content[:8] == _PNG:
        _sum_anew(content)
    return found


def _blank_gps(content: Any, start: int) -> int:
    """Empty the IFD of GPS that hangs on the first IFD of the TIFF structure at `start`."""
    order = "<" if content[start : start + 2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", content, start + 4)
        gps = next(
            (
                value
                for tag, _kind, _count, value, _at in _entries(content, start, first, order)
                if tag == _GPS_TAG
            ),
            None,
        )
        if gps is None:
            return 0
        entries = list(_entries(content, start, gps, order))
        for _tag, kind, count, value, place in entries:
            length = _SIZES.get(kind, 1) * count
            if length > 4 and start + value + length <= len(content):
                content[start + value : start + value + length] = bytes(length)
            content[place : place + 12] = bytes(12)
        content[start + gps : start + gps + 2] = bytes(2)
        return int(bool(entries))
    except struct.error:
        return 0  # cut short: there is nothing to be read in it either


def _entries(content: Any, start: int, ifd: int, order: str) -> Iterator[tuple[int, int, int, int, int]]:
    """(tag, type, count, value or offset, place of the entry) of an IFD."""
    (count,) = struct.unpack_from(f"{order}H", content, start + ifd)
    for number in range(min(count, _MOST_ENTRIES)):
        place = start + ifd + 2 + 12 * number
        yield (*struct.unpack_from(f"{order}HHII", content, place), place)


def _overwrite(content: Any, begin: int, end: int) -> int:
    """Zeros in place of digits, so that what surrounds them stays readable; 1 where there was anything else than zeros."""
    before = bytes(content[begin:end])
    after = _DIGIT.sub(b"0", before)
    if after == before:
        return 0
    content[begin:end] = after
    return 1


def _headers_of_video(content: Any) -> Iterator[tuple[int, int]]:
    """Begin and end of the `moov` boxes of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2)."""
    if content[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return
    place, end = 0, len(content)
    while place + 8 <= end:
        size, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16], "big")
        if size < 8:  # 0: up to the end; anything else is broken
            size = end - place
        if kind in (b"moov", b"meta", b"udta"):
            yield place, min(place + size, end)
        place += size


def _sum_anew(content: Any) -> None:
    """Checksums of the chunks of a PNG file after a change in them."""
    place = len(_PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        end = place + 8 + length
        if end + 4 > len(content):
            return
        content[end : end + 4] = zlib.crc32(content[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
