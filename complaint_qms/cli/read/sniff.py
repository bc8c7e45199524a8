"""What kind of file is this: container, encoding, delimiter. Looks at bytes only, changes nothing."""

from __future__ import annotations

import codecs
import csv
import io
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from complaint_qms.cli.errors import UNREADABLE, CliError

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_BYTES = 1 << 18
BLOCK = 1 << 20
# A quoted text longer than this is taken for a quote that never closes.
MAX_FIELD = 2_000_000
# Bytes that text does not have; a few of them are damage, many are another kind of file.
CONTROLS = tuple(c for c in range(32) if c not in b"\t\n\v\f\r\x1b")
MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
)


@dataclass
class Format:
    """How to open a file. `damaged` counts characters that are not valid in `encoding` and were replaced; `nul` says
    that there are zero characters, which are left out."""

    kind: str  # csv | xlsx | jsonl | json
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    damaged: int = 0
    nul: bool = False


def sniff(path: Path) -> Format:
    """Format of the file at `path`; raises CliError when it is missing, empty or of no readable kind."""
    try:
        with path.open("rb") as handle:
            head = handle.read(SAMPLE_BYTES)
    except FileNotFoundError:
        raise CliError("file_missing", UNREADABLE, file=path) from None
    except IsADirectoryError:
        raise CliError("file_is_folder", UNREADABLE, file=path) from None
    except OSError as error:
        raise CliError("file_unreadable", UNREADABLE, file=path, why=error.strerror) from None
    if not head:
        raise CliError("file_empty", UNREADABLE, file=path)
    for magic, name in MAGIC:
        if head.startswith(magic):
            key = "file_old_xls" if name == "xls" else "file_wrong_kind"
            raise CliError(key, UNREADABLE, file=path, kind=name)
    if head.startswith(b"PK\x03\x04"):
        return Format(kind="xlsx")
    encoding, damaged = detect_encoding(path, head)
    text = decode_sample(head, encoding)
    if not text.strip("\ufeff \t\r\n\x00"):
        raise CliError("file_empty", UNREADABLE, file=path)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return Format(kind="jsonl", encoding=encoding, damaged=damaged)
    if start.startswith(("[{", "[\n", "[\r", "[ ")):
        return Format(kind="json", encoding=encoding, damaged=damaged)
    if start[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise CliError("file_wrong_kind", UNREADABLE, file=path, kind="HTML / XML")
    delimiter = detect_delimiter(text)
    return Format(
        kind="csv", encoding=encoding, delimiter=delimiter, damaged=damaged, nul=has_nul(path, encoding)
    )


def has_nul(path: Path, encoding: str) -> bool:
    """A zero character in the text; in UTF-16 half of the bytes are zero, so it is assumed there."""
    if encoding.startswith("utf-16"):
        return True
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            if b"\0" in block:
                return True
    return False


def decode_sample(head: bytes, encoding: str) -> str:
    """Decode the head of a file whose last character may be cut in two."""
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head, final=False)


def detect_encoding(path: Path, head: bytes) -> tuple[str, int]:
    """(encoding, number of damaged characters).

    Order: byte-order mark; UTF-16 by the place of its zero bytes; UTF-8 when the whole file is valid, or nearly
    so; GB18030 when the bytes above 127 come in the pairs Chinese text makes; else Windows-1252 / Latin-1.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", _count_damage(path, "utf-8-sig")[0]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", _count_damage(path, "utf-16")[0]
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    if zeros_even or zeros_odd:
        half = len(head) / 2
        if zeros_odd > 0.3 * half and zeros_even < 0.05 * half:
            return "utf-16-le", _count_damage(path, "utf-16-le")[0]
        if zeros_even > 0.3 * half and zeros_odd < 0.05 * half:
            return "utf-16-be", _count_damage(path, "utf-16-be")[0]
    if sum(head.count(c) for c in CONTROLS) > 0.01 * len(head):
        raise CliError("file_binary", UNREADABLE, file=path)
    damaged, foreign = _count_damage(path, "utf-8")
    if damaged == 0 or damaged * 10 < foreign:
        return "utf-8", damaged
    pairs, high, c1 = _high_bytes(path)
    if high and pairs >= 0.7 * high:
        damaged, foreign = _count_damage(path, "gb18030")
        if damaged == 0 or damaged * 20 < foreign:
            return "gb18030", damaged
    if c1 and _count_damage(path, "cp1252")[0] == 0:
        return "cp1252", 0
    return "latin-1", 0


def _count_damage(path: Path, encoding: str) -> tuple[int, int]:
    """(characters that had to be replaced, characters outside ASCII that were valid; 0 when nothing was replaced)."""
    damaged = _count(path, encoding, lambda text: text.count("\ufffd"))
    if not damaged:
        return 0, 0
    return damaged, _count(
        path, encoding, lambda text: len(text) - len(text.encode("ascii", "ignore"))
    ) - damaged


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


def detect_delimiter(text: str) -> str:
    """The delimiter that cuts the sample into the most even records; quoted newlines do not count as records."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts: list[int] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for row in reader:
                if row:
                    counts.append(len(row))
                if len(counts) >= 400:
                    break
        except csv.Error:
            pass
        if len(counts) > 2:
            counts.pop()  # the sample may end in the middle of a record
        if not counts:
            continue
        mode = statistics.mode(counts)
        if mode < 2:
            continue
        even = sum(1 for c in counts if c == mode) / len(counts)
        score = even * even * (1 + min(mode, 40) / 40)
        if score > best_score:
            best, best_score = delimiter, score
    return best
