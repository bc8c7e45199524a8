"""In which encoding is this text? Looks at bytes only; where nothing decides, it says so."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from complaint_qms.tabular import scripts
from complaint_qms.tabular.errors import UnreadableFileError

BLOCK = 1 << 20
# Bytes that text does not have; a few of them are damage, many are another kind of file.
CONTROLS = tuple(c for c in range(32) if c not in b"\t\n\v\f\r\x1b")
FEW_CONTROLS = 3
SAMPLE_WIDTH = 40
HINT_BYTES = 1 << 14
# Encodings worth naming: what a guess takes for another alphabet that uses Latin letters is mostly wrong.
_HINTS = {
    "big5": "Big5", "big5hkscs": "Big5", "cp950": "Big5", "shift_jis": "Shift-JIS", "cp932": "Shift-JIS",
    "shift_jis_2004": "Shift-JIS", "shift_jisx0213": "Shift-JIS", "euc_jp": "EUC-JP", "euc_kr": "EUC-KR",
    "cp949": "EUC-KR", "johab": "EUC-KR", "cp1251": "Windows-1251", "mac_cyrillic": "Windows-1251",
    "iso8859_5": "ISO-8859-5", "koi8_r": "KOI8-R", "koi8_u": "KOI8-U", "cp866": "IBM866", "cp1253": "Windows-1253",
    "gb18030": "GB18030", "gb2312": "GB18030", "gbk": "GB18030",
}  # fmt: skip


@dataclass(frozen=True)
class Doubt:
    """Nothing in the bytes decides for the encoding: a piece of text as it is read, whether it holds characters that no
    text has, the name of another encoding that would fit ("" for none), and whether what is read makes no words at all."""

    sample: str
    controls: bool
    hint: str
    senseless: bool = False


def doubt_about(path: Path, head: bytes, encoding: str) -> Doubt | None:
    """What speaks against an encoding that is only the last resort; None for the others."""
    if encoding not in ("latin-1", "cp1252"):
        return None
    telling = _telling(path, head)[:HINT_BYTES]
    if scripts.is_western(telling):
        return None
    text = telling.decode(encoding, errors="replace")
    first = next((place for place, char in enumerate(text) if not char.isascii()), 0)
    piece = text[max(0, first - SAMPLE_WIDTH // 4) :].splitlines()[0][:SAMPLE_WIDTH] if text else ""
    sample = "".join(char if char.isprintable() else "\u00b7" for char in piece).strip()
    controls = any("\x80" <= char <= "\x9f" for char in text)
    return Doubt(sample, controls, _hint(telling), not scripts.is_latin(telling))


def decode_sample(head: bytes, encoding: str) -> str:
    """Decode the head of a file whose last character may be cut in two."""
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head, final=False)


def detect_encoding(path: Path, head: bytes) -> tuple[str, int]:
    """(encoding, number of damaged characters).

    Order: byte-order mark; UTF-16 by the place of its zero bytes or by what it says; UTF-8 when the whole file is valid,
    or nearly so; what the characters say (:mod:`complaint_qms.tabular.scripts`); GB18030 when the bytes above 127 come in
    the pairs Chinese text makes; else Windows-1252 / Latin-1.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", count_damage(path, "utf-8-sig")[0]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", count_damage(path, "utf-16")[0]
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    if zeros_even or zeros_odd:
        half = len(head) / 2
        if zeros_odd > 0.3 * half and zeros_even < 0.05 * half:
            return "utf-16-le", count_damage(path, "utf-16-le")[0]
        if zeros_even > 0.3 * half and zeros_odd < 0.05 * half:
            return "utf-16-be", count_damage(path, "utf-16-be")[0]
        if wide := scripts.utf16_without_mark(head):
            return wide, count_damage(path, wide)[0]
    if sum(head.count(c) for c in CONTROLS) > max(FEW_CONTROLS, 0.01 * len(head)):
        raise UnreadableFileError("file_binary", file=path)
    damaged, foreign = count_damage(path, "utf-8")
    if damaged == 0 or damaged * 10 < foreign:
        return "utf-8", damaged
    telling = _telling(path, head)[:HINT_BYTES]
    if found := scripts.encoding_of(telling, lambda encoding: _nearly_whole(path, encoding)):
        return found, count_damage(path, found)[0]
    pairs, high, c1 = _high_bytes(path)
    paired = high and pairs >= 0.7 * high and not scripts.is_latin(telling)
    if paired and scripts.may_be_gb18030(telling):
        damaged, foreign = count_damage(path, "gb18030")
        if damaged == 0 or damaged * 20 < foreign:
            return "gb18030", damaged
    if c1 and count_damage(path, "cp1252")[0] == 0:
        return "cp1252", 0
    return "latin-1", 0


def count_damage(path: Path, encoding: str) -> tuple[int, int]:
    """(characters that had to be replaced, characters outside ASCII that were valid; 0 when nothing was replaced)."""
    damaged = _count(path, encoding, lambda text: text.count("\ufffd"))
    if not damaged:
        return 0, 0
    return damaged, _count(
        path, encoding, lambda text: len(text) - len(text.encode("ascii", "ignore"))
    ) - damaged


def _nearly_whole(path: Path, encoding: str) -> bool:
    damaged, foreign = count_damage(path, encoding)
    return damaged == 0 or damaged * 20 < foreign


def _telling(path: Path, head: bytes) -> bytes:
    """Lines with bytes above 127, from the first piece of the file that has any."""
    lines = _block_with_high_bytes(path, head).splitlines()
    return b"\n".join(line for line in lines if not line.isascii())


def _block_with_high_bytes(path: Path, head: bytes) -> bytes:
    if not head.isascii():
        return head
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            if not block.isascii():
                return block
    return b""


def _hint(data: bytes) -> str:
    if _is_japanese(data):
        return "Shift-JIS"
    from charset_normalizer import from_bytes  # not at the top: few files leave any doubt

    best = from_bytes(data).best()
    return _HINTS.get(best.encoding, "") if best else ""


def _is_japanese(data: bytes) -> bool:
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        return False
    kana = sum("\u3040" <= char <= "\u30ff" for char in text)
    return kana > 0.3 * sum(not char.isascii() for char in text)


def _count(path: Path, encoding: str, measure: Callable[[str], int]) -> int:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    total = 0
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            text = decoder.decode(block)
            if not text.isascii():
                total += measure(text)
    return total + measure(decoder.decode(b"", final=True))


def _high_bytes(path: Path) -> tuple[int, int, int]:
    """(bytes above 127 standing in double-byte pairs, all bytes above 127, bytes 0x80-0x9F) of the first megabytes."""
    with path.open("rb") as handle:
        data = handle.read(4 * BLOCK)
    pairs = high = c1 = 0
    position = 0
    while position < len(data):
        byte = data[position]
        if byte < 0x80:
            position += 1
            continue
        high += 1
        c1 += byte < 0xA0
        if byte >= 0xA1 and position + 1 < len(data) and data[position + 1] >= 0xA1:
            pairs += 2
            high += 1
            position += 1
        position += 1
    return pairs, high, c1
