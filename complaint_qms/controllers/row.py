"""Rows of a record's tables change with their record alone, where its gates and stamps watch over them."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.controllers.record import Guarded
from complaint_qms.services.record.language import labelled


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

    def after_delete(self) -> None:
        self._refuse()

    def get_invalid_links(self, *args: Any, **kwargs: Any) -> tuple[list[tuple], ...]:
        """The framework tells the row and not of which table."""
        found = super().get_invalid_links(*args, **kwargs)
        return tuple(
            [(field, name, self._place_of(field, name)) for field, name, _said in part] for part in found
        )

    def _place_of(self, field: str, name: str) -> str:
        table = frappe.get_meta(self.parenttype).get_label(self.parentfield)
        label = _(self.meta.get_label(field), context=self.doctype)
        place = _("{0}, row {1}, {2}").format(_(table), self.idx, label)
        return labelled(place, escape_html(str(name)))

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
