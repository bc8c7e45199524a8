"""Nobody closes what they answered for or sent to review themselves (G6), by whichever detour."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import as_user, at_stage

CLOSE = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}


def manager():
    return factory.person(roles.MANAGER)


def executing(handler):
    """A complaint in execution whose handler is somebody's own; the handler is named before there is a solution."""
    doc = at_stage("solve")
    doc.complaint_owner = handler
    doc.save()
    for stage, action, values in (
        ("confirm", "Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "x"}),
        (
            "execute",
            "Execute",
            {"reply_sent_at": frappe.utils.now_datetime(), "customer_agreement": "agreed"},
        ),
    ):
        factory.tick_all(doc)
        take_step(doc, action, values)
        assert doc.stage == stage
    factory.tick_all(doc)
    return doc


def step(user, doc, action, **values):
    with as_user(user):
        api.take_step(doc.name, action, values)
    return doc.reload()


def refused(user, doc):
    with pytest.raises(GateError, match="G6: You were the handler of this complaint or sent it to review"):
        step(user, doc, "Close", **CLOSE)
    doc.reload()


def closes(user, doc):
    assert step(user, doc, "Close", **CLOSE).stage == "closed"


def test_the_handler_does_not_close_what_a_colleague_sent():
    worker, colleague = manager(), manager()
    doc = executing(worker)
    step(colleague, doc, "Send to Review")
    for user in (worker, colleague):
        refused(user, doc)
    closes(manager(), doc)


def test_nor_one_who_handed_it_over_first():
    worker, colleague, other = manager(), manager(), manager()
    doc = executing(worker)
    with as_user(worker):
        doc.reload()
        doc.complaint_owner = other
        doc.save()
    step(colleague, doc, "Send to Review")
    for user in (worker, colleague, other):
        refused(user, doc)
    closes(manager(), doc)


def test_nor_with_the_very_step():
    worker, colleague = manager(), manager()
    doc = executing(colleague)
    step(colleague, doc, "Send to Review")
    with as_user(colleague):
        doc.reload()
        doc.complaint_owner = worker
        doc.save()
    with pytest.raises(GateError, match="G6"):
        step(worker, doc, "Close", **CLOSE, complaint_owner=manager())


def test_nor_one_who_sent_it_once_before():
    first, second = manager(), manager()
    doc = executing(factory.user(roles.AGENT))
    step(first, doc, "Send to Review")
    step(manager(), doc, "Back to Execution")
    with as_user("Administrator"):
        factory.tick_all(doc.reload())
    step(second, doc, "Send to Review")
    for user in (first, second):
        refused(user, doc)
    closes(manager(), doc)


def impersonated(monkeypatch, behind):
    monkeypatch.setitem(
        frappe.session, "data", frappe._dict(impersonated_by=behind) if behind else frappe._dict()
    )


def test_nor_one_who_sent_it_in_somebody_elses_name(monkeypatch):
    sender, behind = manager(), manager()
    doc = executing(factory.user(roles.AGENT))
    with as_user(sender):
        impersonated(monkeypatch, behind)
        api.take_step(doc.name, "Send to Review")
        impersonated(monkeypatch, None)
    doc.reload()
    assert (doc.stage_log[-1].entered_by, doc.stage_log[-1].entered_behind) == (sender, behind)
    refused(behind, doc)


def test_nor_in_the_name_of_somebody_else(monkeypatch):
    sender, closer = manager(), manager()
    doc = executing(factory.user(roles.AGENT))
    step(sender, doc, "Send to Review")
    with as_user(closer):
        impersonated(monkeypatch, sender)
        with pytest.raises(GateError, match="G6"):
            api.take_step(doc.name, "Close", CLOSE)
        impersonated(monkeypatch, None)
    closes(closer, doc.reload())
