"""Facts around the unit of an investigation, kept in its file as they were seen: when, and by whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_date, format_datetime, get_fullname, now_datetime

from complaint_qms.integrations.erpnext.inspections import ABOVE, AT_LEAST, AT_MOST, BELOW
from complaint_qms.permissions import kept_facts as sight
from complaint_qms.permissions.production import FileProductionSight
from complaint_qms.permissions.stock import FileSight
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import clause_list, speaking
from complaint_qms.services.record.timeline import Text, line, note_on
from complaint_qms.services.trace.unit_facts import INVESTIGATION, unit_facts
from complaint_qms.tabular.rows import guarded

_ENDED: Final = ("completed", "void")


def keep_facts(name: str) -> Document:
    """Attach the facts of an investigation to it, as a private table.

    Raises:
        frappe.PermissionError: the user may not open what would be kept.
        frappe.ValidationError: the investigation has ended, or leads to no lot.
    """
    doc = frappe.get_doc(INVESTIGATION, name)
    doc.check_permission("write")
    user = frappe.session.user
    if not sight.may_open(user):
        frappe.throw(
            _("Only who may read {0} and {1} without restriction keeps these facts.").format(
                *(_(doctype) for doctype in sight.READ_FROM)
            ),
            frappe.PermissionError,
        )
    if doc.stage in _ENDED:
        refuse(_("{0} has ended: nothing is added to its file any more.").format(name))
    now = now_datetime()
    with acting_as(), speaking(frappe.db.get_default("lang") or "en"):
        facts = unit_facts(INVESTIGATION, name, FileSight(doc.company), FileProductionSight())
        content = _table([*_head(doc, facts, user), *_rows(facts)])
        title = f"{_('Facts Around the Unit')} {name} {now:%Y-%m-%d %H%M}.csv"
    values = {"attached_to_doctype": doc.doctype, "attached_to_name": name, "attached_to_field": sight.KEPT, "is_private": 1}  # fmt: skip
    file = frappe.get_doc({"doctype": "File", "file_name": title, "content": content, **values})
    file.flags.keeps_facts = True
    file.insert(ignore_permissions=True)
    note_on(doc, line("kept the facts around the unit as a file: {0}", Text(file.file_name)))
    return file


def _head(doc: Document, facts: dict[str, Any], user: str) -> Iterator[list[str]]:
    yield [_("Facts Around the Unit"), doc.name, doc.title or ""]
    yield [_("As seen on {0}.").format(format_datetime(facts["seen_at"])), get_fullname(user)]
    yield [_("Left out: persons, customers, suppliers, other companies, and which complaints are counted.")]
    for note in facts["notes"]:
        yield [note]
    yield []
    yield [_("Part"), _("Batch or Serial No"), _("Item"), _("Date"), _("What"), _("Details")]


def _rows(facts: dict[str, Any]) -> Iterator[list[str]]:
    part = _("How It Was Made")
    for row in facts["made"]:
        named = [f"{_('BOM')} {row['bom']}" if row["bom"] else "", f"{_('Work Order')} {row['work_order']}" if row["work_order"] else ""]  # fmt: skip
        doctype = row["document_type"]
        yield _row(part, row, row["date"], f"{_(doctype)} {row['document']}", *named)
        for one in row["operations"]:
            started = format_datetime(one["started"]) if one["started"] else ""
            yield _row(part, row, row["date"], one["operation"], one["workstation"], one["shift"], started)
    part = _("Quality Inspections")
    for row in facts["inspections"]:
        kind, status = row["kind"], row["status"]
        yield _row(part, row, row["date"], f"{row['name']} · {_(kind)}", _(status))
        for one in row["readings"]:
            yield _row(part, row, row["date"], one["parameter"], *_reading(one))
    part = _("Other Complaints")
    for row in facts["complaints"]:
        yield [part, row["of"], "", "", _relation(row["relation"]), str(row["count"])]


def _row(part: str, row: dict[str, Any], day: Any, what: str | None, *details: str | None) -> list[str]:
    date = format_date(day) if day else ""
    said = clause_list([one for one in details if one])
    return [part, row["lot"], row["item_name"] or row["item_code"], date, what or "", said]


def _reading(one: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(one["values"])
    if one["formula"]:
        yield _("accepted by the formula {0}").format(one["formula"])
    elif one["least"] is not None:
        yield _("limits {0} to {1}").format(one["least"], one["most"])
    elif one["wanted"]:
        yield _("wanted: {0}").format(one["wanted"])
    status = one["status"]
    yield _(status)
    for mark in one["marks"]:
        yield _marked(**mark)


def _marked(value: str, kind: str, limit: float | str) -> str:
    if kind == BELOW:
        return _("{0} is below the lower limit {1}").format(value, limit)
    if kind == ABOVE:
        return _("{0} is above the upper limit {1}").format(value, limit)
    if kind == AT_LEAST:
        return _("{0} is just at the lower limit").format(value)
    if kind == AT_MOST:
        return _("{0} is just at the upper limit").format(value)
    return _("{0} is not what was wanted").format(value)


def _relation(key: str) -> str:
    if key == "lot":
        return _("About the Same Batch or Serial No")
    if key == "component":
        return _("About What Holds the Received Lot")
    if key == "machine":
        return _("Made on the Same Workstation within 7 Days")
    return _("Of Those, Begun in the Same Shift")


def _table(rows: list[list[str]]) -> bytes:
    """In a spelling that spreadsheets read as it is."""
    written = io.StringIO()
    csv.writer(written).writerows([guarded(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")
