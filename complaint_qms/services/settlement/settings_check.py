"""What the settings may name for the documents of a settlement: a wrong account is refused here, not in finance's hands."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html


def check_settlement_settings(settings: Document) -> None:
    """The account and the warehouse that are newly named can be booked on; a role has one limit in a company.

    Raises:
        frappe.ValidationError: names the field and the remedy.
    """
    _check_limits(settings)
    _check_account(settings)
    _check_warehouse(settings)


def _check_limits(settings: Document) -> None:
    """The higher of two rows would count in silence, and a limit that was meant to be lowered would not be."""
    before = settings.get_doc_before_save()
    known = {(row.name, row.role, row.company or "") for row in before.approval_limits} if before else set()
    first: dict[tuple[str, str], Document] = {}
    for row in settings.approval_limits:
        other = first.setdefault((row.role, row.company or ""), row)
        if other is row or {(it.name, it.role, it.company or "") for it in (row, other)} <= known:
            continue
        frappe.throw(
            _("{0}: rows {1} and {2} are both for {3} in {4}. Keep one.").format(
                _(settings.meta.get_label("approval_limits")),
                other.idx,
                row.idx,
                frappe.bold(escape_html(_(row.role))),
                escape_html(row.company or _("every company")),
            )
        )


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
    field, company = "return_warehouse", "default_company"
    name = settings.get(field)
    if not name or not (settings.has_value_changed(field) or settings.has_value_changed(company)):
        return
    row = frappe.db.get_value("Warehouse", name, ["is_group", "disabled", "company"], as_dict=True)
    if row and settings.get(company) not in (None, "", row.company):
        frappe.throw(
            _(
                "{0}: {1} belongs to {2}, and {3} is {4}. Choose a warehouse of {4}, or leave it empty."
            ).format(
                _(settings.meta.get_label(field)),
                escape_html(name),
                escape_html(row.company),
                _(settings.meta.get_label(company)),
                escape_html(settings.get(company)),
            )
        )
    if row and (row.is_group or row.disabled):
        frappe.throw(
            _(
                "{0}: {1} is a group of warehouses or disabled, and receives no goods. Choose another one."
            ).format(_(settings.meta.get_label(field)), escape_html(name))
        )
