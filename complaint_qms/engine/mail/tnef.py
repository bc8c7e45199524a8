"""What Outlook packs into winmail.dat (TNEF, MS-OXTNEF): the files, and the text where the mail has none.

Every step moves on in the bytes, whatever counts and lengths they claim, so that reading takes time by their size alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from complaint_qms.engine.mail.charsets import decoded

_SIGNATURE: Final = 0x223E9F78
_OF_ATTACHMENT: Final = 2
_CODEPAGE, _BODY, _PROPERTIES = 0x9007, 0x800C, 0x9003
_BEGINS, _DATA, _TITLE, _ATTACHED = 0x9002, 0x800F, 0x8010, 0x9005
_TEXT, _HTML, _RTF, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _OBJECT, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x3701, 0x3712
_MESSAGE: Final = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_FIXED: Final = {2: 4, 3: 4, 4: 4, 10: 4, 11: 4, 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16, 1: 0}
_VARIABLE: Final = frozenset({13, 30, 31, 258})
_NESTED: Final = 5
_RTF_START: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


@dataclass
class Packed:
    """Files as (name, bytes, Content-ID), and the text as plain text, HTML or RTF, each "" or b"" where there is none."""

    files: list[tuple[str, bytes, str]] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""


def unpack(data: bytes, depth: int = 0) -> Packed:
    """What is in a winmail.dat; of one that is cut off, what is whole.

    Raises:
        ValueError: it is no TNEF.
    """
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise ValueError("no TNEF")
    packed, charset, position = Packed(), "cp1252", 6
    files: list[dict[str, object]] = []
    while position + 11 <= len(data):
        level, name, _kind, length = struct.unpack_from("<BHHI", data, position)
        value = data[position + 9 : position + 9 + length]
        if len(value) < length:
            break
        position += 11 + length
        if level == _OF_ATTACHMENT:
            if name == _BEGINS:
                files.append({})
            elif files:
                _take_file(files[-1], name, value, charset)
        elif name == _CODEPAGE and length >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            packed.text = decoded(value.rstrip(b"\0"), charset)
        elif name == _PROPERTIES:
            _take_text(packed, _properties(value), charset)
    for file in files:
        _add(packed, file, depth)
    return packed


def _take_file(file: dict[str, object], name: int, value: bytes, charset: str) -> None:
    if name == _DATA:
        file["data"] = value
    elif name == _TITLE:
        file["title"] = decoded(value.rstrip(b"\0"), charset)
    elif name == _ATTACHED:
        found = _properties(value)
        for key, tag in (
            ("long", _LONG_NAME),
            ("short", _SHORT_NAME),
            ("shown", _SHOWN_NAME),
            ("cid", _CONTENT_ID),
        ):
            if tag in found:
                file[key] = _text(found[tag], charset)
        if _OBJECT in found:
            file.setdefault("data", found[_OBJECT][1])


def _add(packed: Packed, file: dict[str, object], depth: int) -> None:
    data = file.get("data")
    if not isinstance(data, bytes) or not data:
        return
    name = next((str(file[key]) for key in ("long", "title", "short", "shown") if file.get(key)), "")
    if data.startswith(_MESSAGE) and depth < _NESTED:
        try:
            inner = unpack(data[len(_MESSAGE) :], depth + 1)
        except ValueError:
            pass
        else:
            packed.files += inner.files
            if said := inner.text or inner.html:
                packed.files.append(
                    (f"{name or 'message'}.{'txt' if inner.text else 'html'}", said.encode(), "")
                )
            return
    packed.files.append((name, data, str(file.get("cid") or "")))


def _take_text(packed: Packed, found: dict[int, tuple[int, bytes]], charset: str) -> None:
    internet = charset
    if _INTERNET_CODEPAGE in found:
        number = struct.unpack("<I", found[_INTERNET_CODEPAGE][1][:4].ljust(4, b"\0"))[0]
        internet = "utf-8" if number == 65001 else f"cp{number}"
    if _TEXT in found:
        packed.text = packed.text or _text(found[_TEXT], charset)
    if _HTML in found:
        packed.html = _text(found[_HTML], internet)
    if _RTF in found:
        packed.rtf = _rtf(found[_RTF][1])


def _text(value: tuple[int, bytes], charset: str) -> str:
    kind, data = value
    if kind == 31:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    return decoded(data.rstrip(b"\0"), charset)


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Properties by their number, as (type, bytes); those before the first that makes no sense."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        position = 4
        while position + 4 <= len(data):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:
                by_name, length = struct.unpack_from("<II", data, position + 16)
                position += 24 + (_padded(length) if by_name else 0)
            many, kind = kind & 0x1000, kind & 0xEFFF
            count = 1
            if many or kind in _VARIABLE:
                count = struct.unpack_from("<I", data, position)[0]
                position += 4
            if count > len(data) or (kind not in _FIXED and kind not in _VARIABLE):
                break
            if not _FIXED.get(kind, 1):
                count = min(
                    count, 1
                )  # nothing, however often it is said to be there, is not looked for again
            for _number in range(count):
                length = _FIXED.get(kind, 0)
                if kind in _VARIABLE:
                    length = struct.unpack_from("<I", data, position)[0]
                    position += 4
                if position + length > len(data):
                    return found
                found.setdefault(name, (kind, data[position : position + length]))
                position += _padded(length)
    except struct.error:
        pass
    return found


def _padded(length: int) -> int:
    return length + -length % 4


def _rtf(data: bytes) -> bytes:
    """Compressed RTF (MS-OXRTFCP) as RTF; empty where it is none."""
    if len(data) < 16 or data[8:12] not in (b"LZFu", b"MELA"):
        return b""
    size = struct.unpack_from("<I", data, 4)[0]
    if data[8:12] == b"MELA":
        return data[16 : 16 + size]
    window = bytearray(_RTF_START.ljust(4096, b"\0"))
    write, out, position = len(_RTF_START), bytearray(), 16
    while position < len(data):
        control = data[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out[:size])
                pair = data[position] << 8 | data[position + 1]
                position += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write:
                    return bytes(out[:size])
                for step in range(length):
                    char = window[(offset + step) % 4096]
                    out.append(char)
                    window[write] = char
                    write = (write + 1) % 4096
            else:
                if position >= len(data):
                    return bytes(out[:size])
                out.append(data[position])
                window[write] = data[position]
                write = (write + 1) % 4096
                position += 1
    return bytes(out[:size])
