"""Keeps a list of what the demo made, and takes exactly that back.

While `recording`, every document that Frappe inserts is noted, and committed together with its note. Removal deletes the noted records, their rows and what
the framework keeps about them with one statement per table, in a single transaction: a quality record is never
deleted through its DocType (G7), and a demo is the one thing that is no quality record. What other people made in the
meantime is not on the list; where it leans on something that is, nothing is removed and the answer names it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.base_document import BaseDocument
from frappe.query_builder import Order
from frappe.utils.nestedset import NestedSet
from pypika.terms import ValueWrapper

from complaint_qms.constants.about_records import ABOUT_RECORDS
from complaint_qms.constants.audit import ENTRY, FILE
from complaint_qms.services.compliance.audit_trail.recording import removed_by_site
from complaint_qms.services.evidence.disk import local, path_of
from complaint_qms.services.framework_seams import inserts_told
from complaint_qms.services.onboarding.demo_state import FINISHED, REGISTRY
from complaint_qms.services.record import match_keys
from complaint_qms.services.record.framework_remarks import delete_remarks

_SERIES = "Series"
_SETTING = "Setting"

# Rows about a record go with it and never hold it back. Entries of the audit trail stay: without them its chain would not hold.
_ABOUT = {table: fields for table, fields in ABOUT_RECORDS.items() if table != ENTRY} | {
    "Repost Item Valuation": ("voucher_type", "voucher_no"),
    "__Auth": ("doctype", "name"),
}
# Rows that hang on a demo user, item or voucher and are made without a document, or later and by the system.
_DERIVED = (
    ("Contact", "user", "User"),
    ("Serial No", "item_code", "Item"),
    ("Bin", "item_code", "Item"),
    ("Complaint Survey", "complaint", "Complaint"),
    ("Complaint Tracking Link", "complaint", "Complaint"),
    ("Item Price", "item_code", "Item"),
    ("Repost Item Valuation", "item_code", "Item"),
    ("DefaultValue", "parent", "User"),
    ("Sessions", "user", "User"),
    ("Notification Settings", "name", "User"),
    ("Notification Log", "for_user", "User"),
    ("QMS Message", "to_user", "User"),
    ("Signal Complaint", "parent", "Complaint Signal"),
    ("Complaint Notification Preference", "user", "User"),
    ("ToDo", "allocated_to", "User"),
    ("Route History", "user", "User"),
)
# Of these, records in their own right, with comments and links about them.
_DERIVED_RECORDS = (
    "Contact",
    "Serial No",
    "Bin",
    "Item Price",
    "Repost Item Valuation",
    "Complaint Survey",
    "Complaint Tracking Link",
)
CHUNK = 2000


class Recorder:
    """Documents inserted since the last `commit`."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []

    def keep(self) -> None:
        """Write down what was made."""
        _write([(doctype, str(name), None) for doctype, name in self.made])
        self.made.clear()

    def commit(self) -> None:
        """Commit what was made together with its registration, so that a demo cut short can be taken back too."""
        self.keep()
        frappe.db.commit()


@contextmanager
def recording() -> Iterator[Recorder]:
    """Note every document inserted in the block; what was not committed yet is written down at its end."""
    recorder = Recorder()

    def note(doc: BaseDocument) -> None:
        if not doc.meta.istable and doc.doctype not in _ABOUT and doc.doctype != REGISTRY:
            recorder.made.append((doc.doctype, doc.name))

    try:
        with inserts_told(note):
            yield recorder
    finally:
        recorder.keep()


def begin() -> None:
    """Note the numbers that the series of the site stand at."""
    _write([(_SERIES, "before", json.dumps(_series()))])


def note_setting(field: str, value: str) -> None:
    """Note what a setting was before the demo changed it."""
    _write([(_SETTING, field, value)])


def settings_before() -> dict[str, str]:
    """Settings that the demo has changed, as they were before."""
    about = {"document_type": _SETTING}
    fields = ["document_name", "content"]
    return dict(frappe.get_all(REGISTRY, about, fields, order_by="creation asc", as_list=True))


def finish() -> None:
    """Mark the demo as complete."""
    _write([(_SERIES, "after", json.dumps(_series())), (FINISHED, FINISHED, None)])


def names(doctype: str) -> list[str]:
    """Registered records of a DocType."""
    return frappe.get_all(
        REGISTRY, filters={"document_type": doctype}, pluck="document_name", order_by="creation asc, name asc"
    )


def remove(force: bool = False) -> dict[str, int]:
    """Take back what is registered; number of records by DocType. Does not commit.

    Raises:
        frappe.LinkExistsError: a record that is not the demo's leans on one that is, and `force` is not set.
    """
    made = _registered()
    _add_derived(made)
    if not force:
        _refuse_while_linked(made)
    series, files = _kept_series(), _evidence_of(made)
    trees = [doctype for doctype in made if _is_tree(doctype)]
    for doctype, found in made.items():
        _delete_about(doctype, found)
        if doctype not in trees:
            _delete_rows(doctype, found)
    for doctype in trees:
        _delete_nodes(doctype, made[doctype])
    for table, field, doctype in _DERIVED:
        if made.get(doctype):
            _delete_kept(table, field, sorted(made[doctype]))
    _restore_series(*series)
    removed_by_site({**made, FILE: files}, "demo removed")
    frappe.db.delete(REGISTRY)
    frappe.clear_cache()
    return {doctype: len(found) for doctype, found in made.items()}


def _write(rows: list[tuple[str, str, str | None]]) -> None:
    now = frappe.utils.now()
    values = [(frappe.generate_hash(length=10), now, now, *row) for row in rows]
    if values:
        frappe.db.bulk_insert(
            REGISTRY,
            ["name", "creation", "modified", "document_type", "document_name", "content"],
            values,
            chunk_size=CHUNK,
        )


# Removal -------------------------------------------------------------------------------------------------------------


def _series() -> dict[str, int]:
    series = frappe.qb.Table("tabSeries")
    return dict(frappe.qb.from_(series).select(series.name, series.current).run())


def _registered() -> dict[str, set[str]]:
    record = frappe.qb.DocType(REGISTRY)
    rows = (
        frappe.qb.from_(record)
        .select(record.document_type, record.document_name)
        .where(record.document_type.notin((_SERIES, _SETTING, FINISHED)))
        .orderby(record.document_type, record.document_name, order=Order.asc)
    ).run()
    made: dict[str, set[str]] = defaultdict(set)
    for doctype, name in rows:
        made[doctype].add(name)
    return made


def _add_derived(made: dict[str, set[str]]) -> None:
    for doctype, field, of in _DERIVED:
        if made.get(of) and doctype in _DERIVED_RECORDS:
            found = frappe.get_all(doctype, {field: ("in", sorted(made[of]))}, pluck="name", order_by="name")
            if found:
                made[doctype] |= set(found)


def _refuse_while_linked(made: dict[str, set[str]]) -> None:
    found = []
    for doctype, field, target in _links():
        if target in made and frappe.db.table_exists(doctype):
            found += _strangers(made, doctype, field, target)
        if len(found) > 20:
            break
    if found:
        lines = [
            _("{0} {1} names {2}").format(_(doctype), name, value) for doctype, name, value in found[:20]
        ]
        frappe.throw(
            [_("These records are not the demo's but lean on it. Remove or change them first:"), *lines],
            frappe.LinkExistsError,
            as_list=True,
        )


def _links() -> list[tuple[str, str, str]]:
    """(DocType, field, target) of every link field of the site."""
    rows = []
    for source, owner in (("DocField", "parent"), ("Custom Field", "dt")):
        table = frappe.qb.DocType(source)
        kind = frappe.qb.DocType("DocType")
        rows += (
            frappe.qb.from_(table)
            .inner_join(kind)
            .on(kind.name == table[owner])
            .select(table[owner], table.fieldname, table.options)
            .where((table.fieldtype == "Link") & (kind.issingle == 0) & (kind.is_virtual == 0))
            .where(
                table[owner].notin((*_ABOUT, REGISTRY, "Access Log", "Route History", "Scheduled Job Log"))
            )
            .orderby(table[owner], table.fieldname, order=Order.asc)
        ).run()
    return rows


def _strangers(
    made: dict[str, set[str]], doctype: str, field: str, target: str
) -> list[tuple[str, str, str]]:
    """Records of `doctype` that are not the demo's and name one of its records in `field`."""
    table = frappe.qb.DocType(doctype)
    owner = (
        (table.parenttype, table.parent)
        if frappe.get_meta(doctype).istable
        else (ValueWrapper(doctype), table.name)
    )
    rows = (
        frappe.qb.from_(table)
        .select(*owner, table[field])
        .where(table[field].isin(sorted(made[target])))
        .orderby(table.name)
        .run()
    )
    return [row for row in rows if row[0] and row[1] not in made.get(row[0], ())]


def _delete_rows(doctype: str, found: set[str]) -> None:
    wanted = sorted(found)
    for row in frappe.get_meta(doctype).get_table_fields():
        _delete(row.options, "parent", wanted, {"parenttype": doctype})
    _delete(doctype, "name", wanted)
    if doctype == "Complaint":
        _delete(match_keys.DOCTYPE, "name", wanted)


def _delete_about(doctype: str, found: set[str]) -> None:
    actions = frappe.get_all(
        "Workflow Action",
        {"reference_doctype": doctype, "reference_name": ("in", sorted(found))},
        pluck="name",
        order_by="name asc",
    )
    _delete("Workflow Action Permitted Role", "parent", actions)
    _drop_bytes(doctype, found)
    for table, (kind, name) in _ABOUT.items():
        if frappe.db.table_exists(table) or table.startswith("__"):
            _delete_kept(table, name, sorted(found), {kind: doctype})


def _evidence_of(made: dict[str, set[str]]) -> set[str]:
    """Files that are evidence of what was made: they go with their records."""
    attached = {"attached_to_doctype": ("in", sorted(made)), "evidence_sha256": ("is", "set")}
    fields = ["name", "attached_to_doctype", "attached_to_name"]
    rows = frappe.get_all("File", attached, fields, order_by="name asc")
    return {row.name for row in rows if row.attached_to_name in made[row.attached_to_doctype]}


def _drop_bytes(doctype: str, found: set[str]) -> None:
    """Once the removal is committed, what the records' files hold on disk goes too, unless another File has it."""
    table = frappe.qb.DocType("File")
    attached = (
        frappe.qb.from_(table)
        .select(table.name, table.file_url)
        .where((table.attached_to_doctype == doctype) & table.attached_to_name.isin(sorted(found)))
        .orderby(table.name)
    ).run()
    mine, urls = {name for name, _url in attached}, {url for _name, url in attached if url}
    if not urls:
        return
    others = (
        frappe.qb.from_(table)
        .select(table.file_url)
        .where(table.file_url.isin(sorted(urls)) & table.name.notin(sorted(mine)))
    ).run(pluck=True)
    places = [path_of(url) for url in sorted(urls - set(others)) if local(url)]
    frappe.db.after_commit.add(lambda: [place.unlink(missing_ok=True) for place in places])


def _delete_kept(doctype: str, field: str, values: list[str], others: dict[str, str] | None = None) -> None:
    """Delete rows that are kept about records, and before them what is kept about those rows."""
    for part in _parts(values):
        delete_remarks(doctype, {field: ("in", part), **(others or {})})
    _delete(doctype, field, values, others)


def _delete(doctype: str, field: str, values: list[str], others: dict[str, str] | None = None) -> None:
    for part in _parts(values):
        frappe.db.delete(doctype, {field: ("in", part), **(others or {})})


def _parts(values: list[str]) -> Iterator[list[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _is_tree(doctype: str) -> bool:
    return issubclass(frappe.model.base_document.get_controller(doctype), NestedSet)


def _delete_nodes(doctype: str, found: set[str]) -> None:
    """Nodes of a tree go one by one, the lowest first, so that the tree closes behind them."""
    ordered = frappe.get_all(doctype, {"name": ("in", sorted(found))}, pluck="name", order_by="lft desc")
    for name in ordered:
        # The framework notes a deletion without naming the record but in words; one of an earlier record stays.
        told = {"comment_type": "Deleted", "reference_doctype": doctype, "subject": f"{_(doctype)} {name}"}
        earlier = frappe.get_all("Comment", told, pluck="name", order_by="name asc")
        frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, delete_permanently=True)
        frappe.db.delete("Comment", {**told, "name": ("not in", earlier or [""])})


def _kept_series() -> tuple[dict[str, int], dict[str, int]]:
    kept = dict(
        frappe.get_all(
            REGISTRY,
            filters={"document_type": _SERIES},
            fields=["document_name", "content"],
            as_list=True,
            order_by="document_name asc",
        )
    )
    return json.loads(kept.get("before") or "{}"), json.loads(kept.get("after") or "{}")


def _restore_series(before: dict[str, int], after: dict[str, int]) -> None:
    """Numbers that nobody drew since the demo are given back."""
    series = frappe.qb.Table("tabSeries")
    now = _series()
    for key, value in after.items():
        # Frappe gives back the last numbers of a tree's nodes by itself, so the counter may stand lower by now.
        if before.get(key) == value or key not in now or now[key] > value:
            continue
        if key in before:
            frappe.qb.update(series).set(series.current, before[key]).where(series.name == key).run()
        else:
            frappe.qb.from_(series).delete().where(series.name == key).run()
