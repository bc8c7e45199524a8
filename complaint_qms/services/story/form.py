"""The story in the timeline of a form; the framework asks for it by the name of the record."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe.model.document import Document
from frappe.utils import get_url_to_form

from complaint_qms.services.story.tell import Told, tell


def keep(doc: Document) -> None:
    """The record that is being opened: its timeline is asked for next, and need not load it once more."""
    frappe.local.complaint_qms_opened = doc


def contents(doctype: str, name: str) -> list[dict[str, Any]]:
    """What happened, for Frappe's hook `additional_timeline_content`: [{icon, creation, content}]."""
    doc = getattr(frappe.local, "complaint_qms_opened", None)
    if not doc or (doc.doctype, doc.name) != (doctype, name):
        doc = frappe.get_doc(doctype, name)
    if not frappe.has_permission(doctype, "read", doc=doc):
        return []
    return [
        {
            "icon": "branch" if told.moved else "",
            "creation": told.at,
            "content": f'<span class="cq-sentence">{_linked(told)}</span>',
        }
        for told in tell(doc)
    ]


def _linked(told: Told) -> str:
    text = escape(told.text)
    if not told.about:
        return text
    path, name = urlsplit(get_url_to_form(*told.about)).path, escape(told.about[1])
    return text.replace(name, f'<a href="{escape(path)}">{name}</a>', 1)
