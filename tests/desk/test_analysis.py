"""Pareto, repeat complaints and supplier scorecard against counting by hand, and nobody counts beyond their own."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.desk.query_report import run
from frappe.utils import getdate

from complaint_qms.engine.rates import garwood, ratio_interval
from complaint_qms.services.analysis.pareto import BY, Pareto
from complaint_qms.services.analysis.repeats import RepeatComplaints
from complaint_qms.services.analysis.suppliers import SupplierScorecard
from tests.desk import factory
from tests.desk.report_rows import as_user, bare_company, bare_row, changed_rules, listed
from tests.desk.stock_chain import Chain
from tests.desk.test_delivered_units_report import Shop, ago

REPORTS = ("Complaint Pareto", "Repeat Complaints", "Supplier Quality Scorecard")


def lines(report: object) -> dict[str, dict]:
    columns, rows, message, chart, _summary, _skip = report.run()
    assert message
    assert all({one["fieldname"] for one in columns} <= {*row, "cost"} for row in rows)
    if chart:
        assert all(len(chart["data"]["labels"]) == len(one["values"]) for one in chart["data"]["datasets"])
    return {row["key"]: row for row in rows}


def test_a_pareto_adds_up_leads_to_its_complaints_and_has_its_rates() -> None:
    shop = Shop()
    asked = {"company": shop.company, "from_date": str(ago(90)), "to_date": str(getdate()), "state": "valid"}
    for by in BY:
        report = Pareto({**asked, "by": by})
        rows = report.rows()
        assert sum(row["count"] for row in rows) == 44, by
        assert rows[-1]["together"] == 100
        base = report.filters.list_filters()
        for row in rows:
            assert listed(base | row["route"]) == row["count"], (by, row["key"])
        assert rows == sorted(rows, key=lambda row: (row["key"] == "", -row["count"])) or report.by.is_time
    found = lines(Pareto({**asked, "by": "batch"}))
    first = shop.batches[0]
    assert [found[name]["units"] for name in shop.batches] == [1000, 2800]
    exact = garwood(30, 1000)
    assert (found[first]["rate"], found[first]["rate_lower"]) == (
        30.0,
        pytest.approx(1000 * exact.lower, abs=1e-3),
    )
    assert found[""]["units"] is None
    assert not any(row["without_units"] for row in found.values())
    # One half of the time is compared with the other.
    half = {**asked, "from_date": str(ago(44)), "by": "item"}
    found = lines(Pareto(half))
    row = found[shop.items[0]]
    assert (row["count"], row["before"]) == (10, 30)
    ratio, _lower, upper = ratio_interval(30, 1, 10, 1)
    assert (row["change"], row["change_upper"]) == (round(100 * (ratio - 1), 1), round(100 * (upper - 1), 1))
    assert (row["beyond_chance"], found[shop.items[1]]["beyond_chance"]) == (-1, 0)
    before = next(one["drill"] for one in Pareto(half).columns() if one["fieldname"] == "before")
    assert listed(before | row["route"]) == 30
    assert "no deliveries" not in Pareto(half).message(list(found.values())).lower()
    # A complaint of no item is of none of the units.
    bare_row("Complaint", company=shop.company, subject="Broken", stage="triage", received_at=f"{ago(20)} 09:00:00")  # fmt: skip
    cards = {
        one["label"]: one["value"] for one in Pareto(asked | {"by": "item"}).summary(list(found.values()))
    }
    rated = lines(Pareto({**asked, "by": "item"}))
    units = sum(row["units"] or 0 for row in rated.values())
    numerator = sum(row["count"] for row in rated.values() if row["units"])
    assert numerator == 44 == sum(row["count"] for row in rated.values()) - 1
    assert float(cards["Per 1,000 Units"]) == pytest.approx(1000 * numerator / units, abs=0.01)
    # A period that still runs is compared with as many days.
    running = Pareto({**half, "to_date": str(ago(-60))})
    assert running.filters == Pareto(half).filters
    none = Pareto({**half, "from_date": str(ago(38))})
    assert "None of these lines had deliveries" in none.message(none.rows())


def test_what_is_not_among_the_first_lines_is_one_line_of_others() -> None:
    company = bare_company()
    for number in range(14):
        customer = factory.customer().name
        for _ in range(1 + (number == 0) * 40):
            bare_row("Complaint", company=company, customer=customer, subject="Broken", stage="triage", received_at="2025-02-01 10:00:00")  # fmt: skip
    settled = bare_row("Complaint", company=company, subject="Broken", stage="triage", received_at="2025-02-01 10:00:00", settled_amount=9, handling_cost=2.5, currency="EUR")  # fmt: skip
    # A draft may come to nothing; what is booked in another currency counts at its rate.
    for currency, rate, state, value in (("EUR", 1, "draft", 4), ("USD", 0.5, "submitted", 10)):
        settlement = bare_row("Complaint Settlement", complaint=settled, company=company, docstatus=1, status="settled", currency=currency, conversion_rate=rate)  # fmt: skip
        bare_row("Complaint Settlement Document", parent=settlement, parenttype="Complaint Settlement", parentfield="documents", purpose="credit_note", document_status=state, remedy_value=value)  # fmt: skip
    report = Pareto({"company": company, "by": "customer", "top": "10"})
    columns, rows, message, chart, summary, _skip = report.run()
    assert [row["count"] for row in rows] == [41, *[1] * 9, 4, 1]
    assert (rows[10]["group"], rows[11]["group"]) == ("Others (4)", "Not Set")
    assert listed(report.filters.list_filters() | rows[10]["route"]) == 4
    assert "7.50" in rows[11]["cost"]
    assert "4 of 14 lines make" in message
    assert chart["data"]["yMarkers"][0]["value"] == pytest.approx(0.8 * 55)
    assert {one["fieldname"] for one in columns} & {"before", "rate"} == set()
    assert summary[-1]["value"] == 4
    assert [one["label"] for one in columns if one["fieldname"] == "together"] == ["Cumulative %"]
    assert all(one["definition"] for one in columns if one["fieldname"] != "group")


def test_a_change_is_marked_when_it_stands_among_all_lines() -> None:
    company = bare_company()
    customers = [factory.customer().name for _ in range(12)]

    def complaints(customer: str, before: int, now: int) -> None:
        for at in range(before + now):
            day = "2025-01-10" if at < before else "2025-02-10"
            bare_row("Complaint", company=company, customer=customer, subject="Broken", stage="triage", received_at=f"{day} 10:00:00")  # fmt: skip

    complaints(customers[0], 0, 16)
    complaints(customers[1], 3, 12)  # by itself its interval begins above 0
    for customer in customers[2:]:
        complaints(customer, 6, 5)
    asked = {"company": company, "by": "customer", "from_date": "2025-02-01", "to_date": "2025-02-28"}
    marked = {
        row["key"]: (row["beyond_chance"], (row["change_lower"] or 0) > 0) for row in Pareto(asked).rows()
    }
    assert [marked[name] for name in customers[:3]] == [(1, True), (0, True), (0, False)]


def test_who_may_not_read_a_field_gets_nothing_of_it() -> None:
    with changed_rules("Complaint"):
        for field in ("severity", "handling_cost"):
            make_property_setter("Complaint", field, "permlevel", 7, "Int")
        frappe.clear_cache(doctype="Complaint")
        with as_user(factory.person("Quality Manager")):
            for report in (Pareto, SupplierScorecard):
                columns = {one["fieldname"] for one in report({}).run()[0]}
                assert "open" in columns
                assert not {"mean_severity", "cost"} & columns
    for field, report in (("supplier", SupplierScorecard), ("customer", RepeatComplaints)):
        with changed_rules("Complaint"):
            make_property_setter("Complaint", field, "permlevel", 7, "Int")
            frappe.clear_cache(doctype="Complaint")
            with as_user(factory.person("Quality Manager")), pytest.raises(frappe.PermissionError, match="counts by"):  # fmt: skip
                report({})


def test_a_repeat_follows_its_closed_twin_within_the_days() -> None:
    company, item = bare_company(), factory.item().name
    customers = [factory.customer().name for _ in "ab"]
    kind = frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", limit=1)[0]
    closed_at = frappe.utils.get_datetime("2025-03-01 12:00:00")

    def complaint(days: float | None, customer: str | None = customers[0], **values: object) -> str:
        told = {"company": company, "customer": customer, "item_code": item, "complaint_type": kind, "subject": "Broken", "stage": "triage"}  # fmt: skip
        received = closed_at + timedelta(days=days) if days is not None else closed_at - timedelta(days=10)
        return bare_row("Complaint", **{**told, "received_at": received, **values})

    first = complaint(None, stage="closed", closed_at=closed_at)
    complaint(-1)
    again = [complaint(0.01), complaint(30), complaint(89.9)]
    complaint(0)
    complaint(91)
    complaint(10, customer=customers[1])
    complaint(10, complaint_type=None)
    complaint(10, customer=None)
    complaint(10, stage="rejected")
    asked = {"company": company, "state": "valid", "by": "customer"}
    found = lines(RepeatComplaints(asked))
    assert {key: (row["count"], row["possible"], row["repeats"]) for key, row in found.items()} == {
        customers[0]: (8, 7, 3), customers[1]: (1, 1, 0), "": (1, 0, 0),
    }  # fmt: skip
    assert found[customers[0]]["repeat_rate"] == 42.9
    assert found[customers[0]]["only"] == {"customer": [customers[0]]}
    for row in found.values():
        assert listed(RepeatComplaints(asked).filters.list_filters() | row["route"]) == row["count"]
    shown = RepeatComplaints({**asked, "show": "list"}).listed()
    assert [(row.name, row.earlier) for row in shown] == [(name, first) for name in reversed(again)]
    assert [row.days_after for row in shown] == [89, 30, 0]
    assert sum(row["repeats"] for row in RepeatComplaints({**asked, "days": "15"}).rows()) == 1
    for days in (0, -4, "x", 10**9, True):
        with pytest.raises(frappe.ValidationError, match="Days After Closing"):
            RepeatComplaints({**asked, "days": days})
    # The earlier one is in a territory that somebody does not see: to them nothing repeats it.
    place = factory.make("Territory", territory_name=factory.unique("Place")).name
    frappe.db.set_value("Complaint", first, "territory", place)
    other = factory.make("Territory", territory_name=factory.unique("Place")).name
    with as_user(factory.person("Complaint Manager", Territory=other)):
        assert sum(row["repeats"] for row in RepeatComplaints(asked).rows()) == 0
        assert RepeatComplaints({**asked, "show": "list"}).run()[1] == []


def test_a_supplier_is_set_against_what_it_delivered() -> None:
    company, other = bare_company(), bare_company()
    suppliers = [factory.supplier().name for _ in "abc"]
    item = factory.item(batch=True).name
    batch = factory.batch(item, supplier=suppliers[1]).name

    def receive(supplier: str, units: float, days: int, doctype: str = "Purchase Receipt", where: str = company, **values: object) -> None:  # fmt: skip
        name = bare_row(
            doctype, docstatus=1, company=where, supplier=supplier, posting_date=ago(days), **values
        )
        bare_row(f"{doctype} Item", docstatus=1, parent=name, parenttype=doctype, parentfield="items", item_code=item, stock_qty=units)  # fmt: skip

    receive(suppliers[0], 1000, 30)
    receive(suppliers[0], -200, 20, is_return=1)
    receive(suppliers[1], 500, 30, "Purchase Invoice", update_stock=1)
    receive(suppliers[1], 900, 30, "Purchase Invoice", update_stock=0)
    receive(suppliers[1], 700, 400)
    receive(suppliers[2], 40, 3)
    receive(suppliers[2], 60, 3, where=other)
    for supplier, named, days in ((suppliers[0], batch, 10), (suppliers[0], None, 12), (None, batch, 14), (None, batch, 100), (None, None, 5)):  # fmt: skip
        bare_row("Complaint", company=company, item_code=item, supplier=supplier, batch_no=named, subject="Broken", stage="triage", received_at=f"{ago(days)} 09:00:00")  # fmt: skip
    bare_row("CAPA", company=company, supplier=suppliers[0], stage="implement")
    bare_row("CAPA", company=company, supplier=suppliers[0], stage="closed")
    bare_row(
        "Root Cause",
        company=company,
        supplier=suppliers[1],
        status="verified",
        verified_at=f"{ago(1)} 09:00:00",
    )
    asked = {"company": company, "from_date": str(ago(60)), "to_date": str(getdate())}
    report = SupplierScorecard(asked)
    found = lines(report)
    keys = ("count", "named", "by_batch", "lots", "units", "before", "capas", "causes")
    assert {name: tuple(found[name][key] for key in keys) for name in suppliers} == {
        suppliers[0]: (2, 2, 0, 1, 800, 0, 1, 0),
        suppliers[1]: (1, 0, 1, 1, 500, 1, 0, 1),
        suppliers[2]: (0, 0, 0, 0, 40, 0, 0, 0),
    }
    assert found[suppliers[0]]["rate"] == 2.5
    assert "lead to no supplier: 1." in report.message(report.rows())
    base = report.filters.list_filters()
    for row in found.values():
        for field, route in row["routes"].items():
            assert listed(base | route) == row[field] or field in ("open", "overdue")
    # A supplier that batches lead to is chosen as one that is named; CAPAs and causes go by the filters that they have too.
    chosen = SupplierScorecard({**asked, "supplier": suppliers[1]})
    told = lines(chosen)
    assert {name: (row["count"], row["by_batch"], row["units"], row["causes"]) for name, row in told.items()} == {suppliers[1]: (1, 1, 500, 1)}  # fmt: skip
    assert listed(chosen.filters.list_filters() | told[suppliers[1]]["routes"]["by_batch"]) == 1
    assert chosen.unknown == 0
    of_item = lines(SupplierScorecard({**asked, "item_code": item}))
    assert [(of_item[name]["count"], of_item[name]["capas"], of_item[name]["causes"]) for name in suppliers[:2]] == [(2, 0, 0), (1, 0, 0)]  # fmt: skip
    for nothing in ({"item_group": ["No Such Group"]}, {"capa": ["No Such CAPA"]}):
        assert lines(SupplierScorecard({**asked, **nothing})) == {}
    route = found[suppliers[0]]["capa_route"]
    assert len(frappe.get_list("CAPA", filters=route, limit=0)) == found[suppliers[0]]["capas"] == 1
    of_batch = SupplierScorecard({**asked, "batch_no": batch})
    assert [row["count"] for row in lines(of_batch).values()] == [1, 1]
    assert "rate" not in {one["fieldname"] for one in of_batch.columns()}
    assert "have no units received" in of_batch.run()[2]
    one = factory.person("Quality Manager", Supplier=suppliers[1])
    with as_user(one):
        assert set(lines(SupplierScorecard(asked))) == {suppliers[1]}
    with as_user(
        factory.person(
            "Quality Manager",
            Territory=factory.make("Territory", territory_name=factory.unique("Place")).name,
        )
    ):
        assert "not set against all that was received" in SupplierScorecard(asked).run()[2]


def test_suppliers_of_components_have_a_column_of_their_own() -> None:
    chain, company = Chain(), bare_company()
    bought, sold, other = factory.supplier().name, factory.supplier().name, factory.supplier().name
    for short in ("resin", "cap"):
        chain.new_item(short)
        chain.new_lot(f"{short} 1", short)
    chain.new_lot("cap 2", "cap")
    chain.buy("resin 1", 10, bought)
    chain.make({"resin 1": 10}, {"cap 1": 5, "cap 2": 5})
    frappe.db.set_value("Batch", chain.lots["cap 2"], "supplier", bought)
    for supplier, lot in ((None, "cap 1"), (sold, "cap 1"), (bought, "cap 1"), (None, "cap 2"), (None, "resin 1")):  # fmt: skip
        bare_row("Complaint", company=company, item_code=chain.items[lot], supplier=supplier, batch_no=chain.lots[lot], subject="Broken", stage="triage", received_at=f"{ago(5)} 09:00:00")  # fmt: skip
    asked = {"company": company, "from_date": str(ago(60)), "to_date": str(getdate())}
    report = SupplierScorecard(asked)
    found = lines(report)
    # Two of the three about the first cap lead to the supplier by its resin alone, the others anyway or by no component.
    assert {name: (row["count"], row["by_component"]) for name, row in found.items()} == {bought: (2, 2), sold: (1, 0)}  # fmt: skip
    assert "by_component" not in found[bought]["routes"]  # a list could not tell them apart
    assert "made of batches from the supplier" in report.run()[2]
    only = lines(SupplierScorecard({**asked, "batch_no": chain.lots["cap 1"], "supplier": sold}))
    assert [(row["count"], row["by_component"]) for row in only.values()] == [(1, 0)]
    frappe.db.set_value("Complaint", {"company": company, "supplier": bought}, "supplier", other)
    frappe.db.set_value("Batch", chain.lots["cap 2"], "supplier", None)
    frappe.db.set_value("Complaint", {"batch_no": chain.lots["resin 1"]}, "stage", "void")
    report = SupplierScorecard({**asked, "state": "valid"})
    row = lines(report)[bought]
    assert (row["count"], row["by_component"]) == (0, 4)
    assert listed(report.filters.list_filters() | row["routes"]["by_component"]) == 4
    with as_user(factory.person("Quality Manager", Supplier=sold)):
        assert bought not in lines(SupplierScorecard(asked))


@pytest.mark.parametrize(("doctype", "names"), [("Company", "company"), ("Territory", "places"), ("Customer", "customers"), ("Item", "items")])  # fmt: skip
def test_who_is_kept_to_some_counts_these_alone(doctype: str, names: str) -> None:
    shop = Shop()
    own = shop.company if names == "company" else getattr(shop, names)[1]
    user = factory.person("Quality Manager")
    factory.make("User Permission", user=user, allow=doctype, for_value=own, apply_to_all_doctypes=1)
    frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
    frappe.clear_cache(user=user)
    asked = {"from_date": str(ago(90)), "to_date": str(getdate()), "state": "valid"}
    with as_user(user):
        seen = listed({**Pareto(asked).filters.list_filters()})
        assert seen
        for by in BY:
            rows = Pareto({**asked, "by": by}).rows()
            assert sum(row["count"] for row in rows) == seen, by
            rated = {row["key"]: row["units"] for row in rows if row["units"]}
            if by == "item" and names != "company":
                assert set(rated) <= {shop.items[1]} or names != "items"
            assert sum(row["count"] for row in RepeatComplaints({**asked, "by": by}).rows()) == seen
        card = SupplierScorecard(asked)
        assert card.unknown + sum(line.count for line in card.lines.values()) == seen


@pytest.mark.parametrize("report", REPORTS)
def test_reports_refuse_whom_and_what_they_must(report: str) -> None:
    answer = run(report, {"company": "No Such Company", "from_date": "2020-01-01", "to_date": "2020-01-31"})
    assert "Widen the period or clear a filter" in answer["message"]
    assert not answer["result"]
    assert not answer["chart"]
    with pytest.raises(frappe.ValidationError, match="no filter colour"):
        run(report, {"colour": "red"})
    with as_user(factory.person("Sales User")), pytest.raises(frappe.PermissionError):
        run(report, {})
    with pytest.raises(frappe.ValidationError, match="nothing that complaints are counted by"):
        Pareto({"by": "colour"})
