"""Which delivered units count as complained about, and which complaints are about none of them."""

from __future__ import annotations

import frappe
from frappe.utils import add_days, nowdate

from complaint_qms.services.trace.common_factors import CommonFactorsReport
from tests.desk import factory

OLD = -60
FROM = -30


def reported(item: str) -> CommonFactorsReport:
    return CommonFactorsReport({"item_code": item, "from_date": add_days(nowdate(), FROM)})


def complained(item: str, **values: object) -> str:
    return factory.complaint(item_code=item, **values).name


def test_a_complaint_that_leads_nowhere_accuses_no_serial_number() -> None:
    customer, item = factory.customer().name, factory.item(serial=True).name
    numbers = factory.serials(4)
    factory.receive(factory.Line(item, 4, serials=numbers), posting_date=add_days(nowdate(), OLD))
    old, new = (
        factory.delivery(customer, factory.Line(item, 2, serials=some), posting_date=add_days(nowdate(), day))
        for some, day in ((numbers[:2], OLD + 1), (numbers[2:], -1))
    )
    nowhere = [complained(item, customer=customer), complained(item)]
    case = complained(item, customer=customer, serial_no=numbers[2], delivery_note=new.name)
    again = complained(item, customer=customer, serial_no=numbers[2])
    before = [
        complained(item, customer=customer, serial_no=numbers[0]),
        complained(item, customer=customer, delivery_note=old.name),
        complained(item, customer=customer, serial_no=numbers[3]),
    ]
    # As a number that was delivered, came back, and was delivered again in the period.
    frappe.db.set_value("Complaint", before[2], "delivery_note", old.name)
    report = reported(item)
    exposed = report.exposed
    assert sorted(exposed.untraced) == sorted(nowhere)
    assert sorted(exposed.elsewhere) == sorted(before)
    assert {cell.lot.serial: (cell.units, cell.cases, cell.complaints) for cell in exposed.cells} == {
        numbers[2]: (1, 1, [case, again]),
        numbers[3]: (1, 0, []),
    }
    assert (exposed.again, report.found.units, report.found.cases) == (1, 2, 1)


def test_a_complaint_about_a_delivery_before_the_period_is_no_case_of_a_later_one() -> None:
    customer, item = factory.customer().name, factory.item(batch=True).name
    lot = factory.batch(item).name
    factory.receive(factory.Line(item, 30, batch=lot), posting_date=add_days(nowdate(), OLD))
    old, new = (
        factory.delivery(
            customer, factory.Line(item, 10, batch=lot), posting_date=add_days(nowdate(), day)
        ).name
        for day in (OLD + 1, -1)
    )
    direct = factory.invoice(
        customer, factory.Line(item, 5, batch=lot), update_stock=True, posting_date=add_days(nowdate(), OLD + 2)
    ).name  # fmt: skip
    billed = factory.invoice_of(new).name
    before = [
        complained(item, customer=customer, batch_no=lot, delivery_note=old),
        complained(item, customer=customer, batch_no=lot, sales_invoice=direct),
    ]
    cases = [
        complained(item, customer=customer, batch_no=lot, delivery_note=new),
        complained(item, customer=customer, batch_no=lot, sales_invoice=billed),
        complained(item, customer=customer, batch_no=lot),
    ]
    other = factory.item(batch=True).name
    wrong = complained(item, customer=customer)
    frappe.db.set_value("Complaint", wrong, "batch_no", factory.batch(other).name)
    exposed = reported(item).exposed
    assert sorted(exposed.elsewhere) == sorted([*before, wrong])
    assert [(cell.voucher[1], cell.units, cell.cases, sorted(cell.complaints)) for cell in exposed.cells] == [
        (new, 10, 3, sorted(cases))
    ]
