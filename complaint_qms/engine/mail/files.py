"""What came with a mail as files: named as people see them, winmail.dat unpacked, and pictures that only decorate."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from mimetypes import guess_extension, guess_type
from typing import Final

from complaint_qms.engine.mail.charsets import decoded, header_text
from complaint_qms.engine.mail.html_text import QUOTE, SIGNATURE
from complaint_qms.engine.mail.tnef import unpack

_LONGEST_NAME: Final = 120
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
# What proves who wrote a mail shows nothing of the product.
_PROOFS: Final = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)
_SMALL: Final = 200 * 200
_NARROW: Final = 60
_LIGHT: Final = 2048


@dataclass(frozen=True)
class MailFile:
    """A file of a mail. `decoration`: a logo, a pixel or a proof, which shows nothing of what is complained about."""

    name: str
    content: bytes
    content_type: str
    cid: str = ""
    inline: bool = False
    decoration: bool = False


def files_of(part: Message) -> Iterator[MailFile]:
    """The files that one part of a mail is or holds."""
    kind = part.get_content_type()
    content = content_of(part)
    name = name_of(part)
    if kind == "application/ms-tnef" or name.lower() in ("winmail.dat", "win.dat"):
        try:
            packed = unpack(content)
        except ValueError:
            pass
        else:
            for inner, data, cid in packed.files:
                yield MailFile(clean_name(inner or "attachment.bin"), data, _type_by_name(inner), cid)
            if packed.rtf and not (packed.text or packed.html):
                yield MailFile("message.rtf", packed.rtf, "application/rtf")
            return
    if content:
        cid = str(part.get("Content-ID") or "").strip().strip("<>")
        inline = bool(cid) or part.get_content_disposition() == "inline"
        yield MailFile(name or _unnamed(part, kind), content, kind, cid, inline)


def packed_text(part: Message) -> tuple[str, str]:
    """Text and HTML of a winmail.dat; empty for anything else."""
    if part.get_content_type() != "application/ms-tnef" and name_of(part).lower() not in (
        "winmail.dat",
        "win.dat",
    ):
        return "", ""
    try:
        packed = unpack(content_of(part))
    except ValueError:
        return "", ""
    return packed.text, packed.html


def parts_within(part: Message) -> list[Message]:
    """The parts or the mail that a part holds; none if it came broken."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def content_of(part: Message) -> bytes:
    """The bytes of a part; of one that is broken, those that can be read."""
    if part.is_multipart():
        inner = parts_within(part)
        return inner[0].as_bytes() if part.get_content_type() == "message/rfc822" and inner else b""
    try:
        content = part.get_payload(decode=True)
    except Exception:  # an encoding that Python stumbles over: what was sent, as it was sent
        content = None
    if isinstance(content, bytes):
        return content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def name_of(part: Message) -> str:
    """The name a part has, whichever way its program wrote it; empty where it has none."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        said = _of_text(part, header).get_param(parameter, header=header)
        if isinstance(said, tuple):
            charset, _language, value = said
            return clean_name(decoded(str(value).encode("latin-1", "replace"), charset or None))
        if said:
            return clean_name(header_text(said))
    return ""


def clean_name(name: str) -> str:
    """A name that a file can have: no folders, nothing invisible, not too long, its ending kept."""
    last = re.split(r"[/\\]", name.strip())[-1] if re.search(r"[/\\]", name) else name
    plain = " ".join(_NOT_IN_NAMES.sub("_", last).split()).strip(". ")
    if len(plain) <= _LONGEST_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return (
        f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
        if dot and len(ending) <= 10
        else plain[:_LONGEST_NAME]
    )


def told_apart(files: list[MailFile], shown_in: Mapping[str, str]) -> list[MailFile]:
    """The files, with decoration marked and names that occur twice numbered.

    Args:
        shown_in: Content-ID to the part of the text (`parts`) in which it is shown.
    """
    seen: dict[str, int] = {}
    told = []
    for file in files:
        count = seen[file.name.lower()] = seen.get(file.name.lower(), 0) + 1
        name = file.name
        if count > 1:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem} ({count}).{ending}" if dot else f"{name} ({count})"
        told.append(replace(file, name=name, decoration=_decorates(file, shown_in)))
    return told


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or BMP; None where its head does not say."""
    try:
        if content[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack_from(">II", content, 16)
        if content[:4] == b"GIF8":
            return struct.unpack_from("<HH", content, 6)
        if content[:2] == b"BM":
            width, height = struct.unpack_from("<ii", content, 18)
            return width, abs(height)
        if content[:2] == b"\xff\xd8":
            return _jpeg_size(content)
    except struct.error:
        pass
    return None


def _of_text(part: Message, header: str) -> Message:
    """A part whose header is text: older programs write the bytes of their own charset there."""
    raw = next((str(value) for name, value in part.raw_items() if name.lower() == header), "")
    if not any("\udc80" <= char <= "\udcff" for char in raw):
        return part
    made = Message()
    made[header] = " ".join(decoded(raw.encode("utf-8", "surrogateescape")).split())
    return made


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, position + 5)
            return width, height
        position += 1 if marker == 0xFF else 2 + max(2, struct.unpack_from(">H", content, position + 2)[0])
    return None


def _decorates(file: MailFile, shown_in: Mapping[str, str]) -> bool:
    if file.content_type in _PROOFS:
        return True
    if not file.content_type.startswith("image/") or not file.inline:
        return False
    where = shown_in.get(file.cid)
    if where in (QUOTE, SIGNATURE):
        return True
    if file.cid and where is None and not shown_in:
        return False  # Apple Mail numbers photos that no text shows
    size = image_size(file.content)
    if size is None:
        return len(file.content) < _LIGHT
    return size[0] * size[1] <= _SMALL or min(size) <= _NARROW


def _unnamed(part: Message, kind: str) -> str:
    if kind == "message/rfc822":
        inner = parts_within(part)
        subject = header_text(inner[0].get("Subject")) if inner else ""
        return clean_name(f"{subject[:80] or 'message'}.eml")
    if kind == "text/calendar":
        return "invitation.ics"
    return f"{'image' if kind.startswith('image/') else 'attachment'}{guess_extension(kind) or '.bin'}"


def _type_by_name(name: str) -> str:
    return guess_type(name)[0] or "application/octet-stream"
