"""Where goods that come back are received: a warehouse of the settlement's own company, named by the line or the settings."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations.erpnext.companies import warehouses
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.settlement.matched_line import Problems, Tied


def fill_warehouses(lines: Iterable[Tied], company: str, *, told: bool) -> None:
    """Receive goods in the returns warehouse of the settings, where it is one of this company's.

    Args:
        told: say where that of another company is left out, and where the goods go instead.
    """
    open_lines = [tied.line for tied in lines if tied.goods and not tied.line.warehouse]
    warehouse = frappe.get_single(SETTINGS).return_warehouse if open_lines else None
    if not warehouse:
        return
    of = frappe.get_cached_value("Warehouse", warehouse, "company")
    if of == company:
        for line in open_lines:
            line.warehouse = warehouse
    elif told:
        frappe.msgprint(
            _(
                "Returns Warehouse: {0} in {1} belongs to {2}, so goods of {3} (row {4}) come back to the warehouse they left from. To receive them elsewhere choose a Warehouse in the row."
            ).format(
                frappe.bold(escape_html(warehouse)),
                _(SETTINGS),
                escape_html(of),
                escape_html(company),
                comma_list(str(line.idx) for line in open_lines),
            ),
            indicator="orange",
        )  # fmt: skip


def check_warehouses(lines: Iterable[Tied], company: str, problems: Problems) -> None:
    """The warehouses that lines name can receive the goods of this company; one query."""
    named = [tied.line for tied in lines if tied.line.warehouse]
    if not named:
        return
    known = warehouses(line.warehouse for line in named)
    for line in named:
        row = known.get(line.warehouse)
        label, name = _(line.meta.get_label("warehouse")), escape_html(line.warehouse)
        if row and row.company != company:
            problems.add(
                line,
                _("{0}: {1} belongs to {2}, this settlement to {3}. Choose a warehouse of {3}.").format(
                    label, name, escape_html(row.company), escape_html(company)
                ),
            )
        elif row and (row.is_group or row.disabled):
            problems.add(
                line,
                _(
                    "{0}: {1} is a group of warehouses or disabled, and receives no goods. Choose another one."
                ).format(label, name),
            )
