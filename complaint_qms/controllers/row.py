"""Rows of a record's tables change with their record alone, where its gates and stamps watch over them."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.controllers.record import Guarded


class Row(Guarded):
    """Controller of every row DocType of the app.

    Frappe saves rows of a record past these methods. They run only when somebody saves or deletes a row by itself,
    which REST allows, and which would go round everything that is checked on the record.
    """

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        self._refuse()

    def save(self, *args: Any, **kwargs: Any) -> Document:
        self._refuse()

    def validate(self) -> None:
        self._refuse()

    def on_trash(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        frappe.throw(
            _("A row of {0} changes with its record: open {1} {2} and change it there.").format(
                _(self.doctype), _(_text(self.parenttype)), _text(self.parent)
            ),
            frappe.PermissionError,
            title=_("Change It in the Record"),
        )


def _text(sent: Any) -> str:
    """A row by itself is shown as it came, whatever that is."""
    return escape_html(sent) if isinstance(sent, str) else ""
