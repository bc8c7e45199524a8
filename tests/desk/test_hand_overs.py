"""Every hand-over is heard by who has to act, by nobody who did it, and by nobody twice."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.form import assign_to

from complaint_qms.constants import events, roles
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.notify import outbox
from tests.desk import factory, settling


def told(name: str, kind: str | None = None, channel: str = outbox.DESK) -> dict[str, list[str]]:
    """User → what they were told of a record."""
    rows = frappe.get_all(
        outbox.OUTBOX,
        {"reference_name": name, "channel": channel, **({"kind": kind} if kind else {})},
        ["to_user", "text"],
        order_by="creation, name",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.to_user, []).append(row.text)
    return found


def fresh(*held: str) -> str:
    """A person of their own, whom nothing was told yet."""
    return factory.user(*held, email=f"{frappe.generate_hash(length=8)}@qms.example")


def test_a_new_handler_hears_of_it_once_with_the_limit() -> None:
    doc, agent = factory.in_triage(), fresh(roles.AGENT)
    doc.complaint_owner = agent
    doc.save()
    sentences = told(doc.name)[agent]
    assert len(sentences) == 1
    assert "was handed over to you by Administrator" in sentences[0]
    assert doc.name in sentences[0]
    assert "Due " in sentences[0]


def test_who_takes_a_case_is_not_told_of_it() -> None:
    agent = fresh(roles.AGENT)
    doc = factory.in_triage()
    with factory.as_user(agent):
        doc.complaint_owner = agent
        doc.save()
    assert agent not in told(doc.name)


def test_who_is_assigned_in_the_sidebar_hears_of_it_from_the_framework_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_framework = []
    monkeypatch.setattr(assign_to, "notify_assignment", lambda *told, **more: by_framework.append(told[1]))
    doc, agent = factory.in_triage(complaint_owner=None), fresh(roles.AGENT)
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", None)
    assign_to.add(
        {"doctype": "Complaint", "name": doc.name, "assign_to": [agent], "description": "Call her."}
    )
    assert frappe.db.get_value("Complaint", doc.name, "complaint_owner") == agent
    assert by_framework == [agent]
    assert agent not in told(doc.name)


def test_a_step_tells_the_handler_and_a_step_with_a_new_handler_the_new_one_once() -> None:
    first, second = fresh(roles.AGENT), fresh(roles.AGENT)
    doc = factory.in_triage(complaint_owner=first)
    factory.tick_all(doc)
    take_step(
        doc,
        "Solve Directly",
        {**factory.TRIAGED, "complaint_owner": second, "no_investigation_reason": "Known"},
    )
    assert len(told(doc.name)[second]) == 1
    factory.tick_all(doc)
    take_step(
        doc,
        "Ask the Customer",
        {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "None is due."},
    )
    assert "waits for you: Confirmation" in told(doc.name, events.MOVED)[second][-1]


def test_review_is_told_to_who_may_close_and_not_to_the_handler() -> None:
    handler, manager = fresh(roles.AGENT, roles.MANAGER), fresh(roles.MANAGER, roles.QUALITY_MANAGER)
    doc = factory.at_stage("execute")
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", handler)
    doc.reload()
    factory.tick_all(doc)
    take_step(doc, "Send to Review", {})
    heard = told(doc.name, events.MOVED)
    assert any("Review" in text for text in heard[manager])
    assert not any("Review" in text for text in heard.get(handler, ()))


def test_who_had_no_part_in_an_investigation_hears_that_it_is_ready_to_judge() -> None:
    judge = fresh(roles.QUALITY_MANAGER)
    study = factory.under_review()
    heard = told(study.name, events.MOVED)
    assert judge in heard
    assert study.investigator not in heard


def test_owners_of_actions_hear_when_the_plan_is_approved() -> None:
    doc = factory.implemented_capa()
    owners = {row.action_owner for row in doc.actions}
    tasks = frappe.get_all("ToDo", {"reference_name": doc.name}, ["name", "allocated_to"], order_by="name")
    assert {task.allocated_to for task in tasks} == owners
    for task in tasks:
        text = told(task.name, events.MOVED)[task.allocated_to][0]
        assert doc.name in text
        assert doc.actions[0].action in text


def test_finance_hears_of_drafted_documents() -> None:
    accountant = fresh(roles.ACCOUNTS_USER)
    _order, _delivery, invoice = factory.sold()
    line = {"sales_invoice": invoice.name, "item_code": invoice.items[0].item_code, "qty": 1}
    settlement = settling.submitted(invoice, line)
    text = told(settlement.name, events.SETTLED)[accountant][0]
    assert f"documents that wait to be submitted: {len(settlement.documents)}" in text


def test_who_may_not_see_a_record_is_not_told_of_it() -> None:
    elsewhere = factory.other_company()
    agent = factory.person(roles.AGENT, Company=elsewhere)
    doc = factory.in_triage()
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", agent)
    doc.reload()
    factory.tick_all(doc)
    take_step(doc, "Solve Directly", {**factory.TRIAGED, "no_investigation_reason": "Known"})
    assert agent not in told(doc.name)


def test_ended_and_held_records_wait_for_nobody() -> None:
    agent = fresh(roles.AGENT)
    doc = factory.in_triage(complaint_owner=agent)
    before = told(doc.name, events.MOVED)
    take_step(doc, "Hold", {"hold_reason": "Waits for the part."})
    take_step(doc, "Void", {"void_reason": "Entered twice."})
    assert told(doc.name, events.MOVED) == before


def test_mails_wait_for_the_digest_in_the_readers_language() -> None:
    agent = fresh(roles.AGENT)
    frappe.db.set_value("User", agent, "language", "zh")
    doc = factory.in_triage()
    doc.complaint_owner = agent
    doc.save()
    assert "移交给您" in told(doc.name)[agent][0]
    assert "移交给您" in told(doc.name, channel=outbox.EMAIL)[agent][0]


@pytest.mark.parametrize("doctype", ["Complaint", "Investigation", "CAPA", "Root Cause"])
def test_everything_that_is_handed_over_is_a_quality_record(doctype: str) -> None:
    assert doctype in QUALITY_RECORDS
