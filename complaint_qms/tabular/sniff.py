"""What kind of file is this: container, encoding, delimiter. Looks at bytes only, changes nothing."""

from __future__ import annotations

import csv
import io
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

from complaint_qms.tabular.encoding import (
    BLOCK,
    Doubt,
    decode_sample,
    detect_encoding,
    doubt_about,
)
from complaint_qms.tabular.errors import UnreadableFileError

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_BYTES = 1 << 18
# A quoted text longer than this is taken for a quote that never closes.
MAX_FIELD = 2_000_000
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
    that there are zero characters, which are left out; `doubt` that the encoding may be another; `unread` names the
    other sheets of a workbook that hold anything; `more` the sheets that go on with the table of `sheet`, None where nobody said;
    `merged` the cells that got the value of the merged range they lie in."""

    kind: str  # csv | xlsx | jsonl | json
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    damaged: int = 0
    nul: bool = False
    doubt: Doubt | None = None
    unread: tuple[str, ...] = ()
    more: tuple[str, ...] | None = None
    merged: int = 0


def sniff(path: Path) -> Format:
    """Format of the file at `path`; raises UnreadableFileError when it is missing, empty or of no readable kind."""
    try:
        with path.open("rb") as handle:
            head = handle.read(SAMPLE_BYTES)
    except FileNotFoundError:
        raise UnreadableFileError("file_missing", file=path) from None
    except IsADirectoryError:
        raise UnreadableFileError("file_is_folder", file=path) from None
    except OSError as error:
        raise UnreadableFileError("file_unreadable", file=path, why=error.strerror) from None
    if not head:
        raise UnreadableFileError("file_empty", file=path)
    for magic, name in MAGIC:
        if head.startswith(magic):
            if name == "xls":
                raise UnreadableFileError(
                    "file_password" if _is_encrypted(path) else "file_old_xls", file=path
                )
            raise UnreadableFileError("file_wrong_kind", file=path, kind=name)
    if head.startswith(b"PK\x03\x04"):
        return Format(kind="xlsx")
    encoding, damaged = detect_encoding(path, head)
    text = decode_sample(head, encoding)
    if not text.strip("\ufeff \t\r\n\x00"):
        raise UnreadableFileError("file_empty", file=path)
    start = text.lstrip("\ufeff \t\r\n")
    doubt = doubt_about(path, head, encoding)
    if start.startswith("{"):
        return Format(kind="jsonl", encoding=encoding, damaged=damaged, doubt=doubt)
    if re.match(r"\[\s*[\[{\]]|\[\s*[\r\n]|\[ ", start):
        return Format(kind="json", encoding=encoding, damaged=damaged, doubt=doubt)
    if start[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise UnreadableFileError("file_wrong_kind", file=path, kind="HTML / XML")
    delimiter = detect_delimiter(text)
    nul = has_nul(path, encoding)
    return Format(kind="csv", encoding=encoding, delimiter=delimiter, damaged=damaged, nul=nul, doubt=doubt)


def has_nul(path: Path, encoding: str) -> bool:
    """A zero character in the text; in UTF-16 half of the bytes are zero, so it is assumed there."""
    if encoding.startswith("utf-16"):
        return True
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            if b"\0" in block:
                return True
    return False


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


def _is_encrypted(path: Path) -> bool:
    """A workbook behind a password lies in the same container as an old one, in a stream of this name."""
    name, before = "EncryptedPackage".encode("utf-16-le"), b""
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            if name in before + block:
                return True
            before = block[-len(name) :]
    return False
