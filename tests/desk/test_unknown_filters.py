"""No report takes a filter that it does not have for none."""

from __future__ import annotations

import frappe
import pytest

REPORTS = {"module": "Complaint QMS", "report_type": "Script Report"}


def test_each_report_names_the_filter_that_it_does_not_have(site: str) -> None:
    names = frappe.get_all("Report", REPORTS, pluck="name", order_by="name asc")
    assert len(names) > 10
    for name in names:
        report = frappe.get_doc("Report", name)
        with pytest.raises(frappe.ValidationError, match=r"no filter .*from_dat"):
            report.execute_module({"from_dat": "2026-01-01"})


@pytest.mark.parametrize(
    ("report", "filters"),
    [
        ("Batch Genealogy", {"start": "Invoice"}),
        ("Batch Genealogy", {"start": "Batch", "show": "table"}),
        ("Batch Genealogy", {"start": "Batch", "way": "sideways"}),
        ("Common Factors", {"show": "rows"}),
        ("Field Actions", {"show": "recalls"}),
        ("Reportability", {"show": "late"}),
    ],
)
def test_a_choice_that_there_is_not_is_refused_with_those_that_there_are(
    site: str, report: str, filters: dict[str, str]
) -> None:
    with pytest.raises(frappe.ValidationError, match="is not among the choices"):
        frappe.get_doc("Report", report).execute_module(filters)
