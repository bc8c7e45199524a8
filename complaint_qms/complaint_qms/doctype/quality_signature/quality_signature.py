"""Controller of an electronic signature, which nobody writes by hand; complaint_qms.services.signatures does."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard


class QualitySignature(Checked):
    """Stored when it is given, and neither changed, renamed nor deleted afterwards, by whatever way and whoever asks."""

    def insert(self, *args: Any, **kwargs: Any) -> "QualitySignature":
        if not self.flags.is_given:
            _refuse_writing()
        return super().insert(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_writing()

    def db_set(self, *args: Any, **kwargs: Any) -> None:
        _refuse_writing()

    def db_update(self) -> None:
        _refuse_writing()

    def validate(self) -> None:
        if not self.flags.is_given:
            _refuse_writing()

    def on_trash(self) -> None:
        guard.refuse_deletion(self)

    def before_rename(self, *args: Any, **kwargs: Any) -> None:
        _refuse_writing()


def on_doctype_update() -> None:
    """What is asked of signatures: those of one record, and of one session."""
    frappe.db.add_index("Quality Signature", ["document_type", "document_name"])
    frappe.db.add_index("Quality Signature", ["session_digest"])


def _refuse_writing() -> None:
    frappe.throw(
        _("Signatures are written by the site alone, when somebody signs, and stay as they are."),
        frappe.PermissionError,
    )
