"""Controller of an entry of the audit trail, which nobody writes by hand; complaint_qms.services.compliance.audit_trail does."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.controllers.record import Checked
from complaint_qms.services.story.audit_report import clauses_of


class QualityAuditEntry(Checked):
    """Neither made, changed, renamed nor deleted as a record, by whatever way and whoever asks."""

    def onload(self) -> None:
        self.set_onload("told", clauses_of(self))

    def insert(self, *args: Any, **kwargs: Any) -> None:
        _refuse()

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse()

    def db_set(self, *args: Any, **kwargs: Any) -> None:
        _refuse()

    def db_insert(self, *args: Any, **kwargs: Any) -> None:
        _refuse()

    def db_update(self) -> None:
        _refuse()

    def validate(self) -> None:
        _refuse()

    def on_trash(self) -> None:
        _refuse()

    def before_rename(self, *args: Any, **kwargs: Any) -> None:
        _refuse()


def on_doctype_update() -> None:
    """What is asked of entries: those of one record, and those of one kind in their order."""
    frappe.db.add_index("Quality Audit Entry", ["document_type", "document_name"])


def _refuse() -> None:
    frappe.throw(
        _("Entries of the audit trail are written by the site alone, and stay as they are."),
        frappe.PermissionError,
    )
