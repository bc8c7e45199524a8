"""Complaints and what follows from them, each brought to its stage by its own steps.

What somebody else has to judge is written by an investigator; the session's user judges it.
"""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import capa as capa_api
from complaint_qms.constants import roles
from complaint_qms.services.intake import register
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk.factory.base import make, unique
from tests.desk.factory.people import as_user, user
from tests.desk.factory.trade import customer

# What triage decides before the work begins.
TRIAGED = {
    "is_complaint": "yes",
    "reportable": "no",
    "triage_rationale": "Broken in normal use.",
    "severity": "Serious",
    "occurrence": "Occasional",
    "complaint_owner": "Administrator",
}
# What an investigation without a defect found.
FINDINGS = {"problem": "x", "findings": "x", "outcome": "not_confirmed", "conclusion": "x"}
# What a judgement of effectiveness needs to know beforehand.
CRITERION = {
    "criterion": "Half as many",
    "metric": "complaint_rate",
    "min_exposure": 5,
    "max_rate_ratio": 0.5,
}


def complaint(**values: object) -> Document:
    """A registered complaint; of a new customer, unless somebody is named."""
    data = {"subject": "Handle broken", "description": "It broke.", "complaint_type": "Broken or Damaged"}
    if "customer" not in values and "complainant_name" not in values:
        values["customer"] = customer().name
    return register.register({**data, **values})


def in_triage(**values: object) -> Document:
    """A complaint about which triage has decided nothing yet."""
    return at_stage("triage", **values)


def at_stage(stage: str, **values: object) -> Document:
    """A complaint at a stage on the short way: solved without an investigation, no remedy."""
    doc = complaint(**values)
    for action, changes in (
        ("Start Triage", {}),
        ("Solve Directly", {**TRIAGED, "no_investigation_reason": "Known cause"}),
        ("Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "Information"}),
        ("Execute", {"reply_sent_at": now_datetime(), "customer_agreement": "agreed"}),
        ("Send to Review", {}),
    ):
        if doc.stage == stage:
            break
        tick_all(doc)
        take_step(doc, action, changes)
    return doc


def tick_all(doc: Document) -> None:
    """Tick every check of the hand-over."""
    for row in doc.checklist:
        row.done = 1
    doc.save()


def investigation(about: Document | None = None, **values: object) -> Document:
    """A planned investigation of a complaint, a new one unless given."""
    author = user(roles.INVESTIGATOR)
    defaults = {"complaint": (about or complaint()).name, "investigator": author}
    with as_user(author):
        return make("Investigation", **defaults | values)


def under_review(about: Document | None = None, **values: object) -> Document:
    """An investigation that its investigator has submitted for review."""
    study = investigation(about, **values)
    with as_user(study.investigator):
        take_step(study, "Start", {})
        take_step(study, "Submit for Review", FINDINGS)
    return study


def completed_investigation(about: Document | None = None, **values: object) -> Document:
    """An investigation that the session's user has completed."""
    study = under_review(about, **values)
    take_step(study, "Complete", {})
    return study


def verified_cause(study: Document) -> Document:
    """A root cause that somebody else than its analyst has verified."""
    with as_user(user(roles.INVESTIGATOR)):
        doc = make(
            "Root Cause",
            investigation=study.name,
            title="Mould too cold",
            category="machine",
            method="other",
            description="Heater broke",
            verification_method="Switched on and off",
        )
    doc.status = "verified"
    doc.save()
    return doc


def capa(**values: object) -> Document:
    """A CAPA of a verified cause, one action of the action owner."""
    study = investigation()
    verified_cause(study)
    actions = [
        {
            "action": "Fit a new heater",
            "action_owner": user(roles.ACTION_OWNER),
            "due_date": add_days(nowdate(), 10),
        }
    ]
    defaults = {
        "title": unique("CAPA"),
        "investigation": study.name,
        "capa_owner": user(roles.INVESTIGATOR),
        "actions": actions,
    }
    with as_user(user(roles.INVESTIGATOR)):
        return make("CAPA", **defaults | CRITERION | values)


def implemented_capa(**values: object) -> Document:
    """A CAPA whose plan somebody else has approved."""
    doc = capa(**values)
    with as_user(user(roles.INVESTIGATOR)):
        take_step(doc, "Submit Plan", {})
    take_step(doc, "Approve Plan", {})
    return doc


def capa_in_effect(**values: object) -> Document:
    """A CAPA whose actions are done and verified, its window running from tomorrow."""
    doc = implemented_capa(**values)
    finish_action(doc)
    frappe.set_user(user(roles.INVESTIGATOR))
    doc.reload()
    take_step(doc, "Submit for Verification", {})
    frappe.set_user("Administrator")
    take_step(doc, "Verify", {"verification_note": "Seen", "no_harm": 1, "no_harm_note": "Measured"})
    return doc


def finish_action(doc: Document) -> None:
    """Let the owner complete the CAPA's first action; the owner is the session's user afterwards."""
    frappe.set_user(user(roles.ACTION_OWNER))
    capa_api.complete_action(doc.name, doc.actions[0].name, evidence_note="Fitted on Monday")


def upload(doctype: str | None = None, name: str | None = None, **values: object) -> Document:
    """A private file of the session's user, attached when a record is named."""
    defaults = {
        "file_name": f"{frappe.generate_hash(length=12)}.txt",
        "content": frappe.generate_hash(length=40),
        "is_private": 1,
        "attached_to_doctype": doctype,
        "attached_to_name": name,
    }
    return make("File", **defaults | values)
