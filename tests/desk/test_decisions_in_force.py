"""What a complaint rests on past G2 carries the name of somebody who may decide it, at each step and when it closes."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.patches.v1_0 import coverage_decided
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from tests.desk import factory
from tests.desk.factory import TRIAGED, as_user, at_stage, completed_investigation, tick_all

REPLIED = {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "Information"}
STEPS = {
    "solve": ("Ask the Customer", REPLIED),
    "confirm": ("Execute", {"reply_sent_at": None, "customer_agreement": "agreed"}),
    "execute": ("Send to Review", {}),
    "review": ("Close", {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}),
}
COVERAGE = {"covered_by_investigation": None, "coverage_rationale": None}
# Who is offered a step past G2 and may not decide it.
PASSERS = dict.fromkeys(("solve", "confirm", "execute"), roles.AGENT)


def values_of(stage):
    action, values = STEPS[stage]
    return action, {
        name: now_datetime() if name == "reply_sent_at" else value for name, value in values.items()
    }


def studied(stage, covered=False):
    """A complaint past G2 at `stage`, and the completed investigation it rests on: its own, or one that covers it."""
    doc = at_stage("triage")
    study = completed_investigation(factory.complaint() if covered else doc)
    cover = {"covered_by_investigation": study.name, "coverage_rationale": "Same lot"} if covered else {}
    tick_all(doc)
    take_step(doc, "Solve Directly", {**TRIAGED, **cover})
    for passed in STEPS:
        if doc.stage == stage:
            break
        tick_all(doc)
        take_step(doc, *values_of(passed))
    tick_all(doc)
    return doc, study


def taken_back(study):
    take_step(study, "Reopen", {})
    take_step(study, "Void", {"void_reason": "The wrong sample"})


def saved_by(role, doc, **values):
    with as_user(factory.user(role)):
        doc = frappe.get_doc("Complaint", doc.name)
        doc.update(values)
        doc.save()
    return doc


def step_by(role, doc):
    """Take the step forward through the door of the desk's buttons."""
    action, values = values_of(doc.stage)
    user = factory.user(role)
    with as_user(user):
        api.take_step(doc.name, action, values)
    return frappe.get_doc("Complaint", doc.name), user


def unnamed(stage):
    """An agent wrote why there is no investigation after the one it rested on was made void."""
    doc, study = studied(stage)
    taken_back(study)
    doc = saved_by(roles.AGENT, doc, no_investigation_reason="x")
    assert (doc.no_investigation_decided_by, doc.no_investigation_decided_at) == (None, None)
    return doc


@pytest.mark.parametrize("stage", PASSERS)
def test_an_agent_goes_no_step_further_on_their_own_reason(stage):
    doc = unnamed(stage)
    with pytest.raises(GateError, match="G2: Nobody has decided yet"):
        step_by(PASSERS[stage], doc)
    with as_user(factory.user(roles.AGENT)):
        ahead = overview(frappe.get_doc("Complaint", doc.name))["next"][0]
    assert "no_investigation_reason" in {row["field"] for row in ahead["missing"]}


@pytest.mark.parametrize("stage", [*PASSERS])
def test_the_step_gives_the_name_to_who_may_decide(stage):
    doc = unnamed(stage)
    with as_user(factory.user(roles.MANAGER)):
        ahead = overview(frappe.get_doc("Complaint", doc.name))["next"][0]
    assert "no_investigation_reason" not in {row["field"] for row in ahead["missing"]}
    doc, user = step_by(roles.MANAGER, doc)
    assert (doc.no_investigation_decided_by, bool(doc.no_investigation_decided_at)) == (user, True)


@pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER])
def test_so_does_closing(role):
    doc, user = step_by(role, unnamed("review"))
    assert (doc.stage, doc.no_investigation_decided_by) == ("closed", user)


def test_a_site_that_lets_others_close_does_not_make_them_judges():
    workflow = frappe.get_doc("Workflow", "Complaint")
    workflow.append("transitions", {"state": "Final Review", "action": "Close", "next_state": "Closed", "allowed": roles.AGENT})  # fmt: skip
    workflow.save()
    with pytest.raises(GateError, match="G2: Nobody has decided yet"):
        step_by(roles.AGENT, unnamed("review"))


def test_a_reason_beside_a_completed_investigation_gets_no_name():
    doc, _study = studied("solve")
    doc = saved_by(roles.AGENT, doc, no_investigation_reason="x")
    for role in (roles.AGENT, roles.MANAGER):
        doc, _user = step_by(role, doc)
        tick_all(doc)
    assert (doc.stage, doc.no_investigation_decided_by) == ("execute", None)


@pytest.mark.parametrize("stage", STEPS)
@pytest.mark.parametrize("held", [False, True])
def test_which_investigation_covers_it_is_changed_by_who_may_decide(stage, held):
    doc, _study = studied(stage, covered=True)
    if held:
        take_step(doc, "Hold", {"hold_reason": "Sample awaited"})
    another = completed_investigation().name
    for changed in (COVERAGE, {"covered_by_investigation": another}, {"coverage_rationale": "x"}):
        with pytest.raises(frappe.PermissionError, match="You may not decide"):
            saved_by(roles.AGENT, doc, **changed)
    doc = saved_by(roles.INVESTIGATOR, doc, covered_by_investigation=another)
    assert doc.covered_by_investigation == another
    assert doc.coverage_decided_by == doc.modified_by != "Administrator"


def covered_anew(stage):
    """An agent wrote that a similar investigation covers the complaint after its own, on which it rested, was made void."""
    doc, study = studied(stage)
    taken_back(study)
    cover = {"covered_by_investigation": completed_investigation().name, "coverage_rationale": "Same lot"}
    doc = saved_by(roles.AGENT, doc, **cover)
    assert (doc.coverage_decided_by, doc.coverage_decided_at) == (None, None)
    return doc


@pytest.mark.parametrize("stage", PASSERS)
def test_an_agent_goes_no_step_further_on_a_coverage_that_nobody_decided(stage):
    doc = covered_anew(stage)
    with pytest.raises(GateError, match="G2: Nobody has decided yet that the similar investigation"):
        step_by(PASSERS[stage], doc)
    doc, user = step_by(roles.MANAGER, doc)
    assert (doc.coverage_decided_by, bool(doc.coverage_decided_at)) == (user, True)
    assert doc.no_investigation_decided_by is None


def test_a_coverage_beside_an_own_investigation_gets_no_name():
    doc, _study = studied("solve")
    cover = {"covered_by_investigation": completed_investigation().name, "coverage_rationale": "Same lot"}
    doc, _user = step_by(roles.MANAGER, saved_by(roles.AGENT, doc, **cover))
    assert (doc.stage, doc.coverage_decided_by) == ("confirm", None)


def test_a_stamp_that_is_sent_is_put_back():
    doc = saved_by(
        roles.AGENT,
        at_stage("triage"),
        coverage_decided_by="Administrator",
        coverage_decided_at=now_datetime(),
    )
    assert (doc.coverage_decided_by, doc.coverage_decided_at) == (None, None)


def test_an_upgrade_gives_the_name_of_the_step_past_g2():
    doc, _study = studied("confirm", covered=True)
    passed = next(row for row in doc.stage_log if row.stage == "solve")
    row = frappe.get_doc("Complaint Stage Log", passed.name)
    judge = factory.user(roles.MANAGER)
    row.db_set("entered_by", judge)
    own, _study = studied("solve")
    ahead = saved_by(roles.AGENT, at_stage("triage"), covered_by_investigation=doc.covered_by_investigation)
    blank = {"coverage_decided_by": None, "coverage_decided_at": None}
    frappe.db.set_value("Complaint", doc.name, blank)
    for _again in range(2):
        coverage_decided.execute()
        assert stamps(doc) == (judge, passed.entered_at)
        assert stamps(own) == stamps(ahead) == (None, None)
    taken = factory.user(roles.QUALITY_MANAGER)
    frappe.db.set_value("Complaint", doc.name, "coverage_decided_by", taken)
    coverage_decided.execute()
    assert stamps(doc)[0] == taken


def stamps(doc):
    return frappe.db.get_value("Complaint", doc.name, ["coverage_decided_by", "coverage_decided_at"])
