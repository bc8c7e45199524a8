"""Why a complaint has to stay: its term, a legal hold, or a record that rests on it and has to stay itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from complaint_qms.constants.disposal import OVER
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.sop import disposal_missing
from complaint_qms.engine.sop.gates import Missing
from complaint_qms.services.compliance import legal_holds, retention
from complaint_qms.services.disposal.connected import Case
from complaint_qms.services.record.language import comma_list, sentence_list
from complaint_qms.services.record.row_locks import lock_rows

ASKED: Final = ("name", "company", "stage", "received_at", "closed_at", "retain_until", "retention_class", "manufacturing_date", "expiry_date", "incident_date", "reportable")  # fmt: skip


def why_kept_by_case(cases: Collection[Case], why: str, *, allowed: Collection[str] | None = None, held: bool = False) -> dict[str, str]:  # fmt: skip
    """Complaint → why it has to stay, in the user's language; nothing of those that may go. What a case holds goes as a whole or not at all.

    Args:
        why: why they are let go.
        allowed: complaints that may go, where not all may.
        held: whether they are read as they are this moment, and kept so until the transaction ends.
    """
    names = [name for case in cases for name in case.complaints]
    rows = _complaints(names, held)
    holds = legal_holds.holds_on(names, now=held)
    until = _linked_until(cases, rows, held)
    found: dict[str, str] = {}
    for case in cases:
        said = {
            name: _why(rows.get(name), name, case, holds, until, why, allowed) for name in case.complaints
        }
        first = next((name for name, sentence in said.items() if sentence), None)
        if first:
            found |= {
                name: sentence or _("It goes with {0} or not at all, which has to stay.").format(first)
                for name, sentence in said.items()
            }
    return found


def until_of(row: Mapping[str, Any]) -> date:
    """Until when a complaint is kept: as reckoned when it ended, or longer where the site keeps longer by now."""
    return max(getdate(row["retain_until"]) if row["retain_until"] else date.min, retention.of_complaint(row))


def _why(
    row: Any, name: str, case: Case, holds: Mapping[str, list[str]], until: Mapping[tuple[str, str], date | None], why: str,
    allowed: Collection[str] | None,
) -> str:  # fmt: skip
    if not row:
        return _("It is not there any more.")
    facts = {
        "name": name,
        "ended": row.stage in COMPLAINT_ENDED,
        "retain_until": until_of(row),
        "today": getdate(),
        "legal_hold": comma_list(holds.get(name, ())),
        "linked": [{"name": one[1], "retain_until": until[one]} for one in case.linked],
        "disposal_reason": why,
    }
    said = sentence_list(dict.fromkeys(_said(missing) for missing in disposal_missing(facts)))
    if not said and allowed is not None and name not in allowed:
        return _("It is linked with this disposal and not on its list: propose it anew.")
    return said


def _said(missing: Missing) -> str:
    values = {
        key: formatdate(value) if isinstance(value, date) else value
        for key, value in missing.message.params.items()
    }
    return _(missing.message.key).format(**values)


def _complaints(names: list[str], held: bool) -> dict[str, Any]:
    if held:
        return lock_rows("Complaint", names, *ASKED[1:])
    rows = frappe.get_all("Complaint", {"name": ("in", names or [""])}, list(ASKED), order_by="name asc")
    return {row.name: row for row in rows}


def _linked_until(cases: Collection[Case], rows: Mapping[str, Any], held: bool) -> dict[tuple[str, str], date | None]:  # fmt: skip
    """(DocType, name) of what rests on complaints → until when it is kept; None where something still happens with it."""
    wanted: dict[str, set[str]] = {}
    for case in cases:
        for kind, name in case.linked:
            wanted.setdefault(kind, set()).add(name)
    found: dict[tuple[str, str], date | None] = {
        (kind, name): None for kind, names in wanted.items() for name in names
    }
    for kind, names in wanted.items():
        field, values = OVER[kind]
        fields = ["name", "creation", "modified", field]
        some = (
            lock_rows(kind, names, *fields[1:]).values()
            if held
            else frappe.get_all(kind, {"name": ("in", sorted(names))}, fields, order_by="name asc")
        )
        for row in some:
            if row[field] in values:
                found[kind, row.name] = retention.of_linked(
                    kind, getdate(row.creation), getdate(row.modified)
                )
    return found
