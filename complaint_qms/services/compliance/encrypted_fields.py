"""Which fields the site keeps encrypted, and stored values brought in line with that: after a change of the list, and with a new key.

What has to be done stands in the values themselves (`BEGINS` and the id of a key), so that whoever was killed in the middle, or comes twice, goes on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import create_batch
from pypika.functions import Count, Substring

from complaint_qms.constants import audit
from complaint_qms.constants.encryption import BEGINS, FIELDS, HIDDEN, TABLE
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services import marks, writing
from complaint_qms.services.compliance.audit_trail import beside
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.encryption import keys
from complaint_qms.services.encryption.encrypted_values import decrypt_rows, is_encrypted, marked_fields
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word

_JOB: Final = "complaint_qms.services.compliance.encrypted_fields.bring_in_line"
_JOB_ID: Final = "complaint_qms_encrypted_fields"
_LEFT: Final = "complaint_qms_encryption_left"
"""What is remembered while values wait: a new list, or a new key."""
_AT_ONCE: Final = 200
_LENGTH: Final = len(BEGINS) + keys.ID_LENGTH


def check_marked(settings: Document) -> None:
    """Each field once, and a key to encrypt with.

    Raises:
        frappe.ValidationError: naming the row, or the command that makes a key.
    """
    rows, seen = settings.get(TABLE) or (), set()
    for row in rows:
        if row.field in seen:
            refuse(_("Encrypted Fields, row {0}: {1} is there twice. Remove one of the rows.").format(row.idx, word(row.field)))  # fmt: skip
        seen.add(row.field)
    if rows:
        keys.newest()


def marking_saved(settings: Document) -> None:
    """Start the job that brings stored values in line, where the list has changed."""
    before = settings.get_doc_before_save()
    if (_chosen(before) if before else set()) != _chosen(settings):
        marks.set_mark(_LEFT, "list")
        enqueue_pass()


def is_left() -> bool:
    """Whether values wait for a new list, or a new key, to be carried through."""
    return bool(marks.mark_of(_LEFT))


def enqueue_pass() -> None:
    """Put one pass into the queue; while one waits or runs there, no second one is added."""
    frappe.enqueue(_JOB, queue="long", timeout=6 * 60 * 60, job_id=_JOB_ID, deduplicate=True, enqueue_after_commit=True)  # fmt: skip


def bring_in_line(tell: Callable[[int], None] | None = None) -> int:
    """Encrypt what is marked with the newest key, and decrypt what is not; how many values were written. Commits.

    Args:
        tell: is told how many of a hundred parts are done; the settings' form where nothing is given.
    """
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    left, written = marks.mark_of(_LEFT), 0
    parts = [(doctype, field) for doctype, fields in FIELDS.items() for field in fields]
    for number, (doctype, field) in enumerate(parts):
        written += _bring_column(doctype, field)
        (tell or _show)(50 * (number + 1) // len(parts))
    if left:
        for number, doctype in enumerate(FIELDS):
            written += beside.bring_entries(doctype, FIELDS[doctype], marked_fields(doctype))
            _hide_in_versions(doctype)
            (tell or _show)(50 + 50 * (number + 1) // len(FIELDS))
        marks.drop_marks([_LEFT])
        frappe.db.commit()
    return written


def begin_rotation() -> str:
    """Make a new key, or go on with the rotation that was broken off; the id of the newest key. Commits."""
    if marks.mark_of(_LEFT) == "key" and keys.known_keys():
        return keys.newest().id
    marks.set_mark(_LEFT, "key")
    made = keys.add_key()
    write_entries([NewEntry(audit.CHANGE, SETTINGS, SETTINGS, {"data_key": made.id}, Apart())])
    frappe.db.commit()
    return made.id


def use_of_keys() -> Counter[tuple[str, str]]:
    """How many values are under which key: (where, id of the key) → number, the id empty for what is marked and not encrypted yet."""
    found: Counter[tuple[str, str]] = Counter()
    for doctype, fields in FIELDS.items():
        table = frappe.qb.DocType(doctype)
        for field in fields:
            head, label = Substring(table[field], 1, _LENGTH), f"{doctype}.{field}"
            query = frappe.qb.from_(table).select(head, Count("*")).where(table[field] != "").groupby(head)
            for begins, count in query.run():
                if is_encrypted(begins):
                    found[label, begins[len(BEGINS) :]] += count
                elif field in marked_fields(doctype):
                    found[label, ""] += count
    found.update(beside.use_of_keys())
    return found


def drop_unused() -> list[str]:
    """Take keys out of site_config.json that no value of the database needs; their ids."""
    used = {key for _where, key in use_of_keys()}
    gone = [one.id for one in keys.known_keys()[1:] if one.id not in used]
    keys.drop_keys(gone)
    return gone


def hide_in_version(data: Mapping[str, Any], doctype: str) -> dict[str, Any] | None:
    """What a version says without values of encrypted fields; None where it has none. The audit trail keeps them."""
    marked, changed = marked_fields(doctype), data.get("changed") or []
    if not any(one[0] in marked for one in changed):
        return None
    hidden = [
        [name, *((HIDDEN if value else value) for value in values)] if name in marked else [name, *values]
        for name, *values in changed
    ]
    return {**data, "changed": hidden} if hidden != changed else None


def _bring_column(doctype: str, field: str) -> int:
    written = 0
    for names in _waiting(doctype, field):
        table = frappe.qb.DocType(doctype)
        query = frappe.qb.from_(table).select(table.name, table[field]).where(table.name.isin(names))
        rows = query.orderby(table.name).for_update().run(as_dict=True)
        decrypt_rows(doctype, rows)
        values = {row.name: {field: row[field]} for row in rows if row[field] and not is_encrypted(row[field])}  # fmt: skip
        writing.set_many(doctype, values, "encryption at rest")
        written += len(values)
        frappe.db.commit()
    return written


def _waiting(doctype: str, field: str) -> Iterator[list[str]]:
    """Names of records whose value is not in the form that it is to have."""
    table, last = frappe.qb.DocType(doctype), ""
    value = table[field]
    if field in marked_fields(doctype):
        other = (value != "") & value.not_like(f"{BEGINS}{keys.newest().id}.%")
    else:
        other = value.like(f"{BEGINS}%")
    query = frappe.qb.from_(table).select(table.name).where(other).orderby(table.name, order=Order.asc)
    while names := query.where(table.name > last).limit(_AT_ONCE).run(pluck=True):
        yield names
        last = names[-1]


def _hide_in_versions(doctype: str) -> None:
    for field in marked_fields(doctype):
        about = {"ref_doctype": doctype, "data": ("like", f'%"{field}"%')}
        names = frappe.get_all("Version", about, pluck="name", order_by="name asc")
        for some in create_batch(names, _AT_ONCE):
            rows = frappe.get_all("Version", {"name": ("in", some)}, ["name", "data"], order_by="name asc")
            told = {row.name: hide_in_version(json.loads(row.data or "{}"), doctype) for row in rows}
            values = {name: {"data": json.dumps(data)} for name, data in told.items() if data}
            writing.set_many("Version", values, "encryption at rest")
            frappe.db.commit()


def _chosen(settings: Document) -> set[str]:
    return {row.field for row in settings.get(TABLE) or ()}


def _show(percent: int) -> None:
    frappe.publish_progress(percent, title=_("Encrypted Fields"), doctype=SETTINGS, docname=SETTINGS)
