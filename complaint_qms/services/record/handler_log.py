"""Who was replaced as handler within a stage: a line a person in the row of the stage log, which names who had it first."""

from __future__ import annotations

from datetime import datetime

from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services import writing

_UNTIL = " → "


def with_another(lines: str | None, gone: str, now: datetime | str) -> str:
    """The lines with one more: `gone` was replaced at `now`."""
    return "\n".join([*(lines or "").splitlines(), f"{gone}{_UNTIL}{get_datetime(now):%Y-%m-%d %H:%M}"])


def handlers_of(row: Document) -> list[str]:
    """Everybody who handled a complaint in the stage of a row, without who does now."""
    gone = [line.split(_UNTIL)[0] for line in (row.replaced_handlers or "").splitlines()]
    return [user for user in (row.handler, *gone) if user]


def note_past_save(complaint: Document, gone: str | None, now: datetime | None = None) -> None:
    """Write it down for a handler who is replaced past a save, as by an assignment."""
    rows = complaint.get("stage_log") or []
    row = next((row for row in rows if not row.left_at and row.stage in COMPLAINT_OPEN), None)
    if gone and row:
        lines = with_another(row.replaced_handlers, gone, now or now_datetime())
        writing.set_values(row.doctype, row.name, {"replaced_handlers": lines}, "handler replaced")
