"""A record is ended by one process while another takes away what it rests on: never do both succeed.

Each process has read what it read before the other one began to write, so an ordinary read tells it nothing.
"""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, completed_investigation, tick_all
from tests.desk.workers import at_once, in_turn, stepping

pytestmark = [pytest.mark.commits, pytest.mark.slow]

CLOSE = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
ORDERS = ("close first", "close last", "at once")


def close(doc, **values):
    return doc.name, "Close", {**CLOSE, **values}, "Complaint", factory.user(roles.MANAGER)


def reopen(study):
    return study.name, "Reopen", {}, "Investigation", "Administrator"


def in_review(cover=None, own=True):
    """A complaint in review that rests on a completed investigation of its own, or on `cover`."""
    doc = at_stage("triage")
    study = completed_investigation(doc) if own and not cover else None
    covered = {"covered_by_investigation": cover.name, "coverage_rationale": "Same lot"} if cover else {}
    tick_all(doc)
    take_step(doc, "Solve Directly", {**TRIAGED, **covered})
    for action, values in (
        ("Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "x"}),
        ("Execute", {"reply_sent_at": frappe.utils.now_datetime(), "customer_agreement": "agreed"}),
        ("Send to Review", {}),
    ):
        tick_all(doc)
        take_step(doc, action, values)
    tick_all(doc)
    return doc, study


def one_of(order, closing, taking):
    """Let both go; exactly one of them is done. Whether that was the closing."""
    frappe.db.commit()
    steps = (taking, closing) if order == "close last" else (closing, taking)
    workers = [stepping(*step) for step in steps]
    answers = at_once(workers) if order == "at once" else in_turn(workers)
    done = [answer.startswith("done") for answer in answers]
    assert sum(done) == 1, answers
    if order != "at once":
        assert done[0], answers
    return done[0] == (steps[0] is closing)


def stage(doctype, name, field="stage"):
    return frappe.db.get_value(doctype, name, field)


@pytest.mark.parametrize("order", ORDERS)
def test_its_own_investigation(order):
    doc, study = in_review()
    closed = one_of(order, close(doc), reopen(study))
    assert (stage("Complaint", doc.name), stage("Investigation", study.name)) == (
        ("closed", "completed") if closed else ("review", "in_progress")
    )


@pytest.mark.parametrize("order", ORDERS)
def test_one_that_covers_it(order):
    study = completed_investigation()
    doc, _own = in_review(study)
    closed = one_of(order, close(doc), reopen(study))
    assert (
        (stage("Complaint", doc.name) == "closed")
        == closed
        == (stage("Investigation", study.name) == "completed")
    )


@pytest.mark.parametrize("order", ORDERS)
def test_one_that_is_named_with_the_very_step(order):
    """Whoever opens it again does not know of the complaint yet."""
    first, second = completed_investigation(), completed_investigation()
    doc, _own = in_review(first)
    closed = one_of(order, close(doc, covered_by_investigation=second.name), reopen(second))
    assert (
        (stage("Complaint", doc.name) == "closed")
        == closed
        == (stage("Investigation", second.name) == "completed")
    )


@pytest.mark.parametrize("order", ORDERS)
def test_an_assessment(order):
    doc, _study = in_review()
    case = factory.make(
        "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day",
        status="not_reportable", reason="No harm",
    )  # fmt: skip
    opened = case.name, "", {"status": "open"}, "Reportability Assessment", "Administrator"
    closed = one_of(order, close(doc), opened)
    assert (stage("Complaint", doc.name) == "closed") == closed
    assert stage("Reportability Assessment", case.name, "status") == ("not_reportable" if closed else "open")


@pytest.mark.parametrize("order", ORDERS)
def test_the_only_capa(order):
    doc, _study = in_review()
    capa = factory.capa(complaints=[{"complaint": doc.name}])
    void = capa.name, "Void", {"void_reason": "Planned twice"}, "CAPA", "Administrator"
    closed = one_of(order, close(doc, capa_required="yes"), void)
    assert (stage("Complaint", doc.name) == "closed") == closed == (stage("CAPA", capa.name) != "void")


def test_no_investigation_begins_on_a_complaint_that_was_just_closed():
    doc, _study = in_review()
    closing = close(doc)
    frappe.db.commit()
    assert stage("Complaint", doc.name) == "review"  # what this transaction sees from now on
    assert stepping(*closing).ready().go().answer() == "done closed"
    assert stage("Complaint", doc.name) == "review"
    with pytest.raises(frappe.ValidationError, match=f"Complaint {doc.name} has ended"):
        factory.make("Investigation", complaint=doc.name, investigator="Administrator", title="x")


@pytest.mark.parametrize("order", ORDERS)
def test_a_cause_on_which_an_investigation_is_just_completed(order):
    study = factory.investigation()
    cause = factory.verified_cause(study)
    with factory.as_user(study.investigator):
        take_step(study, "Start", {})
        take_step(study, "Submit for Review", {**factory.FINDINGS, "outcome": "confirmed"})
    complete = study.name, "Complete", {}, "Investigation", "Administrator"
    reject = (
        cause.name,
        "",
        {"status": "rejected", "rejection_reason": "Not it"},
        "Root Cause",
        factory.user(roles.QUALITY_MANAGER),
    )
    completed = one_of(order, complete, reject)
    assert (stage("Investigation", study.name) == "completed") == completed
    assert stage("Root Cause", cause.name, "status") == ("verified" if completed else "rejected")
