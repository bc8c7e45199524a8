"""Rows of a record's tables change with their record alone, where its gates and stamps watch over them."""

import frappe
from frappe import _
from frappe.model.document import Document


class Row(Document):
    """Controller of every row DocType of the app.

    Frappe saves rows of a record past these methods. They run only when somebody saves or deletes a row by itself,
    which REST allows, and which would go round everything that is checked on the record.
    """

    def validate(self) -> None:
        self._refuse()

    def on_trash(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        frappe.throw(
            _("A row of {0} changes with its record: open {1} {2} and change it there.").format(
                _(self.doctype), _(self.parenttype or ""), self.parent or ""
            ),
            frappe.PermissionError,
            title=_("Change It in the Record"),
        )
