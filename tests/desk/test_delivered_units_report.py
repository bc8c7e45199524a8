"""The report “Delivered Units”: rates along every line, what the age of units leads to expect, and nobody sees beyond their own."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
import pytest
from frappe.utils import getdate

from complaint_qms.engine.rates import garwood
from complaint_qms.services.signals import kept_weeks
from complaint_qms.services.signals.report import BY, DeliveredUnitsReport
from tests.desk import factory
from tests.desk.report_rows import as_user, bare_company, bare_row, listed


def ago(days: int) -> date:
    return getdate() - timedelta(days=days)


class Shop:
    """Two products, one of them in two batches, to two customers in two territories, in a company of their own."""

    def __init__(self) -> None:
        self.company, self.other_company = bare_company(), bare_company()
        self.items = [factory.item(batch=True).name, factory.item().name]
        self.batches = [factory.batch(self.items[0]).name for _ in range(2)]
        self.places = [
            factory.make("Territory", territory_name=factory.unique("Place")).name for _ in range(2)
        ]
        self.customers = [factory.customer().name, factory.customer(customer_group=factory.make("Customer Group", customer_group_name=factory.unique("Group")).name).name]  # fmt: skip
        first, second = self.batches
        self.note = self.deliver(80, 0, first, 0, 1000)
        self.deliver(40, 0, second, 0, 3000)
        self.deliver(40, 1, None, 1, 500)
        self.deliver(20, 0, second, 1, 200, back=True)
        self.deliver(30, 1, None, 0, 999, company=self.other_company)
        self.complain(30, 0, first, 0, 70, self.note)
        self.complain(10, 0, second, 0, 35)
        self.complain(4, 1, None, 1, 30)
        self.complain(7, 1, None, 1, 30, company=self.other_company)
        self.complain(2, 0, first, 0, 20, stage="rejected")

    def deliver(self, days: int, item: int, batch: str | None, customer: int, units: float, *, back: bool = False, company: str | None = None) -> str:  # fmt: skip
        sign = -1 if back else 1
        note = bare_row(
            "Delivery Note", docstatus=1, company=company or self.company, customer=self.customers[customer], territory=self.places[customer],
            posting_date=ago(days), is_return=int(back), total_qty=sign * units,
        )  # fmt: skip
        bare_row(
            "Delivery Note Item", docstatus=1, parent=note, parenttype="Delivery Note", parentfield="items", item_code=self.items[item],
            batch_no=batch, stock_qty=sign * units,
        )  # fmt: skip
        return note

    def complain(self, count: int, item: int, batch: str | None, customer: int, days: int, note: str | None = None, **values: object) -> None:  # fmt: skip
        group = frappe.db.get_value("Item", self.items[item], "item_group")
        for _ in range(count):
            told = {
                "company": self.company,
                "item_code": self.items[item],
                "batch_no": batch,
                "customer": self.customers[customer],
            }
            told |= {
                "territory": self.places[customer],
                "received_at": f"{ago(days)} 10:00:00",
                "stage": "triage",
                "item_group": group,
            }
            bare_row("Complaint", **{**told, "delivery_note": note, "subject": "Broken", **values})

    def report(self, by: str, **filters: object) -> dict[str, dict]:
        asked = {"by": by, "company": self.company, "from_date": str(ago(90)), "state": "valid", **filters}
        report = DeliveredUnitsReport(asked)
        columns, rows, message, chart, summary, _skip = report.run()
        assert message
        assert {"group", "units", "complaints", "rate"} <= {one["fieldname"] for one in columns}
        if rows:
            drawn = [row["group"] for row in rows if row["rate"] is not None]
            assert (chart["data"]["labels"] if chart else []) == drawn
            assert summary[2]["value"] == sum(row["complaints"] for row in rows)
        return {row["key"]: row for row in rows}


def test_rates_stand_beside_their_units_and_lead_to_their_complaints() -> None:
    shop = Shop()
    first, second = shop.batches
    told = {
        "item": {shop.items[0]: (3800, 200, 40), shop.items[1]: (500, 0, 4)},
        "batch": {first: (1000, 0, 30), second: (2800, 200, 10)},
        "customer": {shop.customers[0]: (4000, 0, 40), shop.customers[1]: (300, 200, 4)},
        "territory": {shop.places[0]: (4000, 0, 40), shop.places[1]: (300, 200, 4)},
    }
    told["customer_group"] = {frappe.db.get_value("Customer", name, "customer_group"): told["customer"][name] for name in shop.customers}  # fmt: skip
    for kept in (False, True):
        if kept:
            kept_weeks.keep_weeks(
                range(kept_weeks.week_of(ago(100)), kept_weeks.week_of(getdate())),
                frappe.utils.now_datetime(),
            )
        for by, lines in told.items():
            found = shop.report(by)
            shown = {
                key: (row["units"], row["returned"], row["complaints"]) for key, row in found.items() if key
            }
            assert shown == lines, (by, kept)
            for row in found.values():
                assert listed(row["route"]) == row["complaints"]
        months = shop.report("month").values()
        assert sum(row["units"] for row in months) == 4300
        assert sum(listed(row["route"]) for row in months) == 44
    interval = garwood(30, 1000)
    row = shop.report("batch")[first]
    assert (row["rate"], row["lower"], row["upper"]) == (30.0, pytest.approx(1000 * interval.lower, abs=1e-3), pytest.approx(1000 * interval.upper, abs=1e-3))  # fmt: skip
    # Some filters are of complaints alone, others of both; a period before everything is empty.
    assert shop.report("item", territory=shop.places[0]).keys() == {shop.items[0]}
    assert (
        shop.report("item", item_group=frappe.db.get_value("Item", shop.items[0], "item_group"))[
            shop.items[0]
        ]["complaints"]
        == 40
    )
    assert shop.report("item", to_date=str(ago(89)), from_date=str(ago(90))) == {}
    empty = factory.make("Item Group", item_group_name=factory.unique("Empty")).name
    assert {by: shop.report(by, item_group=empty) for by in BY if by != "month"} == {
        by: {} for by in BY if by != "month"
    }
    assert set(BY) > told.keys()


def test_the_age_of_what_is_out_there_says_how_many_are_expected() -> None:
    shop = Shop()
    found = shop.report("batch")
    # Learned of these very complaints: together they are what is expected; the younger and larger batch should have drawn most.
    whole = sum(row["expected"] for row in shop.report("item").values())
    assert whole == pytest.approx(44, rel=0.1)
    first, second = (found[name] for name in shop.batches)
    assert second["expected"] > first["expected"]
    assert first["ratio"] > 1.5 > 1 > second["ratio"]
    few = DeliveredUnitsReport({"by": "item", "company": shop.other_company})
    assert {row["expected"] for row in few.rows()} == {None}


@pytest.mark.parametrize(("doctype", "names"), [("Company", "company"), ("Territory", "places"), ("Customer", "customers"), ("Item", "items")])  # fmt: skip
def test_who_is_kept_to_some_sees_units_and_complaints_of_these_alone(doctype: str, names: str) -> None:
    shop = Shop()
    own = shop.company if names == "company" else getattr(shop, names)[1]
    kept_weeks.keep_weeks(
        range(kept_weeks.week_of(ago(50)), kept_weeks.week_of(getdate())), frappe.utils.now_datetime()
    )
    user = factory.person("Quality Manager")
    factory.make("User Permission", user=user, allow=doctype, for_value=own, apply_to_all_doctypes=1)
    frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
    frappe.clear_cache(user=user)
    with as_user(user):
        for by in BY:
            rows = shop.report(by, company=None).values()
            units, complaints = (sum(row[field] for row in rows) for field in ("units", "complaints"))
            if by == "batch" and names != "company":
                continue
            expected = {
                "company": (4300, 44),
                "places": (300, 11),
                "customers": (300, 11),
                "items": (1499, 11),
            }
            assert (units, complaints) == ((3800, 40) if by == "batch" else expected[names]), by
            assert all(listed(row["route"]) == row["complaints"] for row in rows)
        weeks = frappe.get_list(kept_weeks.WEEK, limit=1, pluck="name", order_by="name")
        rows = frappe.get_list(kept_weeks.UNITS, fields=["company", "territory", "customer", "item_code"], order_by="name", limit=0)  # fmt: skip
    assert bool(weeks) is (doctype == "Company")
    field = {"company": "company", "places": "territory", "customers": "customer", "items": "item_code"}[
        names
    ]
    assert {row[field] for row in rows} == {own}
