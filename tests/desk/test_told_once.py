"""The table of hand-overs: who hears that it is their turn, in which words and by when, once, and by mail as they wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import frappe
import pytest
from frappe.utils import add_days, add_to_date, getdate, now_datetime

from complaint_qms.constants import events, roles
from complaint_qms.constants.events import EVENTS
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.notify import digest, outbox, sentences
from tests.desk import factory, settling
from tests.desk.mailbox import delivering


class Case(NamedTuple):
    """A hand-over: `happens` lets it happen to the person it is given and names the record that is told of."""

    role: tuple[str, ...]
    kind: str
    happens: Callable[[str], str]
    words: tuple[str, ...]


def new_handler(user: str) -> str:
    doc = factory.in_triage()
    doc.complaint_owner = user
    doc.save()
    return doc.name


def next_stage(user: str) -> str:
    doc = factory.at_stage("solve")
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", user)
    factory.tick_all(doc.reload())
    take_step(
        doc, "Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "None."}
    )
    return doc.name


def to_close(user: str) -> str:
    doc = factory.at_stage("execute")
    factory.tick_all(doc)
    take_step(doc, "Send to Review", {})
    return doc.name


def new_investigator(user: str) -> str:
    return factory.investigation(investigator=user, due_date=add_days(getdate(), 5)).name


def to_review(user: str) -> str:
    return factory.under_review(due_date=add_days(getdate(), 5)).name


def cause_to_verify(user: str) -> str:
    study = factory.investigation()
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        cause = factory.make(
            "Root Cause", investigation=study.name, title="Mould too cold", description="Heater broke"
        )
        cause.update({"category": "machine", "method": "other"}).save()
        cause.update({"description": "The heater broke."}).save()
    return cause.name


def plan_to_approve(user: str) -> str:
    doc = factory.capa()
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        take_step(doc, "Submit Plan", {})
    return doc.name


def to_verify(user: str) -> str:
    doc = factory.implemented_capa()
    factory.finish_action(doc)
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        take_step(doc.reload(), "Submit for Verification", {})
    frappe.set_user("Administrator")
    return doc.name


def action(user: str) -> str:
    due = add_days(getdate(), 10)
    row = {"action": "Fit a new heater", "action_owner": user, "due_date": due}
    doc = factory.implemented_capa(actions=[row])
    return frappe.db.get_value("ToDo", {"reference_name": doc.name, "allocated_to": user})


def reportable(user: str) -> str:
    doc = factory.complaint(awareness_date=add_days(getdate(), -1))
    values = {"jurisdiction": "EU", "rule_key": "eu_87_2_day", "awareness_date": doc.awareness_date}
    case = factory.make("Reportability Assessment", complaint=doc.name, **values)
    case.save()
    return case.name


def settlement(**of_complaint: object):
    _order, _note, invoice = factory.sold(4)
    complaint = settling.complaint_on(invoice, **of_complaint)
    with settling.acting_as(*settling.PROPOSER):
        return settling.proposal(complaint, invoice, {"qty": 2}).insert()


def to_grant(user: str) -> str:
    doc = settlement()
    doc.reload().save()  # nothing new, so nobody is told again
    return doc.name


def rejected(user: str) -> str:
    doc = settlement()
    frappe.db.set_value("Complaint", doc.complaint, "complaint_owner", user)
    with settling.acting_as(*settling.APPROVER):
        doc.reload().update({"status": "approval_rejected", "rejection_reason": "Half was agreed."}).save()
    return doc.name


def drafted(user: str) -> str:
    return settling.approve(settlement()).name


def carried_out(user: str) -> str:
    doc = settlement()
    frappe.db.set_value("Complaint", doc.complaint, "complaint_owner", user)
    for row in settling.approve(doc).documents:
        frappe.get_doc(row.document_type, row.document_name).submit()
    return doc.name


AGENT, MANAGER, QUALITY = (roles.AGENT,), (roles.MANAGER,), (roles.QUALITY_MANAGER,)
TABLE = {
    "new handler": Case(AGENT, events.HANDED_OVER, new_handler, ("handed over to you", "Due ")),
    "next stage": Case(AGENT, events.MOVED, next_stage, ("waits for you: Confirmation", "Due ")),
    "reviewer": Case((*MANAGER, *QUALITY), events.MOVED, to_close, ("waits for you: Review",)),
    "investigator": Case((roles.INVESTIGATOR,), events.HANDED_OVER, new_investigator, ("handed over", "Due ")),
    "reviewer of an investigation": Case(QUALITY, events.MOVED, to_review, ("waits for you: Review", "Due ")),
    "verifier of a cause": Case(QUALITY, events.CAUSE_READY, cause_to_verify, ("Mould too cold", "verify it")),
    "approver of a plan": Case(QUALITY, events.MOVED, plan_to_approve, ("waits for you: Plan Review",)),
    "action owner": Case((roles.ACTION_OWNER,), events.MOVED, action, ("Fit a new heater", "Due ")),
    "verifier of a CAPA": Case(QUALITY, events.MOVED, to_verify, ("waits for you: Verification",)),
    "regulatory affairs": Case((roles.REGULATORY,), events.ASSESSMENT_OPENED, reportable, ("reported", "Due ")),
    "approver of a settlement": Case(
        MANAGER, events.SETTLEMENT_PROPOSED, to_grant, ("waits for your approval", "200", "Cracked housing", "Due ")
    ),
    "handler of a rejected settlement": Case(
        AGENT, events.SETTLEMENT_REJECTED, rejected, ("Half was agreed.", "propose it again", "Due ")
    ),
    "finance": Case((roles.ACCOUNTS_USER,), events.SETTLED, drafted, ("wait to be submitted: 1", "200", "Due ")),
    "handler once it is carried out": Case(AGENT, events.SETTLEMENT_DONE, carried_out, ("can go on", "Due ")),
}  # fmt: skip


def heard(name: str, user: str, channel: str) -> list[str]:
    about = {"reference_name": name, "to_user": user, "channel": channel}
    return frappe.get_all(outbox.OUTBOX, about, pluck="text", order_by="creation, name")


@pytest.mark.parametrize("mails", [True, False], ids=["mails", "no mails"])
@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE)
def test_whose_turn_it_is_hears_it_once(case: Case, mails: bool) -> None:
    user = factory.user(*case.role, email=f"{frappe.generate_hash(length=8)}@qms.example")
    frappe.db.set_value("Notification Settings", user, "enable_email_notifications", int(mails))
    name = case.happens(user)
    texts = heard(name, user, outbox.DESK)
    assert len(texts) == len(set(texts)), "nobody is told twice"
    (text,) = [one for one in texts if all(words in one for words in case.words)]
    about = {"document_name": name, "for_user": user, "subject": text}
    assert frappe.db.count("Notification Log", about) == 1, "in the desk at once"
    assert heard(name, user, outbox.EMAIL).count(text) == int(mails)


def test_the_table_has_every_kind_of_turn() -> None:
    # Who hears of what is no event of its own is asked in test_field_action and test_management_review_tasks.
    turns = set(sentences._OF_TURNS) - {sentences.FIELD_ACTION_APPROVED, sentences.REVIEW_ACTION_GIVEN}
    assert {case.kind for case in TABLE.values()} == turns
    assert turns <= set(EVENTS)


def test_who_does_it_is_not_told() -> None:
    approver = factory.person(roles.MANAGER)
    doc = settlement()
    frappe.db.set_value("Complaint", doc.complaint, "complaint_owner", approver)
    with factory.as_user(approver):
        doc.reload().update({"status": "approval_rejected", "rejection_reason": "Half."}).save()
    assert len(heard(doc.name, approver, outbox.DESK)) == 1, "of the proposal alone"
    assert len(heard(doc.name, doc.proposed_by, outbox.DESK)) == 1


def test_what_waits_comes_by_mail_under_a_subject_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    user = factory.user(roles.AGENT, email=f"{frappe.generate_hash(length=8)}@qms.example")
    with delivering(monkeypatch) as mailbox:
        name = new_handler(user)
        digest.send(add_to_date(now_datetime(), minutes=1))
        mailbox.send_queued()
    (mail,) = [one for one in mailbox.mails if user in one["To"]]
    assert mail["Subject"] == "Complaint work waiting for you: 1"
    assert name in mail.get_body(("html",)).get_content()
