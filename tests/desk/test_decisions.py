"""Names beside decisions: to who may decide and did, never to a passer-by."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants import roles
from complaint_qms.services.compliance.decisions import DECISIONS
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, tick_all

WORDS = {
    "is_complaint": ("yes", "no"),
    "triage_rationale": ("Broken in normal use.", "Broken by a fall."),
    "no_investigation_reason": ("Known cause", "Known for long"),
}
CASES = [(decision, name) for decision in DECISIONS for name in decision.fields]


def opened(doc, *held):
    frappe.set_user(factory.user(*held))
    return frappe.get_doc("Complaint", doc.name)


@pytest.mark.parametrize(("decision", "name"), CASES, ids=lambda case: case if isinstance(case, str) else "")
class TestEachDecision:
    def test_who_may_decide_gets_the_name(self, decision, name):
        for role in decision.judges:
            doc = opened(at_stage("triage"), role)
            doc.set(name, WORDS[name][0])
            doc.save()
            assert doc.get(decision.by) == frappe.session.user
            frappe.set_user("Administrator")

    def test_an_agent_prepares_and_gets_none(self, decision, name):
        doc = opened(at_stage("triage"), roles.AGENT)
        doc.set(name, WORDS[name][0])
        doc.save()
        assert (doc.get(decision.by), doc.get(decision.at)) == (None, None)

    def test_what_was_decided_is_changed_by_who_may_decide(self, decision, name):
        doc = opened(at_stage("triage"), roles.MANAGER)
        doc.set(name, WORDS[name][0])
        doc.save()
        for said in (WORDS[name][1], None):
            doc = opened(doc, roles.AGENT)
            doc.set(name, said)
            with pytest.raises(frappe.PermissionError, match="You may not decide"):
                doc.save()

    def test_a_save_beside_it_or_of_blanks_moves_no_name(self, decision, name):
        doc = opened(at_stage("triage"), roles.MANAGER)
        doc.set(name, WORDS[name][0])
        doc.save()
        stamps = (doc.get(decision.by), doc.get(decision.at))
        for held in (roles.AGENT, roles.QUALITY_MANAGER):
            doc = opened(doc, held)
            doc.subject += "!"
            if name != "is_complaint":
                doc.set(name, f" {WORDS[name][0]} \n")
            doc.save()
            assert (doc.get(decision.by), doc.get(decision.at)) == stamps
            assert doc.get(name) == WORDS[name][0]


def test_the_step_gives_the_name_to_who_takes_it():
    doc = opened(at_stage("triage"), roles.AGENT)
    prepared = {**TRIAGED, "no_investigation_reason": "Known cause"}
    prepared.pop("reportable")
    doc.update(prepared)
    tick_all(doc)
    doc = opened(doc, roles.MANAGER)
    take_step(doc, "Solve Directly", {"reportable": "no"})
    for decision in DECISIONS:
        assert doc.get(decision.by) == frappe.session.user
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
