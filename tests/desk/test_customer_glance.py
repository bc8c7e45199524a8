"""What a complaint's form tells of its customer: how often, how much and when last, by sales and not by what came back."""

from __future__ import annotations

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as return_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as return_note
from frappe.utils import getdate

from complaint_qms.integrations.erpnext.customer import customer_at_a_glance
from complaint_qms.services.record.bulk_read import gathered
from tests.desk import factory


@pytest.mark.parametrize("doctype", ["Sales Invoice", "Delivery Note"])
def test_a_return_is_no_sale(doctype: str) -> None:
    _buyer, note, invoice = factory.sold(10)
    sale = invoice if doctype == "Sales Invoice" else note
    sale.db_set("posting_date", "2024-05-03", update_modified=False)
    back = (return_invoice if doctype == "Sales Invoice" else return_note)(sale.name)
    back.insert()
    back.submit()
    told = customer_at_a_glance(sale.customer, sale.company, lambda query, _doctype: query, gathered)[
        "sales"
    ][doctype]
    assert (told["count"], told["amount"], getdate(told["last"])) == (1, 0, getdate("2024-05-03"))
    frappe.db.set_value(doctype, sale.name, "docstatus", 2)
    told = customer_at_a_glance(sale.customer, sale.company, lambda query, _doctype: query, gathered)[
        "sales"
    ][doctype]
    assert (told["count"], told["last"]) == (0, None)
