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


def of_other_company() -> str:
    """A warehouse of another company."""
    return factory.make(
        "Warehouse", warehouse_name=factory.unique("Returns"), company=factory.other_company()
    ).name


@pytest.mark.parametrize("changed", ["return_warehouse", "default_company"])
def test_the_returns_warehouse_is_one_of_the_company_that_the_settings_name(changed: str) -> None:
    foreign, here = of_other_company(), factory.company()
    values = {"return_warehouse": foreign, "default_company": here}
    settings(**{**dict.fromkeys(values), **values, changed: None}).save()
    with pytest.raises(
        frappe.ValidationError,
        match=f"Returns Warehouse: {foreign} belongs to .*Choose a warehouse of {here}",
    ):
        settings(**{changed: values[changed]}).save()
    settings(return_warehouse=factory.store(), default_company=here).save()
    settings(
        return_warehouse=foreign, default_company=frappe.db.get_value("Warehouse", foreign, "company")
    ).save()


def test_a_returns_warehouse_of_another_company_is_told_of_where_goods_come_back() -> None:
    invoice = factory.sold(10)[2]
    foreign = of_other_company()
    settings(return_warehouse=foreign, default_company=None).save()
    line = {"remedy": "return_credit", "item_code": invoice.items[0].item_code, "qty": 2}
    frappe.clear_messages()
    settlement = settling.proposed(invoice, line)
    (told,) = [row["message"] for row in frappe.get_message_log() if "Returns Warehouse" in row["message"]]
    assert foreign in told
    assert "(row 1) come back to the warehouse they left from" in told
    assert not settlement.lines[0].warehouse
    frappe.clear_messages()
    settling.approve(settlement)
    frappe.clear_messages()
    settling.proposed(factory.sold(10)[2], {"remedy": "goodwill", "amount": 5})
    assert not [row for row in frappe.get_message_log() if "Returns Warehouse" in row["message"]]


@pytest.mark.parametrize("wrong", ["other company", "group", "disabled"])
def test_a_row_names_no_warehouse_that_receives_no_goods_of_the_company(wrong: str) -> None:
    invoice = factory.sold(10)[2]
    name = of_other_company()
    if wrong != "other company":
        name = factory.make(
            "Warehouse", warehouse_name=factory.unique("Returns"), company=invoice.company
        ).name
        frappe.db.set_value("Warehouse", name, {"group": "is_group", "disabled": "disabled"}[wrong], 1)
    line = {"remedy": "return_credit", "item_code": invoice.items[0].item_code, "qty": 2, "warehouse": name}
    with pytest.raises(
        frappe.ValidationError, match=f"Row 1: Warehouse: {name} .*Choose a(nother one| warehouse of)"
    ):
        settling.proposed(invoice, line)


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
