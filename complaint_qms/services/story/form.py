"""The story as the timeline of a form draws it."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe.model.document import Document
from frappe.utils import get_url_to_form

from complaint_qms.services.story.tell import Told, tell


def contents(doc: Document) -> list[dict[str, Any]]:
    """What happened to a record that the user may read: [{icon, creation, content}], content as HTML."""
    return [
        {
            "icon": "branch" if told.moved else "",
            "creation": told.at,
            "content": f'<span class="cq-sentence">{_linked(told)}</span>',
        }
        for told in tell(doc, frappe.get_cached_value("User", frappe.session.user, "time_zone"))
    ]


def _linked(told: Told) -> str:
    text = escape(told.text)
    if not told.about:
        return text
    path, name = urlsplit(get_url_to_form(*told.about)).path, escape(told.about[1])
    return text.replace(name, f'<a href="{escape(path)}">{name}</a>', 1)
