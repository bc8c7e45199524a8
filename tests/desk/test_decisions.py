"""Names beside decisions: to who may decide and did, never to a passer-by."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants import roles
from complaint_qms.services.compliance.decisions import DECISIONS
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, completed_investigation, tick_all

WORDS = {
    "is_complaint": ("yes", "no"),
    "triage_rationale": ("Broken in normal use.", "Broken by a fall."),
    "coverage_rationale": ("Same lot", "Same tool"),
    "no_investigation_reason": ("Known cause", "Known for long"),
}
CASES = [(decision, name) for decision in DECISIONS for name in decision.fields]


def words(name):
    """Two answers to what a field asks."""
    if name == "covered_by_investigation":
        return completed_investigation().name, completed_investigation().name
    return WORDS[name]


def opened(doc, *held):
    frappe.set_user(factory.user(*held))
    return frappe.get_doc("Complaint", doc.name)


@pytest.mark.parametrize(("decision", "name"), CASES, ids=lambda case: case if isinstance(case, str) else "")
class TestEachDecision:
    def test_who_may_decide_gets_the_name(self, decision, name):
        said = words(name)[0]
        for role in decision.judges:
            doc = opened(at_stage("triage"), role)
            doc.set(name, said)
            doc.save()
            assert doc.get(decision.by) == frappe.session.user
            frappe.set_user("Administrator")

    def test_an_agent_prepares_and_gets_none(self, decision, name):
        said = words(name)[0]
        doc = opened(at_stage("triage"), roles.AGENT)
        doc.set(name, said)
        doc.save()
        by = frappe.session.user if name == decision.answered else None
        assert doc.get(decision.by) == by
        assert bool(doc.get(decision.at)) is bool(by)

    def test_what_was_decided_is_changed_by_who_may_decide(self, decision, name):
        first, second = words(name)
        doc = opened(at_stage("triage"), roles.MANAGER)
        doc.set(name, first)
        doc.save()
        for said in (second, None):
            doc = opened(doc, roles.AGENT)
            doc.set(name, said)
            with pytest.raises(frappe.PermissionError, match="You may not decide"):
                doc.save()

    def test_a_save_beside_it_or_of_blanks_moves_no_name(self, decision, name):
        said = words(name)[0]
        doc = opened(at_stage("triage"), roles.MANAGER)
        doc.set(name, said)
        doc.save()
        stamps = (doc.get(decision.by), doc.get(decision.at))
        for held in (roles.AGENT, roles.QUALITY_MANAGER):
            doc = opened(doc, held)
            doc.subject += "!"
            if doc.meta.get_field(name).fieldtype == "Small Text":
                doc.set(name, f" {said} \n")
            doc.save()
            assert (doc.get(decision.by), doc.get(decision.at)) == stamps
            assert doc.get(name) == said


def test_no_complaint_is_said_by_name_and_with_a_reason_whoever_says_it():
    for role in (roles.AGENT, roles.MANAGER):
        doc = opened(at_stage("triage"), role)
        doc.is_complaint = "no"
        with pytest.raises(frappe.ValidationError, match="Triage Rationale: write why this is no complaint"):
            doc.save()
        doc.reload()
        doc.update({"is_complaint": "no", "triage_rationale": "An order"})
        doc.save()
        assert doc.triage_decided_by == frappe.session.user
        assert doc.triage_decided_at
        doc.triage_rationale = " "
        with pytest.raises(frappe.ValidationError, match="write why this is no complaint"):
            doc.save()
        frappe.set_user("Administrator")


def test_an_agent_corrects_an_answer_of_an_agent_and_who_may_decide_takes_the_name_over():
    doc = opened(at_stage("triage"), roles.AGENT)
    doc.is_complaint = "yes"
    doc.save()
    doc = opened(doc, roles.AGENT)
    doc.update({"is_complaint": "no", "triage_rationale": "An order"})
    doc.save()
    assert doc.triage_decided_by == frappe.session.user
    doc.update(TRIAGED | {"reportable": doc.reportable})
    doc.save()
    tick_all(doc)
    doc = opened(doc, roles.MANAGER)
    take_step(doc, "Investigate", {"reportable": "no"})
    assert doc.triage_decided_by == frappe.session.user


def test_nobody_writes_a_reason_under_the_name_of_who_may_decide_no_more():
    doc = factory.complaint()
    manager = factory.user(roles.MANAGER, email=f"{frappe.generate_hash(length=8)}@qms.example")
    frappe.set_user(manager)
    decided = frappe.get_doc("Complaint", doc.name)
    decided.update({"is_complaint": "no", "triage_rationale": "An order"})
    decided.save()
    frappe.set_user("Administrator")
    frappe.get_doc("User", manager).remove_roles(roles.MANAGER)
    agent = opened(doc, roles.AGENT)
    agent.triage_rationale = "A joke"
    agent.save()
    assert agent.triage_decided_by == frappe.session.user != manager


@pytest.mark.parametrize("rests_on", ["coverage", "no_investigation"])
def test_the_step_gives_the_name_to_who_takes_it(rests_on):
    prepared = {**TRIAGED, "no_investigation_reason": "Known cause"}
    if rests_on == "coverage":
        study = completed_investigation().name
        prepared |= {"covered_by_investigation": study, "coverage_rationale": "Same lot"}
    doc = opened(at_stage("triage"), roles.AGENT)
    prepared.pop("reportable")
    doc.update(prepared)
    tick_all(doc)
    doc = opened(doc, roles.MANAGER)
    take_step(doc, "Solve Directly", {"reportable": "no"})
    for stamp in ("triage", rests_on):
        assert doc.get(f"{stamp}_decided_by") == frappe.session.user
    beside = ({"coverage", "no_investigation"} - {rests_on}).pop()
    assert doc.get(f"{beside}_decided_by") is None  # nothing rests on it
    assert doc.reportable_decided_by == frappe.session.user


def test_a_step_of_another_does_not_take_the_name_over():
    doc = opened(at_stage("triage"), roles.QUALITY_MANAGER)
    doc.update(TRIAGED)
    tick_all(doc)
    judge = frappe.session.user
    doc = opened(doc, roles.MANAGER)
    take_step(doc, "Investigate", {})
    assert (doc.triage_decided_by, doc.reportable_decided_by) == (judge, judge)


def test_a_site_that_offers_the_step_to_others_does_not_make_them_judges():
    workflow = frappe.get_doc("Workflow", "Complaint")
    workflow.append("transitions", {"state": "In Triage", "action": "Investigate", "next_state": "Under Investigation", "allowed": roles.AGENT})  # fmt: skip
    workflow.save()
    doc = at_stage("triage")
    doc.reportable = "no"
    tick_all(doc)
    doc = opened(doc, roles.AGENT)
    with pytest.raises(frappe.PermissionError, match="You may not decide"):
        take_step(doc, "Investigate", {name: TRIAGED[name] for name in TRIAGED if name != "reportable"})


def test_the_reply_was_sent_by_who_said_so_first():
    doc = opened(at_stage("confirm"), roles.AGENT)
    sent = add_to_date(now_datetime(), minutes=-5)
    doc.received_at, doc.reply_sent_at = add_to_date(sent, hours=-2), sent
    frappe.set_user("Administrator")
    doc.save()
    sender = doc.reply_sent_by
    doc = opened(doc, roles.MANAGER)
    doc.reply_sent_at = add_to_date(sent, minutes=-30)
    doc.save()
    assert (doc.reply_sent_by, sender) == ("Administrator", "Administrator")
    doc.reply_sent_at = None
    doc.save()
    assert doc.reply_sent_by is None
