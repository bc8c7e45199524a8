"""Merging several complaints and separating them again: all or none, and what both are made of survives either way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import complaint as complaint_api
from complaint_qms.api import merging, story
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.factory import at_stage, complaint

WHY = "The same parcel, told by three people"
CLOCKS = (
    "response_due",
    "resolution_due",
    "first_response_at",
    "response_status",
    "received_at",
    "awareness_date",
)


def mail(doc, subject: str, sent: str = "Received"):
    return factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received=sent,
        subject=subject, content=f"<p>{subject}</p>", sender="ann@customer.example", reference_doctype="Complaint",
        reference_name=doc.name,
    )  # fmt: skip


def stages(*docs) -> list[str]:
    return [frappe.db.get_value("Complaint", doc.name, "stage") for doc in docs]


def is_as_before(now: object, before: object) -> bool:
    """Whether a moment is the same but for the time that a merge and a separation take in working time."""
    if not isinstance(now, datetime) or not isinstance(before, datetime):
        return now == before
    return timedelta(0) <= now - before < timedelta(minutes=5)


def tasks(doc) -> dict[str, str]:
    rows = frappe.get_all(
        "ToDo", {"reference_name": doc.name}, ["allocated_to", "status"], order_by="creation"
    )
    return {row.allocated_to: row.status for row in rows}


def visits(doc) -> list[tuple]:
    doc.reload()
    return [(row.name, row.stage, row.entered_at) for row in doc.stage_log]


def told(doc) -> str:
    return " ".join(row["content"] for row in story.sentences("Complaint", doc.name))


class TestMerging:
    def test_several_go_into_one_with_one_reason(self) -> None:
        original, first, second = complaint(), at_stage("triage"), complaint()
        answer = merging.merge([second.name, first.name, original.name], original.name, f" {WHY} ")
        assert answer == {"merged": sorted((first.name, second.name))}
        assert stages(first, second) == ["duplicate", "duplicate"]
        assert {frappe.db.get_value("Complaint", doc.name, "duplicate_of") for doc in (first, second)} == {
            original.name
        }
        for doc in (first, second):
            assert WHY in told(doc)
            assert doc.name in told(original)
        assert told(original).count(WHY) == 2

    def test_what_is_merged_there_already_stays(self) -> None:
        original, first, second = complaint(), at_stage("triage"), at_stage("triage")
        merging.merge([first.name], original.name, WHY)
        assert merging.merge(json.dumps([first.name, second.name]), original.name, WHY) == {
            "merged": [second.name]
        }

    def test_one_that_refuses_keeps_all_of_them(self) -> None:
        original, fine = complaint(), complaint()
        grave = at_stage("triage")
        grave.reportable = "yes"
        grave.save()
        running = at_stage("solve")
        with pytest.raises(GateError) as refused:
            merging.merge([fine.name, grave.name, running.name], original.name, WHY)
        assert stages(fine, grave, running) == ["intake", "triage", "solve"]
        said = str(refused.value)
        assert grave.name in said
        assert running.name in said
        assert f"<b>{fine.name}" not in said
        assert told(original).count(WHY) == 0
        assert not frappe.get_all("ToDo", {"reference_name": fine.name, "status": "Closed"})

    @pytest.mark.parametrize(
        ("names", "original", "reason", "says"),
        [
            ([], "x", WHY, "Choose the complaints"),
            (["x"], "", WHY, "carries the case"),
            (["x"], "y", "  ", "Write the reason"),
            ([str(n) for n in range(51)], "y", WHY, "at most 50"),
            ("no list", "y", WHY, "as a list"),
            ({"a": 1}, "y", WHY, "as a list"),
        ],
    )
    def test_what_is_missing_is_said(self, names: object, original: str, reason: str, says: str) -> None:
        with pytest.raises(frappe.ValidationError, match=says):
            merging.merge(names, original, reason)

    def test_a_complaint_that_ended_takes_nobody_in(self) -> None:
        original, doc = at_stage("triage"), complaint()
        frappe.db.set_value("Complaint", original.name, "stage", "closed")
        with pytest.raises(GateError, match="has ended"):
            merging.merge([doc.name], original.name, WHY)
        assert stages(doc) == ["intake"]

    def test_it_takes_the_right_to_each(self) -> None:
        original, doc = complaint(), complaint()
        frappe.set_user(factory.user(roles.AUDITOR))
        with pytest.raises(frappe.PermissionError):
            merging.merge([doc.name], original.name, WHY)
        frappe.set_user("Administrator")
        frappe.set_user(factory.person(roles.AGENT, Customer=doc.customer))
        with pytest.raises(frappe.PermissionError):
            merging.merge([doc.name], original.name, WHY)
        frappe.set_user("Administrator")
        assert stages(doc) == ["intake"]

    def test_agents_merge_and_managers_separate(self) -> None:
        original, doc = complaint(), complaint()
        frappe.set_user(factory.user(roles.AGENT))
        merging.merge([doc.name], original.name, WHY)
        with pytest.raises(GateError, match="you have no step"):
            merging.separate([doc.name], "Another lot")
        frappe.set_user(factory.user(roles.MANAGER))
        assert merging.separate([doc.name], "Another lot") == {"separated": [doc.name]}


def test_likely_originals_come_ranked_with_reasons_and_only_those_that_one_may_see() -> None:
    text = "The spout of the kettle came off while I was pouring, hot water ran over the table and my new laptop."
    customer = factory.customer().name
    first, second, ended = (complaint(customer=customer, description=text) for _one in range(3))
    other = complaint(description="The invoice of March names another address than ours.")
    like = complaint(description=text.replace("laptop", "carpet"))
    frappe.db.set_value("Complaint", ended.name, "stage", "rejected")
    frappe.set_user(factory.user(roles.AGENT))
    found = merging.originals(json.dumps([second.name]))
    names = [row["name"] for row in found]
    assert names[0] == first.name
    assert not {ended.name, other.name, second.name} & set(names)
    assert (found[0]["kind"], bool(found[0]["reasons"])) == ("told_twice", True)
    assert [row["score"] for row in found if row["kind"] == "similar"] == sorted(
        (row["score"] for row in found if row["kind"] == "similar"), reverse=True
    )
    with queries() as one:
        merging.originals([second.name])
    with queries() as many:
        merging.originals([first.name, second.name, other.name])
    assert len(many) == len(one)
    frappe.set_user("Administrator")
    frappe.set_user(factory.person(roles.AGENT, Customer=like.customer))
    assert [row["name"] for row in merging.originals([like.name])] == []


class TestSeparating:
    def test_one_or_all(self) -> None:
        original = complaint()
        docs = [complaint(), complaint(), complaint()]
        names = sorted(doc.name for doc in docs)
        merging.merge(names, original.name, WHY)
        assert merging.separate(names[:1], "Another lot") == {"separated": names[:1]}
        assert stages(*docs) == ["triage", "duplicate", "duplicate"]
        assert merging.separate(names[1:], "Another lot") == {"separated": names[1:]}
        assert stages(*docs) == ["triage"] * 3

    def test_all_or_none(self) -> None:
        original, merged, other = complaint(), complaint(), complaint()
        merging.merge([merged.name], original.name, WHY)
        with pytest.raises(GateError, match=f"{other.name} is not merged"):
            merging.separate([merged.name, other.name], "Another lot")
        assert stages(merged, other) == ["duplicate", "intake"]


class TestNothingIsLost:
    """Messages, files, links, clocks, assignments and history of both, through a merge, changes of both, and back."""

    @pytest.fixture
    def both(self):
        handler, helper = factory.person(roles.AGENT), factory.person(roles.INVESTIGATOR)
        original, doc = (
            complaint(),
            at_stage("triage", complaint_owner=handler, description="<p>Told by the neighbour</p>"),
        )
        factory.make(
            "ToDo",
            allocated_to=helper,
            reference_type="Complaint",
            reference_name=doc.name,
            description="Help",
            assigned_by="Administrator",
        )
        for one in (original, doc):
            mail(one, f"About {one.name}")
            factory.upload("Complaint", one.name, file_name=f"{one.name}.txt")
        doc.reload()
        return original, doc, handler, helper

    def test_through_a_merge_and_back_though_both_changed_meanwhile(self, both) -> None:
        original, doc, handler, helper = both
        investigation = factory.investigation(doc)
        frappe.db.set_value("Investigation", investigation.name, "stage", "completed")
        before = {name: doc.get(name) for name in CLOCKS}
        log = visits(doc)
        evidence = [(row.file, row.sha256) for row in doc.evidence]
        merging.merge([doc.name], original.name, WHY)
        assert tasks(doc) == {handler: "Closed", helper: "Closed"}
        # both change while they are merged
        mail(doc, "A late answer of the neighbour")
        original.reload()
        original.update({"description": "<p>Told by the owner, and more</p>", "severity": "Serious"})
        original.save()
        merging.separate([doc.name], "Another lot")
        doc.reload()
        original.reload()
        # In working time the clocks stand still for the moment that it was merged.
        for name in CLOCKS:
            assert is_as_before(doc.get(name), before[name]), name
        assert visits(doc)[: len(log)] == log
        assert [row.stage for row in doc.stage_log] == ["intake", "triage", "duplicate", "triage"]
        assert doc.description == "<p>Told by the neighbour</p>"
        assert doc.complaint_owner == handler
        assert tasks(doc)[helper] == "Open"
        assert frappe.db.exists(
            "ToDo", {"reference_name": doc.name, "allocated_to": handler, "status": "Open"}
        )
        assert sorted(json.loads(frappe.db.get_value("Complaint", doc.name, "_assign"))) == sorted(
            (handler, helper)
        )
        assert [(row.file, row.sha256) for row in doc.evidence] == evidence
        mails = frappe.get_all(
            "Communication", {"reference_name": doc.name}, pluck="subject", order_by="creation"
        )
        assert mails == [f"About {doc.name}", "A late answer of the neighbour"]
        assert frappe.get_all("Communication", {"reference_name": original.name}, pluck="subject") == [
            f"About {original.name}"
        ]
        assert frappe.db.exists("File", {"attached_to_name": doc.name, "file_name": ("like", f"{doc.name}%")})
        assert frappe.db.get_value("Investigation", investigation.name, "complaint") == doc.name
        assert doc.reopen_reason == "Another lot"
        assert [line in told(doc) for line in (WHY, "Separated from", "for this reason: Another lot")] == [
            True
        ] * 3
        assert "is no longer a duplicate of this complaint, for this reason: Another lot" in told(original)
        assert original.description == "<p>Told by the owner, and more</p>"

    def test_a_helper_who_was_done_before_stays_done(self, both) -> None:
        original, doc, _handler, helper = both
        task = frappe.get_doc("ToDo", {"reference_name": doc.name, "allocated_to": helper})
        task.status = "Closed"
        task.save()
        frappe.db.set_value(
            "ToDo", task.name, "modified", add_to_date(now_datetime(), hours=-1), update_modified=False
        )
        merging.merge([doc.name], original.name, WHY)
        merging.separate([doc.name], "Another lot")
        assert tasks(doc)[helper] == "Closed"

    def test_a_first_response_due_meanwhile_is_not_late_because_of_the_merge(self, both) -> None:
        original, doc, *_people = both
        due = doc.response_due
        merging.merge([doc.name], original.name, WHY)
        merging.separate([doc.name], "Another lot")
        doc.reload()
        assert is_as_before(doc.response_due, due)
        assert doc.stage_due
        assert doc.sla_status in ("on_track", "met")


class TestOnTheOriginal:
    def test_its_form_shows_messages_and_files_of_what_was_merged_into_it(self) -> None:
        original, doc = complaint(), at_stage("triage")
        received = mail(doc, "The lid is cracked")
        factory.upload("Complaint", doc.name, file_name=f"lid-{factory.unique('x')}.txt")
        merging.merge([doc.name], original.name, WHY)
        (row,) = complaint_api.context(original.name)["merged"]
        assert (row["name"], row["subject"]) == (doc.name, doc.subject)
        assert [one["name"] for one in row["messages"]] == [received.name]
        assert [one["file_name"][:3] for one in row["files"]] == ["lid"]
        assert complaint_api.context(doc.name)["merged"] == []

    def test_as_many_queries_for_many_as_for_one(self) -> None:
        original = complaint()

        def asked_for() -> int:
            doc = complaint()
            mail(doc, "Again")
            merging.merge([doc.name], original.name, WHY)
            complaint_api.context(original.name)
            with queries() as asked:
                complaint_api.context(original.name)
            return len(asked)

        assert asked_for() == asked_for() == asked_for()

    def test_what_one_may_not_see_is_not_shown(self) -> None:
        original, doc = complaint(), at_stage("triage")
        mail(doc, "Secret")
        merging.merge([doc.name], original.name, WHY)
        frappe.set_user(factory.person(roles.AGENT, Customer=original.customer))
        assert complaint_api.context(original.name)["merged"] == []
