"""Says of a settlement's lines, before they are submitted, where goods come back and for which of them money is given."""

from __future__ import annotations

from collections import defaultdict

from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.settlement import RETURN_CREDIT
from complaint_qms.services.record.language import comma_list, labelled, sentence_list
from complaint_qms.services.settlement.matched_line import number


def goods_and_money(doc: Document) -> str:
    """A sentence for each delivered row that several invoices bill, or that is not billed as a whole; else nothing.

    Read off the lines alone, which saving has divided by invoice.
    """
    by_row: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for line in doc.lines:
        if line.remedy == RETURN_CREDIT and line.delivery_note and line.delivery_note_item:
            by_row[(line.delivery_note, line.delivery_note_item)].append(line)
    return "\n".join(filter(None, (_sentence(note, lines) for (note, _row), lines in by_row.items())))


def _sentence(note: str, lines: list[Document]) -> str:
    billed: dict[str, float] = defaultdict(float)
    for line in lines:
        if line.sales_invoice:
            billed[line.sales_invoice] += flt(line.qty)
    unbilled = sum(flt(line.qty) for line in lines if not line.sales_invoice)
    if not unbilled and len(billed) < 2:
        return ""
    said = [
        _("{0} {1} of {2} come back with {3}.").format(
            number(sum(flt(line.qty) for line in lines)), _(lines[0].uom or ""), lines[0].item_code, note
        )
    ]
    if billed:
        parts = comma_list(labelled(invoice, number(qty)) for invoice, qty in billed.items())
        said.append(_("Money is credited for {0} ({1}).").format(number(sum(billed.values())), parts))
    if unbilled:
        said.append(_("{0} are not billed: no money is credited for them.").format(number(unbilled)))
    return sentence_list(said)
