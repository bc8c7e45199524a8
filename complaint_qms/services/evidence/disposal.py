"""Bytes of evidence that go: when their term is over, or a person is erased. The File stays with its name and SHA-256, and the trail says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import frappe
from frappe.query_builder import Order
from frappe.utils import now_datetime

from complaint_qms.constants.evidence import REMOVED_AT, SHA256, TALK
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.evidence import disk

_AT_ONCE: Final = 500
_FIELDS: Final = (
    "name",
    "file_name",
    "file_url",
    "thumbnail_url",
    "attached_to_doctype",
    "attached_to_name",
    SHA256,
)


def files_of_complaints(names: Iterable[str]) -> list[Any]:
    """Evidence on complaints, on messages about them and on what they came in by; a query for each kind."""
    wanted = sorted(set(names))
    if not wanted:
        return []
    held = [("Complaint", wanted)]
    for kind in TALK:
        about = {"reference_doctype": "Complaint", "reference_name": ("in", wanted)}
        held.append((kind, frappe.get_all(kind, about, pluck="name", order_by="name asc")))
    for kind, field in (("Complaint Inbox Item", "complaint"), ("Complaint Chat", "complaint")):
        held.append((kind, frappe.get_all(kind, {field: ("in", wanted)}, pluck="name", order_by="name asc")))
    return [row for kind, some in held if some for row in evidence_on(kind, some)]


def evidence_on(doctype: str, names: list[str]) -> list[Any]:
    """Files that are evidence on records and whose bytes are there."""
    attached = {"attached_to_doctype": doctype, "attached_to_name": ("in", names), SHA256: ("is", "set"), REMOVED_AT: ("is", "not set")}  # fmt: skip
    return frappe.get_all("File", attached, list(_FIELDS), order_by="name asc")


def remove_files(files: Iterable[Any], why: str) -> int:
    """Remove the bytes of files, once this is committed; how many files.

    Args:
        files: rows with `_FIELDS`.
        why: in English, for the trail.
    """
    rows = list(files)
    if not rows:
        return 0
    writing.set_where("File", [row.name for row in rows], {REMOVED_AT: now_datetime()}, why)
    recording.removed_files(rows, why)
    urls = sorted({url for row in rows for url in (row.file_url, row.thumbnail_url) if url})
    frappe.db.after_commit.add(lambda: _unlink(urls))
    return len(rows)


def remove_left() -> None:
    """Bytes that a worker which was killed after its commit has left."""
    for rows in _removed():
        _unlink(row.file_url for row in rows)


def _unlink(urls: Iterable[str]) -> None:
    """Those at addresses that no other File leads to."""
    plain = {url: place for url in urls if (place := disk.local(url))}
    if not plain:
        return
    others = {"file_url": ("in", sorted(plain)), REMOVED_AT: ("is", "not set")}
    used = set(frappe.get_all("File", others, pluck="file_url", order_by="name asc"))
    for url, place in plain.items():
        if url not in used:
            disk.path_of(place).unlink(missing_ok=True)


def _removed() -> Iterator[list[Any]]:
    file, last = frappe.qb.DocType("File"), ""
    query = frappe.qb.from_(file).select(file.name, file.file_url).where(file[REMOVED_AT].isnotnull())
    query = query.orderby(file.name, order=Order.asc).limit(_AT_ONCE)
    while rows := query.where(file.name > last).run(as_dict=True):
        yield rows
        last = rows[-1].name
