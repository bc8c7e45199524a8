"""Reports to authorities in My Work Today, and what an erasure leaves of them."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.api import regulatory_report as api
from complaint_qms.constants import roles, work
from complaint_qms.constants.personal_data import ERASURE
from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import verifying
from complaint_qms.services.evidence import disk
from complaint_qms.services.personal_data import requests
from complaint_qms.services.reportability import supplements
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.test_person_requests import MAIL, NAME, PHONE, ask, decide
from tests.desk.test_regulatory_report import assessment, completed, drafted, somebody, submitted, values

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST", 1_000_000)
    monkeypatch.setattr(requests, "enqueue_request", lambda _name: None)


def asked(user: str, name: str) -> str | None:
    """What My Work Today asks of a user about a report."""
    with factory.as_user(user):
        found = [row for row in my_work(user, now_datetime())["rows"] if row["name"] == name]
    return found[0]["ask"] if found else None


class TestMyWork:
    def test_a_report_waits_for_its_writer_then_for_another_then_to_be_sent(self):
        doc = drafted()
        writer, other, manager = frappe.session.user, somebody(), somebody(roles.QUALITY_MANAGER)
        agent = somebody(roles.AGENT)
        users = (writer, other, manager, agent)
        assert [asked(user, doc.name) for user in users] == ["complete", None, None, None]
        frappe.set_user(writer)
        completed(doc)
        assert [asked(user, doc.name) for user in users] == [None, "review", "review", None]
        with factory.as_user(manager):
            api.review(doc.name)
        assert [asked(user, doc.name) for user in users] == ["submit", "submit", None, None]
        frappe.set_user(writer)
        api.submit(doc.name, str(getdate()), "FDA-1")
        assert [asked(user, doc.name) for user in users] == [None] * 4

    def test_it_stands_by_the_deadline_of_its_assessment(self):
        about = assessment()
        doc = completed(drafted(about))
        reviewer = somebody()
        with factory.as_user(reviewer):
            (row,) = [one for one in my_work(reviewer, now_datetime())["rows"] if one["name"] == doc.name]
        assert (row["kind"], row["doctype"], row["complaint"]) == (work.AUTHORITY_REPORT, REPORT, doc.complaint)  # fmt: skip
        assert row["time"]["day"] == getdate(about.deadline)

    def test_it_costs_no_more_for_many(self, monkeypatch: pytest.MonkeyPatch):
        completed(drafted())
        reviewer = somebody()
        asked_of: list[str] = []
        sql = frappe.db.sql
        monkeypatch.setattr(frappe.db, "sql", lambda query, *args, **more: asked_of.append(str(query)) or sql(query, *args, **more))  # fmt: skip
        with factory.as_user(reviewer):
            my_work(reviewer, now_datetime())
            asked_of.clear()
            my_work(reviewer, now_datetime())
        few = len(asked_of)
        for _number in range(2):
            completed(drafted())
        asked_of.clear()
        with factory.as_user(reviewer):
            my_work(reviewer, now_datetime())
        assert len(asked_of) <= few


class TestErasure:
    def test_the_reporter_gives_way_to_the_pseudonym_and_the_report_stays(self, monkeypatch):
        words = ("zebrowska", "5551234", "zebra lane", "müller-zebrowska")
        with factory.as_user("Administrator"):
            own = factory.complaint(
                awareness_date=add_days(getdate(), -3), harm_level="serious", incident_date=add_days(getdate(), -4), complainant_name=NAME,
                contact_email=MAIL, contact_phone=PHONE, address_text="7 Zebra Lane", incident_place="Kitchen, 7 Zebra Lane",
                description=f"<p>Mrs {NAME} says: the lead broke and über-heated.</p>", product_model="P-1",
            )  # fmt: skip
        doc = submitted(assessment(about=own))
        told = json.dumps(values(doc), ensure_ascii=False) + doc.submitted_facts
        assert NAME in told
        assert "über-heated" in doc.submitted_facts
        frappe.set_user("Administrator")
        writing.set_values("Complaint", own.name, {"stage": "closed", "closed_at": now_datetime()}, "test")
        request = decide(ask(ERASURE))
        assert request.status == "done", request.error_message
        doc.reload()
        told = (json.dumps(values(doc), ensure_ascii=False) + doc.submitted_facts).lower()
        assert [word for word in words if word in told] == []
        assert values(doc)["E1"][0] == request.pseudonym
        assert "the lead broke and über-heated" in values(doc)["B5"][0]
        assert values(doc)["H1"] == ("Serious injury", "of_record")
        assert (doc.status, doc.authority_reference) == ("submitted", "FDA-77")
        assert json.loads(doc.submitted_facts)["reporter"] == request.pseudonym
        assert verifying.verify_trail(disk.sha256_of).sentences == []
        # What went is no news for the authority.
        before = frappe.db.count("Reportability Assessment", {"complaint": own.name})
        supplements.propose_supplements()
        assert frappe.db.count("Reportability Assessment", {"complaint": own.name}) == before
