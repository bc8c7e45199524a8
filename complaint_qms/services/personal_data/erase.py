"""A person taken out of all records, which stay: identity gives way to a pseudonym, in texts as in fields, and the audit trail holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import frappe
from frappe.utils import create_batch
from frappe.utils.global_search import update_global_search

from complaint_qms.constants.personal_data import FIELDS, IDENTITY
from complaint_qms.constants.records import ROWS
from complaint_qms.constants.regulatory_report import ELEMENT, REPORT
from complaint_qms.engine.pseudonym import Person
from complaint_qms.services import writing
from complaint_qms.services.case_file import keeping
from complaint_qms.services.compliance.audit_trail import erasing
from complaint_qms.services.evidence import disposal
from complaint_qms.services.personal_data.find import (
    PersonFound,
    Record,
    TextTable,
    is_about,
    tables,
)
from complaint_qms.services.record import match_keys
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.reportability.regulatory_reports import facts_text
from complaint_qms.services.reportability.report_forms import report_form
from complaint_qms.services.signatures import rebinding

_AT_ONCE: Final = 200
_NAME_OF: Final = "complainant_name"
_IDENTITY: Final = frozenset(name for name, one in FIELDS["Complaint"].items() if one == IDENTITY)
ERASED_FOR: Final = "personal data erased: {0}"
_SENT: Final = ("Sent", "Error", "Expired")
"""Mails that wait for nothing."""


def erase(
    person: Person,
    found: PersonFound,
    pseudonym: str,
    request: str,
    tell: Callable[[int], None],
    with_files: bool = False,
) -> None:
    """Write all that was found without the person. Each portion is written whole with its entries of the trail; done again, it finds
    what is left."""
    records, every = found.records(), {table.doctype: table for table in tables()}
    done, total = 0, max(1, sum(len(some) for some in found.rows.values()))
    for doctype, rows in found.rows.items():
        for some in create_batch(sorted(rows), _AT_ONCE):
            values = {}
            for name in some:
                changed = _without(person, every[doctype], rows[name], found, records, pseudonym)
                if changed:
                    values[name] = changed
            _write(doctype, values, request, rows)
            done += len(some)
            tell(90 * done // total)
    _wipe_own(found, pseudonym, request)
    _wipe_reports(person, found, pseudonym, request)
    _wipe_versions(found, request)
    _forget_copies(records)
    keeping.delete_files_of(found.own)
    if with_files:
        disposal.remove_files(disposal.files_of_complaints(found.own), ERASED_FOR.format(request))


def forget_history(person: Person, found: PersonFound, request: str) -> None:
    """Let the audit trail go what it keeps of the person beside its chain: behind all that is written, which tells what was before."""
    erasing.forget_person(person, found.records(), found.own, _IDENTITY, request)


def _without(
    person: Person,
    table: TextTable,
    row: dict[str, Any],
    found: PersonFound,
    records: set[Record],
    pseudonym: str,
) -> dict[str, Any]:
    about = is_about(table, row, records)
    meta = frappe.get_meta(table.doctype)
    changed: dict[str, Any] = {}
    for name in table.columns:
        value = row.get(name)
        if not isinstance(value, str) or not value:
            continue
        field = meta.get_field(name)
        if not field:
            if (new := person.out_of(value, pseudonym, is_about=about)) != value:
                changed[name] = new
            continue
        if field.fieldtype == "Link":
            # The customer is ERPNext's, which forgets it by itself; what is owed and delivered hangs on it.
            if value in person.keys and field.options != "Customer":
                changed[name] = None
            continue
        if field.fieldtype in ("Attach", "Attach Image") or (table.doctype == "File" and name == "file_url"):
            continue  # addresses are written with the file that they lead to
        if field.options == "Phone":
            if person.stands_in(value):
                changed[name] = None
            continue
        new = person.out_of(value, pseudonym, is_about=about)
        if new != value:
            changed[name] = new[: field.length or 140] if field.fieldtype == "Data" else new
    return changed


def _wipe_own(found: PersonFound, pseudonym: str, request: str) -> None:
    """Of complaints of the person all that says who it is, whether it was found or not."""
    wiped = {**dict.fromkeys(_IDENTITY), _NAME_OF: pseudonym}
    for some in create_batch(sorted(found.own), _AT_ONCE):
        _write("Complaint", dict.fromkeys(some, wiped), request)


def _wipe_reports(person: Person, found: PersonFound, pseudonym: str, request: str) -> None:
    """The same of reports to authorities about them, which copy what the complaint said, submitted ones too. What is not about who it is stays."""
    about = {"complaint": ("in", sorted(found.own))}
    fields = ["name", "complaint", "report_form", "submitted_facts"]
    reports = frappe.get_all(REPORT, about, fields, order_by="name asc") if found.own else []
    countries = values_of("Complaint", (row.complaint for row in reports), "country")
    for some in create_batch(reports, _AT_ONCE):
        by_name = {row.name: row for row in some}
        facts = {
            row.name: {"reporter": pseudonym, "place": countries.get(row.complaint) or None} for row in some
        }
        within = {"parenttype": REPORT, "parent": ("in", sorted(by_name))}
        rows = frappe.get_all(ELEMENT, within, ["name", "parent", "parenttype", "element_key", "value"], order_by="name asc")  # fmt: skip
        changed = {}
        for row in rows:
            element = report_form(by_name[row.parent].report_form).element(row.element_key)
            if row.value and element and element.fact in facts[row.parent]:
                changed[row.name] = {"value": facts[row.parent][element.fact]}
        _write(ELEMENT, changed, request, {row.name: row for row in rows})
        kept = {row.name: json.loads(row.submitted_facts) for row in some if row.submitted_facts}
        for name, told in kept.items():
            for fact, text in told.items():
                new = facts[name][fact] if fact in facts[name] else person.out_of(text, pseudonym, is_about=True)  # fmt: skip
                told[fact] = new or ""
        _write(REPORT, {name: {"submitted_facts": facts_text(told)} for name, told in kept.items()}, request)


def _wipe_versions(found: PersonFound, request: str) -> None:
    """Old values of those fields, which are found by no pattern."""
    own = {"ref_doctype": "Complaint", "docname": ("in", sorted(found.own))}
    changed = {}
    for row in frappe.get_all("Version", own, ["name", "data"], order_by="name asc") if found.own else ():
        data = json.loads(row.data or "{}")
        kept = [one for one in data.get("changed") or () if one[0] not in _IDENTITY]
        if len(kept) < len(data.get("changed") or ()):
            changed[row.name] = {"data": json.dumps({**data, "changed": kept})}
    for some in create_batch(sorted(changed), _AT_ONCE):
        writing.set_many("Version", {name: changed[name] for name in some}, ERASED_FOR.format(request))
        frappe.db.commit()


def _write(
    doctype: str, values: dict[str, dict[str, Any]], request: str, rows: dict[str, Any] | None = None
) -> None:
    if not values:
        return
    signed = [(doctype, name) for name in values]
    if doctype in ROWS:
        signed = [(rows[name]["parenttype"], rows[name]["parent"]) for name in values] if rows else []
    with rebinding.still_holding(signed):
        writing.set_many(doctype, values, ERASED_FOR.format(request))
    if doctype == "Complaint":
        match_keys.rewrite(frappe.get_doc(doctype, name) for name in values)
    frappe.db.commit()


def _forget_copies(records: set[Record]) -> None:
    """Texts made of records: the search of the desk, mails that were sent."""
    by_kind: dict[str, list[str]] = {}
    for doctype, name in records:
        by_kind.setdefault(doctype, []).append(name)
    index = frappe.qb.Table("__global_search")
    queue, to = frappe.qb.DocType("Email Queue"), frappe.qb.DocType("Email Queue Recipient")
    for doctype, names in by_kind.items():
        for some in create_batch(sorted(names), _AT_ONCE):
            frappe.qb.from_(index).delete().where((index.doctype == doctype) & index.name.isin(some)).run()
            about = {"reference_doctype": doctype, "reference_name": ("in", some), "status": ("in", _SENT)}
            if mails := frappe.get_all("Email Queue", about, pluck="name", order_by="name asc"):
                frappe.qb.from_(to).delete().where(to.parent.isin(mails)).run()
                frappe.qb.from_(queue).delete().where(queue.name.isin(mails)).run()
            if frappe.get_meta(doctype).get_global_search_fields():
                for name in some:
                    update_global_search(frappe.get_doc(doctype, name))
        frappe.db.commit()
