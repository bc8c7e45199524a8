"""The factory's documents are real ERPNext documents: stock moves, money is owed, people have only their roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.database.database import Database
from frappe.utils import flt

from tests.desk import factory


def stock(item_code: str) -> float:
    return flt(
        frappe.db.get_value("Bin", {"item_code": item_code, "warehouse": factory.store()}, "actual_qty")
    )


def test_a_sale_moves_stock_and_owes_money() -> None:
    buyer, note, invoice = factory.sold(4)
    assert note.docstatus == invoice.docstatus == 1
    assert stock(note.items[0].item_code) == 0
    assert invoice.items[0].delivery_note == note.name
    assert invoice.outstanding_amount == 4 * factory.RATE
    assert invoice.customer == buyer.name


def test_a_batch_is_delivered_from_its_batch() -> None:
    _, note, _ = factory.sold(5, with_batch=True)
    entries = frappe.get_all(
        "Serial and Batch Entry",
        {"parent": note.items[0].serial_and_batch_bundle},
        ["batch_no", "qty"],
        order_by="idx",
    )
    assert [row.batch_no for row in entries] == [note.items[0].batch_no]
    assert [row.qty for row in entries] == [-5]


def test_serial_numbers_leave_the_store() -> None:
    _, note, _ = factory.sold(3, with_serials=True)
    left = frappe.get_all(
        "Serial No",
        {"item_code": note.items[0].item_code, "warehouse": ("is", "set")},
        pluck="name",
        order_by="name",
    )
    assert left == []
    assert len(note.items[0].serial_no.split("\n")) == 3


def test_invoice_that_delivers_and_an_order() -> None:
    line = factory.stocked(2)
    buyer = factory.customer()
    order = factory.sales_order(buyer.name, line)
    invoice = factory.invoice(buyer.name, line, update_stock=True)
    assert order.status == "To Deliver and Bill"
    assert invoice.grand_total == factory.RATE
    assert stock(line.item) == 1


def test_a_user_has_the_roles_asked_for_and_stays_the_same_person() -> None:
    email = factory.user("Accounts User", "Stock User")
    assert factory.user("Stock User", "Accounts User") == email
    assert set(frappe.get_roles(email)) - {"All", "Guest", "Desk User"} == {"Accounts User", "Stock User"}
    boss = factory.employee()
    assert factory.employee(email, reports_to=boss.name).reports_to == boss.name


def test_supplier_and_contact_are_linked() -> None:
    seller = factory.supplier()
    person = factory.contact(seller.name, "Supplier")
    assert person.links[0].link_name == seller.name


def test_what_code_under_test_commits_is_undone() -> None:
    """Another connection, as a web server or worker has one, must not see a test's records."""
    name = factory.customer().name
    frappe.db.commit()
    assert frappe.db.exists("Customer", name)
    with outside_connection() as other:
        assert other.sql("select name from tabCustomer where name = %s", name) == ()
        assert other.sql("select count(*) from tabCompany")[0][0] > 0


@contextmanager
def outside_connection() -> Iterator[Database]:
    conf = frappe.conf
    other = frappe.database.get_db(
        host=conf.db_host,
        port=conf.db_port,
        user=conf.db_name,
        password=conf.db_password,
        cur_db_name=conf.db_name,
    )
    try:
        yield other
    finally:
        other.close()
