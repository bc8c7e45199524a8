"""The complaints behind the numbers: short lists inside the report, and the whole of them in a CSV file beside it."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from complaint_qms.backtest.errors import OUTPUT, CommandError
from complaint_qms.backtest.finding_scan import LISTED, LISTED_OF_FINDING
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.report.grave import HURT
from complaint_qms.backtest.report.rows import rows
from complaint_qms.backtest.report.sop_section import sop
from complaint_qms.backtest.store import Store
from complaint_qms.tabular.fields import STAGES
from complaint_qms.tabular.rows import guarded

MOST_IN_CSV = 100_000
"""Of longer histories the file holds the complaints of findings and those that tell of harm; the database holds all."""
MOST_CELLS = 50_000
_PART = 900
_FACTS = (
    "item",
    "model",
    "batch",
    "serial",
    "supplier",
    "region",
    "channel",
    "customer",
    "status",
    "subject",
    "text",
)
_TIMES = ("first_response", *STAGES, "total")


@dataclass(frozen=True)
class Behind:
    """A list: its anchor, heading, how many complaints it is of, which of them are shown, and how the file finds all."""

    anchor: str
    title: str
    total: int
    seqs: tuple[int, ...]
    where: str


class Lists:
    """Collects the lists that the report links to, in the order they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, Behind] = {}
        self._kept: dict[str, list[int]] = {}
        for key, seq in store.db.execute("SELECT list, seq FROM listed ORDER BY list, seq DESC"):
            self._kept.setdefault(key, []).append(seq)

    def kept(self, *key: str) -> list[int]:
        """What the scan kept of a dimension and a value."""
        return self._kept.get("\n".join(key), [])

    def finding(self, number: int) -> list[int]:
        return list(
            self._store.column(
                "SELECT seq FROM found WHERE finding = ? ORDER BY seq DESC LIMIT ?",
                (number, LISTED_OF_FINDING),
            )
        )

    def newest(self, source: str, parameters: tuple = ()) -> list[int]:
        """The newest complaints of ``FROM … WHERE …`` over a table that has ``seq``."""
        return list(self._store.column(f"SELECT seq {source} ORDER BY seq DESC LIMIT {LISTED}", parameters))

    def add(self, title: str, total: int, seqs: list[int], where: str) -> Behind | None:
        """The list under this heading; None where there is nothing to show."""
        if not seqs:
            return None
        if title not in self._found:
            anchor = f"l{len(self._found) + 1}"
            self._found[title] = Behind(anchor, title, total, tuple(seqs), where)
        return self._found[title]

    @property
    def all(self) -> list[Behind]:
        return list(self._found.values())

    def facts(self) -> dict[int, dict[str, Any]]:
        """What a row of a list says, by running number."""
        wanted = sorted({seq for behind in self._found.values() for seq in behind.seqs})
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(wanted), _PART):
            part = tuple(wanted[start : start + _PART])
            marks = ", ".join("?" * len(part))
            for row in rows(
                self._store,
                "SELECT assessment.seq, complaint.id, received, item, batch, assessment.type, assessment.severity, "
                "substr(coalesce(subject || ' · ', '') || coalesce(text, ''), 1, 90) AS words FROM assessment "
                f"JOIN complaint ON complaint.row_id = assessment.row_id WHERE assessment.seq IN ({marks})",
                part,
            ):
                found[row["seq"]] = row
        return found


class _Guarded(dict[str, str]):
    """Cell → the cell as no spreadsheet takes it for a formula; labels come again and again."""

    def __missing__(self, text: str) -> str:
        if len(self) >= MOST_CELLS:
            self.clear()
        found = self[text] = guarded(text)
        return found


def beside(report: Path) -> Path:
    """Where the file of the complaints behind a report lies."""
    return report.with_name(f"{report.stem}_complaints.csv")


def write_complaints(store: Store, target: Path) -> None:
    """One line a complaint with everything the report counts by. No cell begins like a formula."""
    count = store.count("assessment")
    filled = set(store.column("SELECT field FROM filled"))
    facts = [key for key in _FACTS if key in filled]
    times = [
        t
        for t in _TIMES
        if store.db.execute(f"SELECT 1 FROM sop_time WHERE {t} IS NOT NULL LIMIT 1").fetchone()
    ]
    numbers = [key for key in ("injured", "deaths", "cost") if key in filled]
    if store.db.execute("SELECT 1 FROM complaint WHERE currency IS NOT NULL LIMIT 1").fetchone():
        numbers.append("currency")
    names = [
        "finding",
        "id",
        "received",
        "month",
        "type",
        *facts,
        "severity",
        "severity_from",
        "occurrence",
        "risk",
        "harm",
        "harm_from",
        "hurt",
        *numbers,
    ]
    names += ["open_stage", *(f"{t}_minutes" for t in times), *(["over_limit"] if times else [])]
    columns = ["complaint.id", "received", "substr(received, 1, 7)", "assessment.type", *facts]
    columns += [
        f"assessment.{key}"
        for key in ("severity", "severity_from", "occurrence", "risk", "harm", "harm_from")
    ]
    columns += [HURT, *numbers, "open_stage", *(f"sop_time.{t}" for t in times), "assessment.seq"]
    late = set(sop(store, Policy(yaml.safe_load(store.meta("policy"))))["late_seqs"]) if times else set()
    only = (
        ""
        if count <= MOST_IN_CSV
        else "WHERE assessment.harm != 'none' OR assessment.seq IN (SELECT seq FROM found) "
    )
    texts = 5 + len(facts)
    cursor = store.db.execute(
        "SELECT (SELECT group_concat('[' || finding || ']', ' ') FROM found WHERE found.seq = assessment.seq), "
        f"{', '.join(columns)} FROM assessment JOIN complaint ON complaint.row_id = assessment.row_id "
        f"LEFT JOIN sop_time ON sop_time.seq = assessment.seq {only}ORDER BY assessment.seq"
    )
    safe = _Guarded()
    draft = target.with_name(target.name + ".new")
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(names)
            for row in cursor:
                over = [int(row[-1] in late)] if times else []
                out.writerow((row[0], *[v and safe[v] for v in row[1:texts]], *row[texts:-1], *over))
        os.replace(draft, target)
    except OSError as error:
        raise CommandError("output_unwritable", OUTPUT, file=target, why=error.strerror) from None
