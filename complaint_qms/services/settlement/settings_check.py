"""What the settings may name for the documents of a settlement: a wrong account is refused here, not in finance's hands."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html


def check_settlement_settings(settings: Document) -> None:
    """The account and the warehouse that are newly named can be booked on.

    Raises:
        frappe.ValidationError: names the field and the remedy.
    """
    _check_account(settings)
    _check_warehouse(settings)


def _check_account(settings: Document) -> None:
    field = "goodwill_account"
    name = settings.get(field)
    if not name or not settings.has_value_changed(field):
        return
    row = frappe.db.get_value("Account", name, ["is_group", "disabled", "root_type"], as_dict=True)
    if row and (row.is_group or row.disabled or row.root_type not in ("Expense", "Income")):
        frappe.throw(
            _("{0}: {1} is no ledger account of income or expense in use. Choose one that is.").format(
                _(settings.meta.get_label(field)), escape_html(name)
            )
        )


def _check_warehouse(settings: Document) -> None:
    field = "return_warehouse"
    name = settings.get(field)
    if not name or not settings.has_value_changed(field):
        return
    row = frappe.db.get_value("Warehouse", name, ["is_group", "disabled"], as_dict=True)
    if row and (row.is_group or row.disabled):
        frappe.throw(
            _(
                "{0}: {1} is a group of warehouses or disabled, and receives no goods. Choose another one."
            ).format(_(settings.meta.get_label(field)), escape_html(name))
        )
