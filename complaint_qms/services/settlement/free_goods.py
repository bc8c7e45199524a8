"""A free replacement stays what was granted: these items, no more of them, free of charge."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.integrations.erpnext.granted_goods import granted_quantities, sent_quantities
from complaint_qms.services.settlement.matched_line import TOLERANCE, number


def keep_free_goods(doc: Document, settlement: str, others: list[str]) -> None:
    """Refuse to save a replacement with other goods, more of them, or a price.

    Args:
        others: further documents of the same DocType that send goods of the same grant.

    Raises:
        frappe.ValidationError: every problem at once, each naming its row, what was granted and the way out.
    """
    granted = granted_quantities(settlement)
    asked = sent_quantities(doc.doctype, others)
    problems = []
    for row in doc.items:
        if row.item_code not in granted:
            problems.append(
                _("Row {0}: {1} was not granted. Remove the row, or propose another settlement.").format(
                    row.idx, escape_html(row.item_code or row.item_name or "?")
                )
            )
            continue
        asked[row.item_code] += flt(row.stock_qty)
        if flt(row.amount) or flt(row.rate):
            problems.append(
                _("Row {0}: {1} asked for {2}, which was granted free of charge. Set the rate to 0.").format(
                    row.idx, fmt_money(row.rate, currency=doc.currency), escape_html(row.item_code)
                )
            )
    problems += [
        _(
            "{0} {1}: {2} units of {3} asked free of charge, but settlement {4} granted {5}. Lower the quantity."
        ).format(
            _(doc.doctype),
            escape_html(doc.name),
            number(qty),
            escape_html(item),
            escape_html(settlement),
            number(granted[item]),
        )
        for item, qty in asked.items()
        if qty > granted.get(item, qty) + TOLERANCE
    ]
    if not problems and flt(doc.grand_total):
        problems.append(
            _("Taxes and charges of {0} asked for free goods. Remove them.").format(
                fmt_money(doc.grand_total, currency=doc.currency)
            )
        )
    if problems:
        frappe.throw("<br>".join(problems), title=_("Not What Was Granted"))
