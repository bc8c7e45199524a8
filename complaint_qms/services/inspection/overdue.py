"""What of an index is late: complaints, measures of CAPAs, assessments of reportability, investigations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frappe.utils import get_datetime, getdate

from complaint_qms.constants.clock import CLOCKS, OVERDUE
from complaint_qms.services.inspection.listed import still_open
from complaint_qms.services.inspection.related import ASSESSMENT, CAPA, INVESTIGATION, RelatedRecords

_STUDIES_ENDED = ("completed", "void")


@dataclass(frozen=True)
class LateThing:
    """`due`: day or moment by which it had to be done; `what`: in words where it has some; `who` is a user."""

    doctype: str
    name: str
    what: str
    who: str
    due: Any
    complaints: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        return {**vars(self), "due": str(self.due), "complaints": list(self.complaints)}


def late_things(rows: list[dict[str, Any]], related: RelatedRecords, now: datetime) -> list[LateThing]:
    """All that is late at a moment, what is late longest first."""
    found = [*_complaints(rows, now), *_records(related, now)]
    return sorted(found, key=lambda one: (get_datetime(one.due), one.name))


def _complaints(rows: list[dict[str, Any]], now: datetime) -> Iterator[LateThing]:
    for row in rows:
        if not still_open(row) or row.get("sla_status") != OVERDUE:
            continue
        over = [moment for clock in CLOCKS if (moment := row.get(f"{clock}_due")) and moment < now]
        due = min(over, default=row["received_at"])
        yield LateThing("Complaint", row["name"], row.get("subject") or "", row.get("complaint_owner") or "", due, (row["name"],))  # fmt: skip


def _records(related: RelatedRecords, now: datetime) -> Iterator[LateThing]:
    today = now.date()
    for row in related.of[INVESTIGATION]:
        if row.get("due_date") and row["stage"] not in _STUDIES_ENDED and getdate(row["due_date"]) < today:
            yield _late(related, INVESTIGATION, row, row.get("title"), row.get("investigator"), row["due_date"])  # fmt: skip
    titles = {row["name"]: row.get("title") for row in related.of[CAPA]}
    for row in related.actions:
        if row["due_date"] and getdate(row["due_date"]) < today:
            told = f"{titles.get(row['parent']) or ''}: {row['action']}"
            yield _late(related, CAPA, {"name": row["parent"]}, told, row["action_owner"], row["due_date"])
    for row in related.of[ASSESSMENT]:
        if row.get("deadline") and row["status"] == "open" and getdate(row["deadline"]) < today:
            yield _late(related, ASSESSMENT, row, row.get("jurisdiction"), "", row["deadline"])


def _late(related: RelatedRecords, kind: str, row: dict[str, Any], what: str | None, who: str | None, due: Any) -> LateThing:  # fmt: skip
    return LateThing(kind, row["name"], what or "", who or "", due, tuple(related.complaints(kind, row["name"])))  # fmt: skip
