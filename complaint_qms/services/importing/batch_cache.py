"""Spares a batch of complaints what is the same for each of them: their defaults and the questions to their meta."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe.model.create_new import get_new_doc
from frappe.model.document import Document

from complaint_qms.services.framework_seams import remembering


class Blank:
    """An empty record of the session's user, from which many are made.

    Args:
        doctype: of what; it has no rows of tables among its defaults.
        now: moment of registration in the site's time zone.
    """

    def __init__(self, doctype: str, now: datetime) -> None:
        self.now = now
        self._defaults = get_new_doc(doctype, as_dict=True)
        self._meta = remembering(frappe.get_meta(doctype))

    def filled(self, values: dict[str, Any]) -> Document:
        """A new document with the defaults and `values`, as `frappe.new_doc` and `update` would make it."""
        doc = frappe.get_doc({**self._defaults, **values})
        doc.meta = self._meta
        return doc
