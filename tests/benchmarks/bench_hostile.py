"""What strangers write to keep a reader busy: four times as much of it takes about four times as long, and not sixteen.

    python -m tests.benchmarks.bench_hostile [SIZE]

SIZE is the number of characters (500,000). Times are processor seconds, the least of three. Bar: at most 8 × for 4 × the text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from time import process_time

from complaint_qms.engine.connectors import read_message
from complaint_qms.engine.dialog import Knowledge, Turn, step
from complaint_qms.engine.mail.html_text import lines_of_html
from complaint_qms.engine.personal_data import Known
from complaint_qms.engine.placeholders import ADDRESS, CUSTOMER, MAIL, NAME, PHONE, hide
from complaint_qms.engine.redaction import without_personal
from complaint_qms.engine.upload import file_type
from complaint_qms.tabular.markup import without_markup

BAR, TIMES, LEAST = 8.0, 4, 0.01
NOTHING_KNOWN = Knowledge.build([])
BEGIN = datetime(2026, 11, 29, 9, 0)
NAMES = {NAME: ["Anna Schmidt", "张伟"], CUSTOMER: ["Nordwind GmbH"], PHONE: ["0731 1234567"], MAIL: [], ADDRESS: ["Am Deich 4"]}  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nHERE\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "markup in a cell": (
        lambda text: without_markup(f"<p>{text}"),
        ("<a ", "<!--", "<p title='", "<![", "<script>", "<p", "&lt;"),
    ),
    "personal data": (
        lambda text: without_personal(text, [Known("name", "a" * 200, person=True)]),
        ("a", "A ", "1 ", "+1-", "x@", "Dear A", "路1号", "AB-2026-", "我叫", "a1@b.de "),
    ),
    "placeholders": (lambda text: hide(text, NAMES, []), ("1", "1 ", "b.", "Aa", "一", "1-")),
    "dialogue": (
        lambda text: step(None, Turn(text, 0, BEGIN), NOTHING_KNOWN),
        (
            "a ",
            "1 ",
            "(",
            "my ",
            "my a b ",
            "的",
            "买的",
            "水坏",
            "- ",
            "a@",
            "a.",
            "order ",
            "how?",
            "if,",
            "0 (",
            "sn ",
            "not hurt ",
            "no",
            "sal-ord-2026-",
            "烫伤",
            "my name is ",
            "<p>",
        ),
    ),
    "tables of mails": (
        lambda text: lines_of_html(f"<table><tr>{text}"),
        ("<td>a</td>", "<td> </td>", "<th>a", "<div>", "<!--"),
    ),
    "names of a message": (
        lambda text: read_message(json.dumps(dict.fromkeys(map(str, range(len(text))))).encode()),
        ("x",),
    ),
    "PDF": (
        lambda text: file_type(PDF.replace(b"HERE", text.encode("latin-1"))),
        ("stream\n/JS ", "7 0 obj << /First 1 >> stream\nx", "\xff\x01", "/First /Filter stream\n\x78\x9c"),
    ),
}


def seconds(read: Callable[[str], object], text: str) -> float:
    took = []
    for _turn in range(3):
        begun = process_time()
        read(text)
        took.append(process_time() - begun)
    return min(took)


def main(size: int) -> int:
    missed = 0
    for name, (read, pieces) in READERS.items():
        slowest = worst = 0.0
        for piece in pieces:
            few, many = (seconds(read, piece * (length // len(piece))) for length in (size // TIMES, size))
            slowest, ratio = max(slowest, many), many / max(few, LEAST)
            worst = max(worst, ratio)
            if ratio > BAR:
                missed += 1
                print(f"  {json.dumps(piece, ensure_ascii=False)}: {ratio:.1f} ×")
        held = "holds" if worst <= BAR else "MISSED"
        print(f"{name:18} {len(pieces):3} texts   slowest {slowest:6.2f} s   {worst:5.1f} × for {TIMES} ×   bar {BAR:.0f} ×   {held}")  # fmt: skip
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000))
