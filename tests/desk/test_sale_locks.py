"""Sales are locked in one order, whichever of them somebody began with; where two wait for each other, one is told."""

from __future__ import annotations

from dataclasses import replace

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from frappe.model.document import Document

from complaint_qms.integrations.erpnext import remaining
from complaint_qms.services.settlement import finance_guards
from tests.desk import factory, settling


def billed_twice() -> tuple[Document, list[Document]]:
    """A delivery and the two invoices that bill it."""
    note = factory.delivery(factory.customer().name, replace(factory.stocked(10), qty=10))
    invoices = []
    for qty in (4, 6):
        invoice = make_sales_invoice(note.name)
        invoice.items[0].qty = qty
        invoice.insert()
        invoice.submit()
        invoices.append(invoice)
    return note, invoices


def test_what_belongs_together_is_locked_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    note, invoices = billed_twice()
    names = sorted(invoice.name for invoice in invoices)
    lock, locked = remaining.lock, []

    def noting(doctype: str, wanted: object) -> None:
        wanted = sorted(wanted)
        locked.extend((doctype, name) for name in wanted)
        lock(doctype, wanted)

    monkeypatch.setattr(remaining, "lock", noting)
    for begun in (({names[0]}, ()), ({names[1]}, ()), ((), {note.name}), (set(names), {note.name})):
        locked.clear()
        found = remaining.load(*begun, locked=True)
        assert locked == [("Sales Invoice", name) for name in names] + [("Delivery Note", note.name)]
        assert set(found.headers) == set(locked)


def test_what_was_billed_since_the_transaction_began_is_locked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look does not see it: an ordinary read tells what was there when the transaction began."""
    note, invoices = billed_twice()
    rows = remaining._linked

    def earlier(doctype: str, near: dict, locked: bool) -> set[str]:
        return rows(doctype, near, locked) - (set() if locked else {invoices[1].name})

    monkeypatch.setattr(remaining, "_linked", earlier)
    found = remaining.load((), {note.name}, locked=True)
    assert {name for _doctype, name in found.headers} == {note.name, *(invoice.name for invoice in invoices)}


@pytest.mark.parametrize("error", [frappe.QueryDeadlockError, frappe.QueryTimeoutError])
@pytest.mark.parametrize("by_hand", [True, False])
def test_of_two_that_wait_for_each_other_one_is_told(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], by_hand: bool
) -> None:
    invoice = factory.sold(10)[2]
    (credit,) = settling.documents(settling.submitted(invoice, {"qty": 1})).values()
    if by_hand:
        credit = return_invoice(invoice.name)
        credit.insert()

    def given_up(_credit_note: Document) -> float:
        raise error("Deadlock found when trying to get lock; try restarting transaction")

    monkeypatch.setattr(finance_guards, "money_left", given_up)
    with pytest.raises(
        frappe.ValidationError, match=f"Somebody else is changing .*{invoice.name}.*Try again"
    ):
        credit.submit()


def test_drafts_by_hand_hold_up_no_credit_that_was_granted() -> None:
    """A credit note that ERPNext drafts from a returned delivery names no invoice: until it is submitted it is a plan."""
    _buyer, note, invoice = factory.sold(10)
    (credit,) = settling.documents(settling.submitted(invoice, {"qty": 8})).values()
    back = frappe.get_attr("erpnext.stock.doctype.delivery_note.delivery_note.make_sales_return")(note.name)
    back.items[0].qty = -10
    back.insert()
    back.submit()
    by_hand = make_sales_invoice(back.name)
    by_hand.insert()
    assert (by_hand.is_return, by_hand.return_against) == (1, None)
    credit.submit()
    assert credit.docstatus == 1
