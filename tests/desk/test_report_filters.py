"""The filters and dimensions that all reports share: each narrows as its list does, nobody counts beyond their own, nonsense is refused in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import frappe
import pytest
from frappe.query_builder.functions import Count
from frappe.utils import getdate

from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.dimensions import DIMENSIONS, counted, dimension
from complaint_qms.services.reporting.filter_values import LABELS, PERIODS
from complaint_qms.services.reporting.filters import SHARED, ReportFilters
from complaint_qms.services.reporting.measures import MEASURES, definitions
from tests.desk import factory
from tests.desk.report_rows import as_user, bare_company, bare_row, listed

REPORTS = {
    "Complaint Register": {"rows": "all"},
    "Complaint Risk Matrix": {},
    "SOP Performance by Stage": {},
    "Customer Satisfaction": {"by": "month"},
    "Delivered Units": {"by": "item"},
}


@dataclass
class Scene:
    """Two of everything, and 24 complaints of it in a company of their own; what each names goes by its number."""

    def __post_init__(self) -> None:
        self.company = bare_company()
        root = frappe.get_all(
            "Item Group", {"parent_item_group": ("is", "not set")}, pluck="name", order_by="lft"
        )[0]
        top = factory.make(
            "Item Group", item_group_name=factory.unique("Line"), is_group=1, parent_item_group=root
        ).name
        groups = [
            factory.make("Item Group", item_group_name=factory.unique("Group"), parent_item_group=top).name
            for _ in "ab"
        ]
        self.line = top
        self.item_groups = groups
        self.items = [factory.item(batch=True, item_group=group).name for group in groups]
        self.batches = [factory.batch(item).name for item in self.items]
        self.customer_groups = [
            factory.make("Customer Group", customer_group_name=factory.unique("Buyers")).name for _ in "ab"
        ]
        self.customers = [factory.customer(customer_group=group).name for group in self.customer_groups]
        region = factory.make("Territory", territory_name=factory.unique("Region"), is_group=1).name
        self.region = region
        self.places = [
            factory.make("Territory", territory_name=factory.unique("Place"), parent_territory=region).name
            for _ in "ab"
        ]
        self.types = frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", limit=2, order_by="name")
        self.severities = frappe.get_all("Risk Severity", pluck="name", limit=2, order_by="name")
        self.channels = frappe.get_all("Complaint Channel", pluck="name", limit=2, order_by="name")
        self.suppliers = [factory.supplier().name for _ in "ab"]
        self.sops = [frappe.get_all("Complaint SOP", pluck="name", order_by="name")[0], None]
        self.handlers = ["Administrator", None]
        self.names = [self._complaint(number) for number in range(24)]
        self.capa = bare_row("CAPA")
        for name in self.names[:5]:
            bare_row("CAPA Complaint", parent=self.capa, parenttype="CAPA", complaint=name)

    def _complaint(self, number: int) -> str:
        def of(values: list, by: int) -> str | None:
            return [*values, None][number // by % 3]

        received = datetime(2025, 1, 1, 23, 59) + timedelta(days=9 * number)
        return bare_row(
            "Complaint", subject="Broken", company=self.company, item_code=of(self.items, 1), item_group=of(self.item_groups, 1),
            batch_no=of(self.batches, 1), customer=of(self.customers, 2), territory=of(self.places, 2), complaint_type=of(self.types, 3),
            severity=of(self.severities, 1), channel=of(self.channels, 4), supplier=of(self.suppliers, 5), sop=self.sops[number % 2],
            complaint_owner=self.handlers[number // 2 % 2], stage=["triage", "closed", "rejected", "solve"][number % 4],
            received_at=received, creation=received + timedelta(days=40),
        )  # fmt: skip

    def asked(self) -> list[dict]:
        return [
            {},
            {"item_code": self.items[0]},
            {"item_code": json.dumps(self.items)},
            {"item_group": [self.line]},
            {"item_group": self.item_groups, "customer": self.customers[:1]},
            {"batch_no": self.batches},
            {"customer_group": self.customer_groups[:1]},
            {"customer_group": self.customer_groups, "customer": self.customers[1:]},
            {"territory": [self.region]},
            {"territory": self.places},
            {"complaint_type": self.types, "severity": self.severities[:1]},
            {"channel": self.channels, "state": "open"},
            {"supplier": self.suppliers[0], "state": "valid"},
            {"sop": self.sops[:1], "complaint_owner": ["Administrator"]},
            {"capa": self.capa},
            {"capa": [self.capa], "item_code": self.items[1]},
            {"from_date": "2025-02-01", "to_date": "2025-03-31"},
            {"from_date": "2025-03-01", "to_date": "2025-04-30", "date_of": "registered"},
            {"date_of": "registered", "to_date": "2025-03-31"},
            {"customer_group": ["No Such Group"]},
        ]


def count(filters: ReportFilters) -> int:
    complaint = frappe.qb.DocType("Complaint")
    return permitted(filters.apply(frappe.qb.from_(complaint).select(Count("*")), complaint)).run()[0][0]


def test_filters_and_lines_lead_to_the_complaints_that_they_count() -> None:
    scene = Scene()
    complaint = frappe.qb.DocType("Complaint")
    several = 0
    people = ["Administrator", factory.person("Complaint Manager", Territory=scene.places[0]), factory.person("Complaint Manager", Customer=scene.customers[1])]  # fmt: skip
    for person in people:
        with as_user(person):
            for asked in scene.asked():
                filters = ReportFilters.read({"company": scene.company, **asked}, own=())
                base = filters.list_filters()
                assert listed(base) == count(filters), (person, asked)
                several += count(filters) > 0
            spans = ({"from_date": "2025-02-05", "to_date": "2025-05-20"}, {"date_of": "registered"})
            for asked in spans if person == "Administrator" else spans[1:]:
                filters = ReportFilters.read({"company": scene.company, **asked}, own=())
                for one in DIMENSIONS.values():
                    lines = counted(filters, [one], complaint)
                    assert sum(line.count for line in lines.values()) == count(filters), one.key
                    names = one.names(key for (key,) in lines)
                    assert all(names.values())
                    for (key,), line in lines.items():
                        route = filters.list_filters() | one.route(key, filters, line.members[0])
                        assert listed(route) == line.count, (person, one.key, key)
    assert several > 40
    lines = counted(
        ReportFilters.read({"company": scene.company}),
        [DIMENSIONS["product_line"], DIMENSIONS["month"]],
        complaint,
    )
    assert {key for key, _month in lines} == {scene.line, ""}
    assert all(month in range(202501, 202508) for _key, month in lines)


def test_a_capa_that_somebody_may_not_read_names_no_complaints_to_them() -> None:
    scene = Scene()
    asked = {"company": scene.company, "capa": scene.capa}
    assert count(ReportFilters.read(asked)) == 5
    with as_user(factory.person("Accounts Manager")):
        assert ReportFilters.read(asked).list_filters()["name"] == ["is", "not set"]
    # Of those that it names, only the ones are told that somebody may read; customers of a group likewise.
    customer = scene.customers[1]
    with as_user(factory.person("Complaint Manager", Customer=customer)):
        seen = frappe.get_list("Complaint", {"company": scene.company}, pluck="name", limit=0)
        for capas in ([scene.capa], []):
            groups = {"capa": capas, "customer_group": scene.customer_groups}
            told = ReportFilters.read({"company": scene.company, **groups}).list_filters()
            named, buyers = told.get("name", ["is", "not set"]), told.get("customer")
            assert named == ["is", "not set"] or set(named[1]) <= set(seen)
            assert buyers is None if capas else buyers == ["in", [customer]]
    # Nor is what lies below several branches, but for what those complaints are of.
    with as_user(factory.person("Complaint Manager", Territory=scene.places[1])):
        told = ReportFilters.read({"company": scene.company, "territory": [scene.region, scene.places[0]]})
        assert told.list_filters()["territory"] == ["in", [scene.places[1]]]


def test_a_filter_of_too_many_customers_leads_to_no_list_and_says_so() -> None:
    scene = Scene()
    one, *_more = scene.customer_groups
    for number in range(60):
        name = bare_row("Customer", customer_name=f"Buyer {number}", customer_group=one)
        bare_row("Complaint", subject="Broken", company=scene.company, customer=name, complaint_type=scene.types[0], severity=scene.severities[0], stage="triage", received_at="2025-03-03 10:00:00")  # fmt: skip
    asked = {"company": scene.company, "customer_group": scene.customer_groups}
    filters = ReportFilters.read(asked)
    assert listed(filters.list_filters()) == count(filters) > 60
    assert filters.list_filters(most=50) is None
    assert "customer" not in filters.list_filters("customer", 50)
    assert filters.route({"customer": ["=", scene.customers[0]]}, 50) == {
        "company": ["=", scene.company], "customer": ["=", scene.customers[0]],
    }  # fmt: skip
    assert "more than 50 customers" in filters.not_listed(most=50)
    for report, own in (("Complaint Cross-tab", {}), ("Complaint Efficiency", {"by": "severity"}), ("Complaint Risk Matrix", {}), ("SOP Performance by Stage", {}), ("Complaint Pareto", {})):  # fmt: skip
        answer = frappe.desk.query_report.run(report, {**asked, **own})
        said = "lead to no list" in (answer["message"] or "")
        assert said == (report in ("Complaint Cross-tab", "Complaint Efficiency")), report
        assert len(json.dumps(answer["result"], default=str)) < 60_000 or not said
    # One line of them all: its customers are as many.
    report = Pareto({**asked, "by": "customer_group"})
    assert report._route(one) is not None
    monkeyed = replace(filters, customer_groups=())
    assert DIMENSIONS["customer_group"].short_route(one, monkeyed, {str(at) for at in range(201)}) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"colour": "red"}, "no filter colour"),
        ({"by": "item"}, "no filter by"),
        ({"item_code": {"a": 1}}, "Item: send a name, or a list of names"),
        ({"customer": [["a"]]}, "Customer: send a name"),
        ({"severity": True}, "Severity: send a name"),
        ({"territory": ["x"] * 501}, "at most 500 values"),
        ({"state": "asleep"}, "State: “asleep” is not among the choices valid, open, ended"),
        ({"date_of": ["received"]}, "is not among the choices"),
        ({"period": "next_year"}, "last_30_days"),
        ({"from_date": "soon"}, "From Date"),
        ({"from_date": "2025-02-02", "to_date": "2025-02-01"}, "ends before it begins"),
    ],
)
def test_what_is_no_filter_is_refused_in_words(given: dict, told: str) -> None:
    with pytest.raises(frappe.ValidationError, match=told):
        ReportFilters.read(given, own=())


def test_reports_refuse_a_filter_that_they_do_not_have() -> None:
    for report, own in REPORTS.items():
        frappe.desk.query_report.run(
            report, {**own, "company": "No Such Company", "item_code": "[]", "customer": ""}
        )
        with pytest.raises(frappe.ValidationError, match="no filter colour"):
            frappe.desk.query_report.run(report, {**own, "colour": "red"})


def test_odd_values_ask_for_nothing_that_there_is() -> None:
    for value in ("x' or '1'='1", "[not json", "\ud800", 7, ["", "nobody"]):
        assert count(ReportFilters.read({"customer": value}, own=())) == 0
    assert ReportFilters.read({"customer": []}).exact == ()
    assert ReportFilters.read("[1, 2]") == ReportFilters()


def test_periods_are_whole_and_end_today_where_they_still_run() -> None:
    today = date(2025, 3, 31)
    told = {name: tuple(str(day) for day in span(today)) for name, span in PERIODS.items()}
    assert told == {
        "last_30_days": ("2025-03-02", "2025-03-31"),
        "last_90_days": ("2025-01-01", "2025-03-31"),
        "last_12_months": ("2024-04-01", "2025-03-31"),
        "this_month": ("2025-03-01", "2025-03-31"),
        "last_month": ("2025-02-01", "2025-02-28"),
        "this_quarter": ("2025-01-01", "2025-03-31"),
        "last_quarter": ("2024-10-01", "2024-12-31"),
        "this_year": ("2025-01-01", "2025-03-31"),
        "last_year": ("2024-01-01", "2024-12-31"),
    }
    read = ReportFilters.read({"period": "last_year", "from_date": "2020-01-01"})
    assert (read.from_date, read.to_date) == PERIODS["last_year"](getdate())


def test_everything_shared_has_its_name_and_its_definition() -> None:
    assert set(LABELS) == set(SHARED)
    assert all(label() for label in LABELS.values())
    assert all(one.label() for one in DIMENSIONS.values())
    told = definitions(MEASURES)
    assert all(one["label"] and one["definition"].endswith(".") for one in told)
    for key in ("nothing", ["item"], 3):
        with pytest.raises(frappe.ValidationError, match="nothing that complaints are counted by"):
            dimension(key)
    with pytest.raises(frappe.ValidationError):
        dimension("week", among=("item", "batch"))
