"""Exported reports hold no formula that somebody typed into a complaint; numbers stay numbers."""

from __future__ import annotations

import csv
import io
import json

import frappe
import openpyxl
import pytest
from frappe.desk.query_report import export_query

from complaint_qms.services.reporting.columns import column, spreadsheet_safe, summary
from complaint_qms.services.reporting.complaint_register import ComplaintRegister
from tests.desk import factory

FORMULAS = (
    '=HYPERLINK("http://x","y")',
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "＝1+1",
    "  =1+1",
    "\t=1+1",
    "<i></i>=1+1",
    "&#61;1+1<b></b>",
    "'=1+1",
)
HARMLESS = ("-5", "+5.25", "-1,000", "a=b", "1 + 1", "'tis", "（見）", "", None, 7, -7.5)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_kept_from_being_one(text):
    row = {"a": text, "b": text}
    spreadsheet_safe(([column("a", "A"), column("b", "B", "Int")], [row], None))
    assert row == {"a": f"'{text}", "b": text}


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_none_stays(value):
    row = {"a": value}
    spreadsheet_safe(([column("a", "A")], [row], None))
    assert row == {"a": value}


@pytest.mark.parametrize(
    "report", ["Complaint Register", "Complaint Risk Matrix", "SOP Performance by Stage"]
)
@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_no_export_holds_one(report, kind):
    level = factory.make("Risk Severity", severity_name="=1+1 Level", rank=1)
    customer = factory.make("Customer", customer_name="=1+1 Ltd")
    for at, text in enumerate(FORMULAS):
        factory.complaint(
            subject=text.strip(), complainant_name=text, udi=text[:20], item_name=text, customer=customer.name,
            severity=level.name if not at else None,
        )  # fmt: skip
    frappe.local.form_dict = frappe._dict(
        report_name=report, file_format_type=kind, filters=json.dumps({"company": factory.company()} | ({"rows": "all"} if "Register" in report else {})),
        visible_idx="[]", custom_columns="[]",
    )  # fmt: skip
    export_query()
    content = frappe.response.filecontent
    if kind == "CSV":
        cells = [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]
        found = [cell for cell in cells if cell.strip()[:1] in tuple("=+@＝＋＠") and cell.strip()]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        found = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        cells = [str(cell.value or "") for row in sheet.iter_rows() for cell in row]
    assert not found
    if report == "Complaint Register":
        assert "'=1+1" in cells
        assert "'=1+1 Ltd" in cells


def test_percentages_have_one_place_whatever_the_site_gives_its_numbers():
    assert column("a", "A", "Percent")["precision"] == 1
    assert "precision" not in column("a", "A", "Int")
    assert summary("In time", 96.1, "green", "Percent") | {"label": ""} == {
        "label": "", "value": "96.1%", "indicator": "green", "datatype": "Data",
    }  # fmt: skip
    assert summary("Of nothing", None, "", "Percent")["datatype"] == "Percent"


def test_moments_are_exported_as_they_are_shown():
    doc = factory.complaint()
    frappe.db.set_value(
        "Complaint", doc.name, "received_at", "2026-03-01 10:11:12.345678", update_modified=False
    )
    rows = ComplaintRegister({"company": doc.company, "rows": "all"}).rows()
    shown = next(row.received_at for row in rows if row.name == doc.name)
    assert str(shown) == "2026-03-01 10:11:12"
