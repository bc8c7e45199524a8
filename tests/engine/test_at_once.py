"""Solving at once: the gates on the way with what an SOP has decided, and what speaks against it."""

from __future__ import annotations

from typing import Any

import pytest

from complaint_qms.engine.sop import complaint_missing
from complaint_qms.engine.sop.at_once import against, as_given

SOP = {
    "sop": "Shop",
    "allowed": True,
    "role": "Complaint Agent",
    "holds": True,
    "highest": "Minor",
    "above": "",
    "lowered": False,
    "harmed_before": [],
    "weighed_by": "Complaint Manager",
    "tells_of_harm": False,
    "judges": "Complaint Manager",
    "reason": "By SOP Shop, version 1: they are counted.",
    "decided_by": "author@example.com",
}


def easy(**changes: Any) -> dict[str, Any]:
    return {
        "stage": "intake",
        "user": "agent@example.com",
        "subject": "Which key",
        "company": "Company",
        "received_at": "2026-01-05 09:00:00",
        "complainant_name": "Otto",
        "description": "Which key dims it?",
        "complaint_type": "Advice",
        "severity": "Minor",
        "product_model": "none",
        "harm_level": "none",
        "reply": "The left one.",
        "reply_sent_at": "2026-01-05 09:05:00",
        "customer_agreement": "agreed",
        "remedy_required": "no",
        "no_remedy_reason": "Told",
        "at_once": SOP,
    } | changes


@pytest.mark.parametrize("stage", ["intake", "triage"])
def test_what_the_sop_has_decided_is_not_asked_again(stage: str) -> None:
    facts = easy(stage=stage)
    assert complaint_missing(facts, "review") == []
    given = as_given(facts)
    assert given["complaint_owner"] == "agent@example.com"
    assert given["no_investigation_decided_by"] == "author@example.com"
    # Whoever skips other stages is given nothing, and who has decided already keeps their word.
    assert {row.gate for row in complaint_missing(facts, "confirm")} >= {"G1", "G2"}
    decided = easy(no_investigation_reason="Seen", no_investigation_decided_by="m@example.com")
    assert as_given(decided)["no_investigation_reason"] == "Seen"
    # What somebody else prepared is not put under the name of who decided.
    prepared = as_given(easy(no_investigation_reason="Seen"))
    assert prepared["no_investigation_reason"] == "By SOP Shop, version 1: they are counted."


@pytest.mark.parametrize(
    ("change", "gate", "field"),
    [
        ({"at_once": None}, "SOP", ""),
        ({"at_once": {"sop": "Shop", "allowed": False}}, "SOP", "sop"),
        ({"at_once": SOP | {"holds": False}}, "SOP", ""),
        ({"at_once": SOP | {"above": "Serious"}}, "SOP", "severity"),
        ({"at_once": SOP | {"above": "Serious", "lowered": True}}, "SOP", "severity"),
        ({"at_once": SOP | {"harmed_before": ["minor"]}}, "G1", "harm_level"),
        ({"at_once": SOP | {"tells_of_harm": True}}, "G1", "reportable"),
        ({"harm_level": "minor"}, "G1", "harm_level"),
        ({"stored": {"harm_level": "serious"}}, "G1", "harm_level"),
        ({"reportable": "assessing"}, "G3", "reportable"),
        ({"stored": {"reportable": "yes"}}, "G3", "reportable"),
        ({"risk_acceptability": "unacceptable"}, "SOP", "severity"),
        ({"stored": {"risk_acceptability": "unacceptable"}}, "SOP", "severity"),
        ({"assessments": [{"name": "A-1", "status": "open"}]}, "G3", ""),
    ],
)
def test_what_speaks_against_it_is_named(change: dict[str, Any], gate: str, field: str) -> None:
    facts = easy(**change)
    assert (gate, field) in [(row.gate, row.field) for row in against(facts)]
    assert (gate, field) in [(row.gate, row.field) for row in complaint_missing(facts, "review")]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"reply": ""}, "reply", "Write the solution that the customer was told."),
        ({"reply_sent_at": None}, "reply_sent_at", "Enter when the customer was told."),
        ({"customer_agreement": ""}, "customer_agreement", "Record what the customer answered."),
        ({"customer_agreement": "disagreed"}, "customer_agreement", "Only what the customer has agreed to"),
        ({"customer_agreement": "no_answer"}, "customer_agreement", "Only what the customer has agreed to"),
    ],
)
def test_what_is_missing_of_the_talk_is_said_once_and_as_this_step_takes_it(
    change: dict[str, Any], field: str, words: str
) -> None:
    (row,) = complaint_missing(easy(**change), "review")
    assert (row.field, row.text().startswith(words)) == (field, True)


def test_the_severity_that_is_too_high_is_named() -> None:
    (row,) = against(easy(at_once=SOP | {"above": "Serious"}))
    assert row.message.params == {"severity": "Serious", "highest": "Minor", "sop": "Shop"}


def test_an_investigation_that_runs_is_finished_first_and_harm_may_be_judged() -> None:
    running = easy(investigations=[{"name": "INV-1", "stage": "in_progress"}])
    assert [row.gate for row in complaint_missing(running, "review")] == ["G2"]
    judged = easy(
        at_once=SOP | {"tells_of_harm": True}, reportable="no", reportable_decided_by="m@example.com"
    )
    assert complaint_missing(judged, "review") == []
