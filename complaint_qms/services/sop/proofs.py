"""Hand-over checks that nobody ticks: what shows that they are done is a field, a file or a linked record of the complaint.

A row of a complaint keeps what its SOP asked for as a key, `field:reply`, `file:photo` or `record:capa`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html

from complaint_qms.constants.proofs import FIELD, FILE, RECORD, RECORDS
from complaint_qms.engine.sop.gates import blank

_WHERE: Final = {FIELD: "proof_field", FILE: "proof_file", RECORD: "proof_record"}
_LINKED: Final = {
    "investigation": "investigations",
    "root_cause": "root_causes",
    "capa": "capas",
    "assessment": "assessments",
    "settlement": "settlements",
}
"""Kind of records → what the gates know of them."""
_ENTERED: Final = (
    "Check", "Currency", "Data", "Date", "Datetime", "Float", "Int", "Link", "Long Text", "Select", "Small Text",
    "Text", "Text Editor",
)  # fmt: skip


def proof_of(check: Document) -> str:
    """What shows that a check of an SOP is done; empty for one that somebody ticks."""
    return f"{check.proof}:{check.get(_WHERE[check.proof]) or ''}" if check.proof else ""


def is_shown(doc: Document, key: str) -> bool:
    """Whether a complaint has what a check asks for."""
    kind, _colon, what = key.partition(":")
    return _SHOWN[kind](doc, what)


def checklist_of(doc: Document, linked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checks of a complaint as the gates ask them, with what has been made since it was saved. Asks the database nothing.

    Args:
        linked: what the gates know of other records.
    """
    rows = [row.as_dict() for row in doc.checklist]
    for row in rows:
        kind, _colon, what = (row.get("proof") or "").partition(":")
        if kind == RECORD:
            covered = what == "investigation" and doc.covered_by_investigation
            row["done"] = cint(bool(covered or linked.get(_LINKED[what])))
        elif kind:
            row["done"] = cint(_SHOWN[kind](doc, what))
    return rows


def tidy_proofs(sop: Document) -> None:
    """Take out of each check what another answer of its row has made meaningless."""
    for row in sop.checks:
        for kind, name in _WHERE.items():
            if row.proof != kind:
                row.set(name, None)


def check_proofs(sop: Document) -> None:
    """Raises:
    frappe.ValidationError: a check asks for what nobody can enter, or is asked twice; naming the row.
    """
    known: dict[tuple[str, str], int] = {}
    for row in sop.checks:
        said = row.stage, (row.check or "").strip().casefold()
        if said in known:
            frappe.throw(
                _("Checks, row {0}: it says the same as row {1}. Remove one of them.").format(
                    row.idx, known[said]
                )
            )
        known[said] = row.idx
    for row in sop.checks:
        if row.proof == FIELD and not _is_entered(row.proof_field):
            frappe.throw(
                _(
                    "Checks, row {0}: “{1}” is no field of a complaint that somebody fills in. Choose one of the list."
                ).format(row.idx, escape_html(row.proof_field or ""))
            )
        if row.proof == RECORD and not row.proof_record:
            frappe.throw(_("Checks, row {0}: choose the Kind of Record.").format(row.idx))


def _is_entered(name: str | None) -> bool:
    field = frappe.get_meta("Complaint").get_field(name) if name else None
    return bool(field) and field.fieldtype in _ENTERED and not (field.read_only or field.hidden)


def _has_field(doc: Document, name: str) -> bool:
    value = doc.get(name)
    return bool(value) if isinstance(value, int | float) else not blank(value)


def _has_file(doc: Document, kind: str) -> bool:
    return any(row.file and not row.struck_out and kind in ("", row.kind) for row in doc.evidence)


def _has_record(doc: Document, kind: str) -> bool:
    if doc.is_new():
        return False
    table = frappe.qb.DocType(RECORDS[kind])
    if kind == "capa":
        row = frappe.qb.DocType("CAPA Complaint")
        query = frappe.qb.from_(table).inner_join(row).on(row.parent == table.name).select(table.name)
        return bool(query.where((row.complaint == doc.name) & (table.stage != "void")).limit(1).run())
    query = frappe.qb.from_(table).select(table.name).where(table.complaint == doc.name).limit(1)
    if kind == "investigation":
        if doc.covered_by_investigation:
            return True
        query = query.where(table.stage != "void")
    elif kind == "root_cause":
        query = query.where(table.status == "verified")
    elif kind == "settlement":
        query = query.where(table.docstatus < 2)
    return bool(query.run())


_SHOWN: Final[dict[str, Callable[[Document, str], bool]]] = {
    FIELD: _has_field,
    FILE: _has_file,
    RECORD: _has_record,
}
