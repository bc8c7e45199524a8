"""The file of bad rows: every bad row whole, with its reason, so that it can be corrected and read again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from complaint_qms.backtest.catalogue import phrase, plain
from complaint_qms.backtest.store import Store
from complaint_qms.engine.message import Message
from complaint_qms.tabular.rows import BAD_ROWS_HEADINGS, guarded

_DETAILS = {
    "row_too_long": "{found} > {expected}",
    "row_too_short": "{found} < {expected}",
    "row_unreadable": "{why}",
    "quote_swallows": "{lines}",
    "cell_too_long": "> {most}",
    "formula_uncalculated": "{columns}",
    "row_not_json": "{why}",
    "row_not_object": "{kind}",
    "row_too_deep": "> {most}",
}


def reason_and_detail(problem: Message) -> tuple[str, str]:
    """How a problem of a row is stored: its key, which the reader's language is found by, and what it is about."""
    values = {key: plain(key, value) for key, value in problem.params.items()}
    return problem.key, _DETAILS.get(problem.key, "").format(**values)


def packed(cells: list[str]) -> str:
    """Cells of a bad row as stored."""
    return json.dumps(cells, ensure_ascii=False)


def keep_headings(store: Store, file: int, headings: list[str]) -> None:
    """Remember the headings of a file for its bad rows."""
    store.set_meta(f"headings {file}", packed(headings))


def write_bad_rows(store: Store, path: Path, language: str) -> int:
    """``bad_rows.csv``: file, row, column, reason, detail, then the row under its own headings; returns how many. No bad
    row, no file. No cell begins like a formula."""
    path.unlink(missing_ok=True)
    files = [file for (file,) in store.db.execute("SELECT DISTINCT file FROM rejected ORDER BY file")]
    if not files:
        return 0
    headings = {file: json.loads(store.meta(f"headings {file}") or "[]") for file in files}
    every = dict.fromkeys(name for names in headings.values() for name in names)
    places = {name: place for place, name in enumerate(every)}
    rows = store.db.execute(
        'SELECT rejected.file, source.name, rejected.row, rejected."column", reason, detail, cells FROM rejected '
        "JOIN source ON source.file = rejected.file ORDER BY rejected.file, rejected.row, rejected.rowid"
    )
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(BAD_ROWS_HEADINGS[language] + list(map(guarded, places)))
        for file, name, row, column, reason, detail, cells in rows:
            given, whole = json.loads(cells), [""] * len(places)
            for heading, cell in zip(headings[file], given, strict=False):
                whole[places[heading]] = cell
            whole += given[len(headings[file]) :]
            out.writerow(map(guarded, (name, str(row), column, phrase(reason, language), detail, *whole)))
            count += 1
    return count
