"""Mails about complaints that the site has given up sending: whoever handles the complaint hears of each once, with the reason.

The framework writes the state of a mail past its document, which no listener hears of: so a job looks for what failed since it last did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.events import MAIL_FAILED
from complaint_qms.services import marks
from complaint_qms.services.events import Event, announce
from complaint_qms.services.record.error_text import last_line

_QUEUE: Final = "Email Queue"
_LOOKED: Final = "complaint_qms_mails_looked_at"
_METHOD: Final = f"{__name__}.tell_failed"
_MOST: Final = 200
_SHOWN: Final = 200
_SETTLED: Final = timedelta(seconds=30)
"""A state that is being written carries a moment a little before it can be read."""


def enqueue_failed(now: datetime) -> None:
    """Have the handlers told of what failed since the last look. Of what was before the first one nobody is told."""
    since = _looked_at()
    if since is None:
        _remember(now)
    elif frappe.db.exists(_QUEUE, _failed(since, now - _SETTLED)):
        frappe.enqueue(_METHOD, queue="short", job_id="complaint_qms_failed_mails", deduplicate=True)


def tell_failed(now: datetime | None = None) -> int:
    """Tell the handlers of mails that were given up since the last look; how many mails. Commits."""
    until, told = (now or now_datetime()) - _SETTLED, 0
    since = _looked_at()
    while since is not None:
        rows = frappe.get_all(
            _QUEUE,
            _failed(since, until),
            ["name", "reference_name", "error", "modified"],
            order_by="modified asc, name asc",
            limit=_MOST,
        )
        if not rows:
            break
        # Of one moment all or none: the look goes on behind it.
        if len(rows) == _MOST and rows[0].modified != rows[-1].modified:
            rows = [row for row in rows if row.modified != rows[-1].modified]
        _announce(rows)
        told, since = told + len(rows), get_datetime(rows[-1].modified)
        _remember(since)
        frappe.db.commit()
    return told


def forget_looks() -> None:
    """When the app leaves the site."""
    marks.drop_marks([_LOOKED])


def _failed(since: datetime, until: datetime) -> list[list[Any]]:
    # Notices of the framework to colleagues are about the complaint as well: those alone count that stand on its timeline.
    return [
        ["status", "=", "Error"],
        ["reference_doctype", "=", "Complaint"],
        ["communication", "is", "set"],
        ["modified", ">", since],
        ["modified", "<=", until],
    ]


def _announce(rows: list[frappe._dict]) -> None:
    names = [row.name for row in rows]
    to: dict[str, list[str]] = {}
    about = {"parent": ("in", names), "parenttype": _QUEUE, "status": ("!=", "Sent")}
    for one in frappe.get_all(f"{_QUEUE} Recipient", about, ["parent", "recipient"], order_by="idx asc"):
        to.setdefault(one.parent, []).append(one.recipient)
    there = frappe.get_all(
        "Complaint", {"name": ("in", [row.reference_name for row in rows])}, pluck="name", order_by="name asc"
    )
    announce(
        Event(
            MAIL_FAILED,
            "Complaint",
            row.reference_name,
            {"sender": ", ".join(to.get(row.name, ())[:3]), "address": "", "said": _reason_of(row.error)},
        )
        for row in rows
        if row.reference_name in set(there)
    )


def _reason_of(error: str | None) -> str:
    plain = last_line(error)
    return plain[:_SHOWN] + ("…" if len(plain) > _SHOWN else "")


def _looked_at() -> datetime | None:
    kept = marks.mark_of(_LOOKED)
    return get_datetime(kept) if kept else None


def _remember(moment: datetime) -> None:
    marks.set_mark(_LOOKED, str(moment))
