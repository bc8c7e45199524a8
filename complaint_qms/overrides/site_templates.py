"""Events of documents whose texts the framework runs as templates, with functions that read and change any record."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.site_templates import TEMPLATES
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.template_calls import calls_past_rights


def on_change(doc: Document, method: str | None = None) -> None:
    """What stands in the database by now, after the framework has cleaned it.

    Raises:
        frappe.ValidationError: a text that was changed calls what only a System Manager may let it call.
    """
    if "System Manager" in frappe.get_roles():
        return
    before = doc.get_doc_before_save()
    for field in TEMPLATES[doc.doctype]:
        for text in _texts(doc, field) - (_texts(before, field) if before else set()):
            if calls := calls_past_rights(text):
                label = _(_label(doc, field), context=doc.doctype)
                refuse(
                    _("{0}: this text calls {1}, which reads or changes records past anybody's rights. Leave it out, or ask a System Manager to write it.").format(
                        label, comma_list(calls)
                    )
                )  # fmt: skip


def _texts(doc: Document, field: str) -> set[str]:
    table, _point, column = field.rpartition(".")
    rows = doc.get(table) or [] if table else [doc]
    return {str(row.get(column)) for row in rows if row.get(column)}


def _label(doc: Document, field: str) -> str:
    table, _point, column = field.rpartition(".")
    meta = frappe.get_meta(doc.meta.get_field(table).options) if table else doc.meta
    return meta.get_label(column)
