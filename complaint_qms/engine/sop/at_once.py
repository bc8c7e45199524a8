"""Solving a complaint at once: what speaks against it, what its SOP has decided already, and what somebody still has to answer.

The gates of the stages that are passed over are asked as well (`complaint.py`). What they decide in judgement is given by the SOP, for
all complaints like this; what they ask of facts has to stand in the complaint.

Facts beyond those of `complaint.py`:
    at_once: {sop, allowed, role, holds: whether who asks has the role, highest: severity up to which it is allowed, above: the
        complaint's own, or what it was before, where it is graver, lowered: whether it was so before alone, harmed_before: what was
        recorded of harm before, weighed_by: roles that may judge otherwise, tells_of_harm: whether the words of the complaint do, or
        did, judges: roles that decide what such words mean, reason: of the SOP, in one sentence, decided_by: who decided it there}.
        Missing for a complaint that is not stored yet or follows no SOP. What a save writes and what was stored before it are both
        asked, and what others wrote before without being judges; the gravest counts.
"""

from collections.abc import Mapping
from typing import Any, Final

from complaint_qms.constants.reportability import HARM_RANK
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.exits import FOUND_REPORTABLE, undecided_assessments
from complaint_qms.engine.sop.gates import Missing, blank, need

Facts = Mapping[str, Any]

GIVEN: Final = (
    "is_complaint",
    "complaint_owner",
    "triage_rationale",
    "reportable",
    "no_investigation_reason",
    "no_investigation_decided_by",
)
"""Fields that solving at once fills in where nobody has."""
_OF_THE_TALK: Final = ("reply", "reply_sent_at", "customer_agreement", "agreement_note")


def against(facts: Facts) -> list[Missing]:
    """Why a complaint cannot be solved at once, whatever somebody enters for it; empty where it may be offered."""
    once = facts.get("at_once")
    if not once:
        return [
            Missing("SOP", "", Message("Register the complaint, with an SOP, before it is solved at once."))
        ]
    if not once["allowed"]:
        message = Message(
            "SOP {sop} does not allow that complaints are solved at once; take the steps between.",
            {"sop": once["sop"]},
        )
        return [Missing("SOP", "sop", message)]
    found: list[Missing] = []
    if not once["holds"]:
        message = Message(
            "By SOP {sop}, only somebody with the role {role} solves a complaint at once.",
            {"sop": once["sop"], "role": once["role"]},
        )
        found.append(Missing("SOP", "", message, lies_with="person"))
    if once["above"] and once["lowered"]:
        message = Message(
            "Severity was {severity} before it was lowered: only somebody with the role {judges} solves this complaint at once.",
            {"severity": once["above"], "judges": once["weighed_by"]},
        )
        found.append(Missing("SOP", "severity", message, lies_with="person"))
    elif once["above"]:
        message = Message(
            "Severity {severity} is not solved at once: SOP {sop} allows it up to {highest}.",
            {"severity": once["above"], "highest": once["highest"], "sop": once["sop"]},
        )
        found.append(Missing("SOP", "severity", message))
    return found + _grave(facts, once)


def as_given(facts: Facts) -> Facts:
    """The facts with what the SOP has decided for such complaints, where nobody has answered otherwise."""
    once = facts.get("at_once") or {}
    if not once.get("allowed"):
        return facts
    given: dict[str, Any] = {
        "is_complaint": "yes",
        "complaint_owner": facts.get("user"),
        "triage_rationale": once["reason"],
        "reportable": "no",  # what tells of harm is not solved at once
    }
    filled = {name: value for name, value in given.items() if blank(facts.get(name))}
    studied = facts.get("investigations") or not blank(facts.get("covered_by_investigation"))
    if not studied and blank(facts.get("no_investigation_decided_by")):
        # A decision is in the words of whose name stands beside it. What somebody prepared goes to the timeline.
        filled["no_investigation_reason"] = once["reason"]
        filled["no_investigation_decided_by"] = once["decided_by"]
    return {**facts, **filled}


def asked_here(found: list[Missing], facts: Facts) -> list[Missing]:
    """What the gates on the way miss, in the words of a step that takes no way but to have told the customer, who agreed; and what
    solving at once asks beyond them."""
    rest = [row for row in found if row.field not in _OF_THE_TALK or row.gate != "G4"]
    return rest + _unanswered(facts)


def _unanswered(facts: Facts) -> list[Missing]:
    found = need(facts, "G1", [("harm_level", "Answer whether anybody was harmed.")])
    if blank(facts.get("item_code")) and blank(facts.get("product_model")):
        found += need(
            facts, "SOP", [("product_model", "Name the product, or write “none” where it is about none.")]
        )
    told = [
        ("reply", "Write the solution that the customer was told."),
        ("reply_sent_at", "Enter when the customer was told."),
        ("customer_agreement", "Record what the customer answered."),
    ]
    found += need(facts, "G4", told)
    if facts.get("customer_agreement") in ("disagreed", "no_answer"):
        message = Message(
            "Only what the customer has agreed to is solved at once: take this complaint on stage by stage."
        )
        found.append(Missing("G4", "customer_agreement", message))
    return found


def _grave(facts: Facts, once: Mapping[str, Any]) -> list[Missing]:
    found: list[Missing] = []
    versions = (facts, facts.get("stored") or {})
    if any(HARM_RANK.get(one.get("harm_level") or "", 0) for one in versions):
        message = Message("Somebody was harmed: this complaint is not solved at once.")
        found.append(Missing("G1", "harm_level", message))
    elif any(HARM_RANK.get(harm, 0) for harm in once["harmed_before"]):
        message = Message(
            "It was recorded before that somebody was harmed: only somebody with the role {judges} solves this complaint at once.",
            {"judges": once["weighed_by"]},
        )
        found.append(Missing("G1", "harm_level", message, lies_with="person"))
    elif once["tells_of_harm"] and blank(facts.get("reportable_decided_by")):
        message = Message(
            "The text tells of harm: first somebody with the role {judges} decides whether the event is reportable.",
            {"judges": once["judges"]},
        )
        found.append(Missing("G1", "reportable", message, lies_with="person"))
    if any(one.get("reportable") in FOUND_REPORTABLE for one in versions):
        message = Message("The event may be reportable: this complaint is not solved at once.")
        found.append(Missing("G3", "reportable", message))
    if any(one.get("risk_acceptability") == "unacceptable" for one in versions):
        message = Message("The risk is unacceptable: this complaint is not solved at once.")
        found.append(Missing("SOP", "severity", message))
    return found + undecided_assessments(facts)
