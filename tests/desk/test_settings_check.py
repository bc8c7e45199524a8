"""The settings name only accounts and warehouses that a settlement's documents can be booked on."""

from __future__ import annotations

import frappe
import pytest

from tests.desk import factory, settling

pytestmark = pytest.mark.usefixtures("site")


def settings(**values: object):
    doc = frappe.get_single("Complaint QMS Settings")
    doc.update(values)
    return doc


@pytest.mark.parametrize("field", ["default_receivable_account", "default_cash_account"])
def test_goodwill_is_booked_on_no_balance_sheet_account(field: str) -> None:
    with pytest.raises(frappe.ValidationError, match=r"Goodwill Account: .*Choose one that is"):
        settings(goodwill_account=factory.company_value(field)).save()


def test_goodwill_is_booked_on_no_group_and_on_nothing_disabled() -> None:
    income = factory.company_value("default_income_account")
    group = frappe.db.get_value("Account", income, "parent_account")
    with pytest.raises(frappe.ValidationError, match="Goodwill Account"):
        settings(goodwill_account=group).save()
    frappe.db.set_value("Account", income, "disabled", 1)
    with pytest.raises(frappe.ValidationError, match="Goodwill Account"):
        settings(goodwill_account=income).save()
    frappe.db.set_value("Account", income, "disabled", 0)
    settings(goodwill_account=income).save()
    # Another change is not held up by what an account has become since.
    frappe.db.set_value("Account", income, "disabled", 1)
    settings(retention_years=3).save()


def test_goods_come_back_to_no_group_of_warehouses() -> None:
    store = frappe.db.get_value(
        "Warehouse", {"is_group": 0, "disabled": 0}, ["name", "parent_warehouse"], as_dict=True
    )
    with pytest.raises(frappe.ValidationError, match=r"Returns Warehouse: .*Choose another one"):
        settings(return_warehouse=store.parent_warehouse).save()
    settings(return_warehouse=store.name).save()


def test_the_goodwill_account_of_one_company_is_not_booked_on_in_another() -> None:
    other = factory.other_company()
    foreign = frappe.get_all(
        "Account",
        {"company": other, "root_type": "Income", "is_group": 0},
        pluck="name",
        order_by="name",
        limit=1,
    )[0]
    settings(goodwill_account=foreign).save()
    invoice = factory.sold(10)[2]
    (note,) = settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": 50})).values()
    assert note.items[0].income_account == invoice.items[0].income_account
    assert f"Goodwill Account {foreign} belongs to {other}" in note.remarks
