"""What the audit trail leaves out, and what of it is open to whom: topics of texts, management reviews, residual risks."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, nowdate

from complaint_qms.constants import review, roles
from complaint_qms.constants.audit import ENTRY, LIMITED, NOT_KEPT, RECORDED
from complaint_qms.constants.topics import ACTIVE, RETIRED, TOPIC
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import sealing, values, verifying
from complaint_qms.services.evidence import disk
from complaint_qms.services.story.audit_report import QualityAuditTrail
from complaint_qms.services.topics.keeping import as_document
from tests.desk import factory
from tests.desk.report_rows import bare_company

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def own_head(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")


def details(doc: Document) -> list[str]:
    told = {"document_type": doc.doctype, "document_name": doc.name}
    return frappe.get_all(ENTRY, told, pluck="detail", order_by="name asc")


def sentences() -> list[str]:
    return verifying.verify_trail(disk.sha256_of).sentences


def topic() -> Document:
    doc = as_document(TOPIC)
    doc.update({"topic_name": "Leaks", "language": "en", "state": ACTIVE, "first_found_on": nowdate()})
    doc.set("words", [{"term": "leak", "shown": "leaks", "weight": 1.0}])
    return doc.insert()


def yearly_review() -> Document:
    fields = {"company": bare_company(), "period_kind": "yearly", "language": "en", "from_date": getdate()}
    return frappe.get_doc({"doctype": review.DOCTYPE, **fields}).insert()


def test_what_is_left_out_is_there():
    for doctype, names in NOT_KEPT.items():
        assert doctype in RECORDED
        assert names <= {field.fieldname for field in frappe.get_meta(doctype).fields}
        shape = values.shape_of(doctype)
        assert not names & {*shape.kinds, *shape.tables}


def test_a_new_complaint_is_told_with_the_first_row_of_its_stage_log():
    doc = factory.complaint()
    first, *later = (frappe.parse_json(detail) for detail in details(doc))
    assert list(first["rows"]["stage_log"]["+"]) == [doc.stage_log[0].name]
    assert all("stage_log" not in detail.get("rows", {}) for detail in later)
    assert sentences() == []


def test_what_is_read_off_a_text_is_neither_told_nor_found():
    doc, found = factory.complaint(), topic()
    before = len(details(doc))
    writing.set_many("Complaint", {doc.name: {"topic": found.name, "sentiment": "negative"}}, "read for its topic")  # fmt: skip
    assert frappe.db.get_value("Complaint", doc.name, "topic") == found.name
    assert len(details(doc)) == before
    assert sentences() == []


def test_of_a_topic_its_name_and_state_are_told_and_no_weekly_figures():
    doc = topic()
    assert len(details(doc)) == 1
    writing.set_many(TOPIC, {doc.name: {"complaints": 7, "example": None}}, "counted")
    again = as_document(TOPIC, doc.name)
    again.set("words", [{"term": "drip", "shown": "drips", "weight": 0.5}])
    again.update({"last_found_on": nowdate(), "coherence": 0.4})
    again.save()
    assert len(details(doc)) == 1
    writing.set_where(TOPIC, [doc.name], {"state": RETIRED}, "found in texts no longer")
    named = frappe.get_doc(TOPIC, doc.name)
    named.topic_name = "Leaking lids"
    named.save()
    first, second = details(doc)[1:]
    assert '"state":["active","retired"]' in first
    assert '"topic_name"' in second
    assert sentences() == []


def test_a_review_is_told_from_its_draft_to_its_mail():
    doc = yearly_review()
    doc.conclusion = "Suitable, adequate and effective."
    doc.submit()
    writing.set_values(doc.doctype, doc.name, {"mailed_at": now_datetime()}, "review mailed")
    made, submitted, mailed = details(doc)
    assert '"sections"' in made
    assert '"docstatus":[0,1]' in submitted
    assert '"mailed_at"' in mailed
    assert sentences() == []


def test_who_is_kept_to_some_complaints_is_told_of_no_review_and_no_topic():
    told = [yearly_review(), topic()]
    mine = factory.complaint()
    assert {doc.doctype for doc in told} < set(LIMITED)
    everything = factory.person(roles.AUDITOR)
    some = factory.person(roles.AUDITOR, Customer=mine.customer)
    for doc in told:
        entry = frappe.get_all(ENTRY, {"document_name": doc.name}, pluck="name", order_by="name asc")[0]
        for user, sees in ((everything, True), (some, False)):
            with factory.as_user(user):
                chosen = {"document_type": doc.doctype, "document_name": doc.name}
                assert bool(QualityAuditTrail(chosen).rows()) is sees
                assert frappe.get_doc(ENTRY, entry).has_permission("read") is sees


def test_a_step_reads_as_what_was_decided():
    """Without how its name was made, what the clock looks at next, and the state beside the stage."""
    doc = factory.at_stage("triage")
    told = {row["kind"]: row["what"] for row in told_of(doc)}
    assert told["Moved"].startswith("Stage: Triage (was Intake); ")
    for left_out in ("Series", "Workflow State", "Escalation Steps Ahead", "Next Check At"):
        assert left_out not in told["Moved"] + told["Created"]
    assert "Stage History added: Stage: Triage, " in told["Moved"]
    doc.reload()
    doc.qty = 7
    doc.save()
    assert told_of(doc)[0]["what"] == "Quantity Affected: 7 (was 0)"
    writing.set_values("Complaint", doc.name, {"next_check_at": "2030-01-02 03:04:05"}, "test")
    assert "Next Check At: 01-02-2030 03:04:05" in told_of(doc)[0]["what"]


def told_of(doc: Document) -> list[dict]:
    return QualityAuditTrail({"document_type": doc.doctype, "document_name": doc.name}).rows()


def test_who_may_do_what_is_told_to_whoever_reads_the_trail():
    person = frappe.get_doc("User", factory.person(roles.AGENT))
    person.append("roles", {"role": roles.INVESTIGATOR})
    person.save()
    entry = frappe.get_all(ENTRY, {"document_name": person.name}, pluck="name", order_by="name desc")[0]
    with factory.as_user(factory.person(roles.AUDITOR)):
        assert told_of(person)[0]["what"] == f"Roles Assigned added: Role: {roles.INVESTIGATOR}"
        doc = frappe.get_doc(ENTRY, entry)
        doc.run_method("onload")
        assert doc.get_onload("told") == [f"Roles Assigned added: Role: {roles.INVESTIGATOR}"]
