"""The audit trail as a report: sentences of what the reader may see."""

from __future__ import annotations

import re
from pathlib import Path

import frappe
import pytest
from frappe.utils import getdate

from complaint_qms.api import personal_data
from complaint_qms.constants import audit, roles
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.record.language import speaking
from complaint_qms.services.story.audit_report import QualityAuditTrail
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


def told(name: str, doctype: str = "Complaint", **given: object) -> list[dict]:
    _columns, rows, _message = QualityAuditTrail(
        {"document_type": doctype, "document_name": name, **given}
    ).run()
    return rows


def test_each_change_of_a_complaint_is_a_line_with_who_and_what():
    doc = factory.complaint(contact_email="jane@customer.example")
    take_step(doc, "Start Triage", {})
    doc.urgency = "critical"
    doc.save()
    rows = told(doc.name)
    assert [row["kind"] for row in rows][-1] == "Created"
    assert (
        "Contact Email: “jane@customer.example”" in rows[-1]["what"]
        or "jane@customer.example" in rows[-1]["what"]
    )
    assert "Stage: Triage (was Intake)" in next(row["what"] for row in rows if row["kind"] == "Moved")
    assert rows[0]["what"].startswith("Urgency: Critical")
    assert {row["happened_by"] for row in rows} == {"Administrator"}
    assert told(doc.name, kind="move") == [row for row in rows if row["kind"] == "Moved"]
    with speaking("zh"):
        assert "阶段" in told(doc.name, kind="move")[0]["what"]


def test_rows_files_and_names_are_told():
    doc = factory.capa()
    doc.actions[0].action = "Fit another heater"
    doc.save()
    factory.upload("CAPA", doc.name)
    file, change, *_more = told(doc.name, "CAPA")
    assert file["what"].startswith("File ")
    assert "Fit another heater" in change["what"]
    assert "was" in change["what"]


def test_who_is_restricted_reads_of_their_own_alone():
    mine, other = factory.complaint(), factory.complaint()
    with factory.as_user(factory.person(roles.AUDITOR, Customer=mine.customer)):
        assert told(mine.name)
        assert told(other.name) == []
        names = {row["document_name"] for row in QualityAuditTrail({"document_type": "Complaint"}).rows()}
        assert names == {mine.name}
    with factory.as_user(factory.person(roles.AGENT)), pytest.raises(frappe.PermissionError):
        told(mine.name)


def test_the_period_is_in_the_time_of_the_site_and_what_is_unknown_is_refused():
    doc = factory.complaint()
    today = frappe.utils.nowdate()
    assert told(doc.name, from_date=today, to_date=today)
    assert not told(doc.name, to_date=frappe.utils.add_days(today, -1))
    for wrong in ({"colour": "red"}, {"kind": "other"}, {"from_date": "soon"}):
        with pytest.raises(frappe.ValidationError):
            QualityAuditTrail(wrong)


def test_each_kind_of_entry_can_be_asked_for():
    """By the filter of the report and by that of the list."""
    kinds = set(audit.LABELS["audit_kind"])
    script = Path(frappe.get_app_path("complaint_qms", "complaint_qms", "report", "quality_audit_trail", "quality_audit_trail.js"))  # fmt: skip
    listed = re.search(r"const KINDS = \[(.*?)\]", script.read_text("utf-8"), re.DOTALL)
    assert set(re.findall(r'"(\w+)"', listed[1])) == kinds
    assert set(frappe.get_meta(audit.ENTRY).get_field("kind").options.split()) == kinds


def test_what_is_kept_as_data_is_no_sentence():
    name = factory.make("Personal Data Request", request_type="person_export", received_on=getdate(), identity_proof="Passport", email="jane@customer.example").name  # fmt: skip
    personal_data.look(name)
    found = [row["what"] for row in told(name, "Personal Data Request") if "Found" in row["what"]]
    assert found
    assert re.fullmatch(r"Found: data of \d+ characters", found[0])
