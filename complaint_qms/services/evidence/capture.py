"""Takes files in as evidence: private, attached to their record, with the sum of their bytes."""

from collections.abc import Iterable
from typing import Final

import frappe
from frappe import _
from frappe.core.doctype.file.utils import generate_file_name
from frappe.model.document import Document
from frappe.utils import get_fullname, now_datetime

from complaint_qms.constants.evidence import NAMED_IN, SHA256, Naming
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services import writing
from complaint_qms.services.evidence import disk
from complaint_qms.services.record.gate_codes import gate_code

# How a row of evidence is struck out: once, with a reason.
_STRUCK: Final = ("struck_out", "strike_reason")

# Address of a file, DocType and name of the record it belongs to.
Place = tuple[str, str, str]


def take_in(doc: Document) -> None:
    """Before a record is stored: each row that names a file anew names one of the record's own, and carries its sum.

    What requests send as the sum is put back. A saved row of evidence stays, and is struck out at most.

    Raises:
        GateError: a saved row of evidence was removed, or names another file; or one is struck out without a reason.
        frappe.ValidationError: the bytes are not on this site.
    """
    for naming in NAMED_IN:
        if naming.record == doc.doctype:
            before = doc.get_doc_before_save()
            old = {row.name: row for row in before.get(naming.table)} if before else {}
            if naming.row == "Complaint Evidence":
                _keep_rows(doc, naming, old)
            else:
                _keep_files(doc, naming, old)
            _take_rows(doc, naming, old)


def attach(wanted: Iterable[Place]) -> dict[Place, Document]:
    """The File of a record's own for each address of the site, at that address or at that of a private copy.

    A loose one of the user's own becomes it; what is missing is made. One query finds all.
    """
    places = list(dict.fromkeys(wanted))
    there = _files_at({url for url, _doctype, _name in places})
    found = {place: _own_or_loose(there.get(place[0], ()), place) for place in places}
    secure([file for file in found.values() if file])
    for place, file in found.items():
        found[place] = file or _made(place, there.get(place[0], ()))
    return found


def secure(files: Iterable[Document]) -> None:
    """Make stored files private and give them their sum; the bytes of a public one are copied, and go from where they
    were once that is committed, unless another File has them."""
    local = {
        file.name: file
        for file in files
        if (plain := disk.local(file.file_url)) and disk.path_of(plain).is_file()
    }
    public = {file.file_url for file in local.values() if not file.file_url.startswith(disk.PRIVATE)}
    used = _files_at(public)
    updates = {}
    for name, file in local.items():
        values = {}
        if file.file_url in public:
            shared = any(other.name not in local for other in used[file.file_url])
            values = _private_copy(file.file_url, goes=not shared)
        elif file.file_url != disk.local(file.file_url):
            values = {"file_url": disk.local(file.file_url)}
        if values or not file.get(SHA256):
            updates[name] = {**values, SHA256: disk.sha256_of(values.get("file_url", file.file_url))}
            file.update(updates[name])
    # One statement for those of the same fields: the framework writes empty what a record of the set leaves out.
    for fields in {tuple(values) for values in updates.values()}:
        alike = {name: values for name, values in updates.items() if tuple(values) == fields}
        writing.set_many("File", alike, "evidence taken in")


def secure_attached(doc: Document) -> None:
    """When a settlement is submitted, the files of what was a proposal become evidence."""
    if doc.doctype != "Complaint Settlement" or doc.docstatus != 1 or not doc.has_value_changed("docstatus"):
        return
    attached = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_folder": 0}
    rows = frappe.get_all("File", attached, ["*"], order_by="name asc")
    secure([disk.as_file(row) for row in rows if not row[SHA256]])


def _keep_rows(doc: Document, naming: Naming, old: dict[str, Document]) -> None:
    kept = {row.name: row for row in doc.get(naming.table)}
    for name, before in old.items():
        if not before.get(naming.field):
            continue
        row = kept.get(name)
        if not row or row.get(naming.field) != before.get(naming.field):
            frappe.throw(
                gate_code("G7")
                + _(
                    "Row {0}: evidence that was saved stays. Strike it out with a reason, and add the right file."
                ).format(before.idx),
                GateError,
            )
        if before.struck_out:
            row.update({field: before.get(field) for field in _STRUCK})
    for row in doc.get(naming.table):
        if row.struck_out and blank(row.strike_reason):
            frappe.throw(
                gate_code("G7")
                + _("Row {0}: fill {1} to strike evidence out.").format(
                    row.idx, _(row.meta.get_label("strike_reason"))
                ),
                GateError,
            )


def _keep_files(doc: Document, naming: Naming, old: dict[str, Document]) -> None:
    """A row that tells of more than its file gives that up for another one, with a reason; the row says which it was."""
    kept = {row.name: row for row in doc.get(naming.table)}
    for name, before in old.items():
        if name not in kept and (before.get(naming.field) or before.struck_evidence):
            frappe.throw(
                gate_code("G7")
                + _("Row {0}: it has evidence, and stays. Write in it what became of it.").format(before.idx),
                GateError,
            )
    for row in doc.get(naming.table):
        before = old.get(row.name)
        row.struck_evidence = before.struck_evidence if before else None
        named = before.get(naming.field) if before else None
        if named and row.get(naming.field) != named:
            reason = (row.strike_reason or "").strip()
            if blank(reason):
                frappe.throw(
                    gate_code("G7")
                    + _("Row {0}: fill {1} to take out or replace a file that was saved.").format(
                        row.idx, _(row.meta.get_label("strike_reason"))
                    ),
                    GateError,
                )
            user, when = frappe.session.user, now_datetime().strftime("%Y-%m-%d %H:%M:%S")
            who = f"{get_fullname(user)}, {user}"
            struck = f"{named} ({before.get(naming.sum) or ''}): {reason} ({who}, {when})"
            row.struck_evidence = "\n".join(filter(None, (row.struck_evidence, struck)))
        row.strike_reason = None


def _take_rows(doc: Document, naming: Naming, old: dict[str, Document]) -> None:
    new = []
    for row in doc.get(naming.table):
        before = old.get(row.name)
        if before and before.get(naming.field) == row.get(naming.field):
            row.set(naming.sum, before.get(naming.sum))
            continue
        row.set(naming.sum, None)
        if row.get(naming.field):
            new.append(row)
    for row in new:
        if not disk.sha256_of(row.get(naming.field)):
            frappe.throw(
                _(
                    "{0}: the file itself is not on this site. Upload it here instead of naming an address."
                ).format(_(row.meta.get_label(naming.field)))
            )
    files = attach((row.get(naming.field), doc.doctype, doc.name) for row in new) if new else {}
    for row in new:
        file = files[(row.get(naming.field), doc.doctype, doc.name)]
        row.set(naming.field, file.file_url)
        row.set(naming.sum, file.get(SHA256))


def _files_at(urls: set[str]) -> dict[str, list[frappe._dict]]:
    """Files by their address; one query, none without addresses."""
    found: dict[str, list[frappe._dict]] = {}
    if urls:
        rows = frappe.get_all(
            "File", {"file_url": ("in", sorted(urls))}, ["*"], order_by="creation asc, name asc"
        )
        for row in rows:
            found.setdefault(row.file_url, []).append(row)
    return found


def _own_or_loose(rows: Iterable[frappe._dict], place: Place) -> Document | None:
    _url, *record = place
    own = next((row for row in rows if [row.attached_to_doctype, row.attached_to_name] == record), None)
    if own:
        return disk.as_file(own)
    loose = next((row for row in rows if _is_loose(row, record[0])), None)
    if not loose:
        return None
    file = disk.as_file(loose)
    # Past its events: nothing but its place changes, and the record may be new.
    values = {"attached_to_doctype": record[0], "attached_to_name": record[1], "attached_to_field": None}
    writing.set_values("File", file.name, values, "evidence attached")
    file.update(values)
    loose.update(values)
    return file


def _made(place: Place, rows: list[frappe._dict]) -> Document:
    url, doctype, name = place
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_url": url,
            "file_name": rows[0].file_name if rows else None,
            "folder": "Home/Attachments",
            "is_private": int(url.startswith(disk.PRIVATE)),
            "attached_to_doctype": doctype,
            "attached_to_name": name,
        }
    )
    file.flags.is_evidence = True
    return file.insert(ignore_permissions=True)


def _is_loose(row: frappe._dict, doctype: str) -> bool:
    """The user's own upload that belongs to no record yet, or to a form that was not saved."""
    if frappe.session.user not in ("Administrator", row.owner):
        return False
    unsaved = row.attached_to_doctype == doctype and str(row.attached_to_name or "").startswith("new-")
    return unsaved or not (row.attached_to_doctype or row.attached_to_name)


def _private_copy(url: str, goes: bool) -> dict[str, object]:
    """Address of a private copy of a public file; where it was it `goes` with the commit."""
    path = disk.path_of(url)
    name = generate_file_name(path.name, suffix=frappe.generate_hash(length=6), is_private=True)
    copy = disk.path_of(disk.PRIVATE + name)
    copy.write_bytes(path.read_bytes())
    frappe.db.after_rollback.add(lambda: copy.unlink(missing_ok=True))
    left = [url, disk.PRIVATE + name] if goes else [disk.PRIVATE + name]
    frappe.db.after_commit.add(lambda: _drop_unnamed(left))
    return {"file_url": disk.PRIVATE + name, "is_private": 1}


def _drop_unnamed(urls: list[str]) -> None:
    """Delete the bytes that no File names now: what was done to their File since may have been taken back to a savepoint,
    of which the disk and the callbacks of the transaction know nothing."""
    named = _files_at(set(urls))
    for url in urls:
        if url not in named:
            disk.path_of(url).unlink(missing_ok=True)
