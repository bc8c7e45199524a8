"""Judgements of root causes, settlements and reportability over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.work import judging


@frappe.whitelist(methods=["GET", "POST"])
@checked
def offered(doctype: str, name: str) -> list[dict[str, Any]]:
    """What the caller may say about a record, each with the fields that go with it and what it still lacks."""
    return judging.offered(_get(doctype, name, "read"))


@frappe.whitelist(methods=["POST"])
@checked
def judge(doctype: str, name: str, action: str, values: Any = None) -> list[dict[str, Any]]:
    """Enter `values` and give the judgement in one go: both happen, or neither does. What may be said then."""
    doc = _get(doctype, name, "write")
    fields = read_object(values or {}, _("Send the fields to change as an object in “values”."))
    judging.judge(doc, action, fields)
    return judging.offered(doc)


def _get(doctype: str, name: str, permission: str) -> Document:
    if doctype not in judging.JUDGEMENTS:
        frappe.throw(_("{0} is judged by no such step.").format(escape_html(_(doctype))))
    doc = frappe.get_doc(doctype, name)
    doc.check_permission(permission)
    return doc
