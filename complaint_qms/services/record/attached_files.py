"""Files that records name: only such as are on the site and open to who names them."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.caching import request_cache


def check_attached(doc: Document) -> None:
    """Every file that this save adds to a record, in a field or a row of a table, is on the site and open to the user.

    Raises:
        frappe.ValidationError: an address without a file, such as a script, or a file that the user may not read.
    """
    added = [
        (row, field)
        for row in (doc, *doc.get_all_children())
        for field in _attach_fields(row.doctype)
        if row.get(field)
    ]
    if not added:
        return
    before = doc.get_doc_before_save()
    known = {
        row.get(field)
        for row in ((before, *before.get_all_children()) if before else ())
        for field in _attach_fields(row.doctype)
    }
    new = [(row, fieldname) for row, fieldname in added if row.get(fieldname) not in known]
    readable = {
        file.file_url for file in _files_at({row.get(name) for row, name in new}) if file.is_downloadable()
    }
    for row, fieldname in new:
        if row.get(fieldname) not in readable:
            frappe.throw(
                _("{0}: there is no such file that you may read. Upload it here first.").format(
                    _(row.meta.get_label(fieldname))
                )
            )


def own_file(url: str, doc: Document) -> Document:
    """The file behind an address, for a service that reads its content: the user's own, or attached to `doc`.

    Raises:
        frappe.PermissionError: neither, or the user may not read it.
    """
    user, holder = frappe.session.user, (doc.doctype, doc.name)
    for file in _files_at({url}):
        own = user in ("Administrator", file.owner)
        if (own or (file.attached_to_doctype, file.attached_to_name) == holder) and file.is_downloadable():
            return file
    frappe.throw(_("Attach a file of your own: this one belongs to another record."), frappe.PermissionError)


@request_cache
def _attach_fields(doctype: str) -> list[str]:
    attached = {"fieldtype": ("in", ("Attach", "Attach Image"))}
    return [field.fieldname for field in frappe.get_meta(doctype).get("fields", attached)]


def _files_at(urls: set[str]) -> list[Document]:
    """File records of addresses; the same content attached to several records has several. One query."""
    if not urls:
        return []
    rows = frappe.get_all(
        "File", filters={"file_url": ("in", sorted(map(str, urls)))}, fields=["*"], order_by="creation asc"
    )
    return [frappe.get_doc({"doctype": "File", **row}) for row in rows]
