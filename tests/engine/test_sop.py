"""Gates: what each one asks, and that skipping stages never skips gates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.records import MOVES
from complaint_qms.constants.stages import (
    CAPA_FLOW,
    CAPA_MOVES,
    CAPA_STAGES,
    COMPLAINT_FLOW,
    COMPLAINT_MOVES,
    COMPLAINT_STAGES,
    INVESTIGATION_MOVES,
    INVESTIGATION_STAGES,
)
from complaint_qms.engine.sop import (
    complaint_missing,
    investigation_missing,
    move_allowed,
    root_cause_missing,
)
from complaint_qms.engine.sop.gates import blank

COVERED = {
    "covered_by_investigation": "INV-9",
    "covering_stage": "completed",
    "coverage_rationale": "Same lot",
}


def complaint(**changes):
    """Facts of a complaint with which every gate is open."""
    facts = {
        "name": "CMP-1",
        "stage": "intake",
        "user": "closer@example.com",
        "subject": "Handle broken",
        "company": "Company",
        "received_at": "2026-01-05 09:00:00",
        "customer": "Customer",
        "description": "It broke.",
        "is_complaint": "yes",
        "complaint_type": "Broken",
        "severity": "Serious",
        "reportable": "no",
        "triage_rationale": "Broken in normal use.",
        "complaint_owner": "handler@example.com",
        "investigations": [{"name": "INV-1", "stage": "completed"}],
        "reply": "<p>Sorry</p>",
        "reply_sent_at": "2026-01-06 09:00:00",
        "remedy_required": "yes",
        "settlements": [{"name": "CST-1", "docstatus": 1}],
        "open_documents": [],
        "customer_agreement": "agreed",
        "closing_decision": "justified",
        "closing_summary": "Done.",
        "capa_required": "yes",
        "capas": [{"name": "CAPA-1", "stage": "implement"}],
        "assessments": [],
        "checklist": [],
        "answered_for": ["handler@example.com", "sender@example.com"],
    }
    return {**facts, **changes}


def gates(missing, facts, target):
    return [(row.gate, row.field) for row in missing(facts, target)]


def test_nothing_is_missing_when_all_is_there():
    assert complaint_missing(complaint(), "closed") == []


@pytest.mark.parametrize(
    ("change", "gate", "field"),
    [
        ({"customer": None, "complainant_name": None}, "SOP", "customer"),
        ({"description": "<div class='ql-editor'><p><br></p></div>"}, "SOP", "description"),
        ({"received_at": None}, "SOP", "received_at"),
        ({"is_complaint": None}, "G1", "is_complaint"),
        ({"is_complaint": "no"}, "G1", "is_complaint"),
        ({"complaint_type": None}, "G1", "complaint_type"),
        ({"severity": ""}, "G1", "severity"),
        ({"reportable": None}, "G1", "reportable"),
        ({"triage_rationale": "  "}, "G1", "triage_rationale"),
        ({"complaint_owner": None}, "G1", "complaint_owner"),
        ({"reportable": "yes", "awareness_date": None, "assessments": [{"name": "A", "status": "reported"}]}, "G1", "awareness_date"),
        ({"investigations": [], "judges_investigation": True}, "G2", "no_investigation_reason"),
        ({"investigations": [], "no_investigation_reason": "x"}, "G2", "no_investigation_reason"),
        ({"investigations": [{"name": "INV-1", "stage": "review"}]}, "G2", ""),
        ({"investigations": [], "covered_by_investigation": "INV-9", "covering_stage": "review", "coverage_rationale": "Same lot", "judges_investigation": True}, "G2", "covered_by_investigation"),
        ({"investigations": [], "covered_by_investigation": "INV-9", "covering_stage": "completed", "judges_investigation": True}, "G2", "coverage_rationale"),
        ({"investigations": [], **COVERED}, "G2", "coverage_rationale"),
        ({"assessments": [{"name": "A-1", "status": "open"}]}, "G3", ""),
        ({"reportable": "yes", "awareness_date": date(2026, 1, 5)}, "G3", "reportable"),
        ({"reportable": "assessing", "awareness_date": date(2026, 1, 5), "assessments": [{"name": "A-1", "status": "reported"}]}, "G3", "reportable"),
        ({"reply": None}, "G4", "reply"),
        ({"reply_sent_at": None}, "G4", "reply_sent_at"),
        ({"remedy_required": None}, "G4", "remedy_required"),
        ({"remedy_required": "no"}, "G4", "no_remedy_reason"),
        ({"settlements": []}, "G4", "settlement_html"),
        ({"settlements": [{"name": "CST-1", "docstatus": 0}]}, "G4", "settlement_html"),
        ({"open_documents": [{"doctype": "Sales Invoice", "name": "SI-1"}]}, "G4", "settlement_html"),
        (
            {"lost_documents": [{"settlement": "S-1", "doctype": "Sales Invoice", "name": "SI-1"}]},
            "G4",
            "settlement_html",
        ),
        ({"customer_agreement": None}, "G4", "customer_agreement"),
        ({"customer_agreement": "disagreed"}, "G4", "customer_agreement"),
        ({"customer_agreement": "no_answer"}, "G4", "agreement_note"),
        ({"closing_decision": None}, "G4", "closing_decision"),
        ({"closing_summary": None}, "G4", "closing_summary"),
        ({"capa_required": None}, "G5", "capa_required"),
        ({"capas": []}, "G5", "capa_required"),
        ({"capa_required": "no", "root_causes": 1}, "G5", "no_capa_reason"),
        ({"user": "handler@example.com"}, "G6", ""),
        ({"acting": ["closer@example.com", "sender@example.com"]}, "G6", ""),
        ({"checklist": [{"stage": "triage", "check": "Contained", "mandatory": 1, "done": 0}]}, "SOP", "checklist"),
    ],
)  # fmt: skip
def test_each_thing_missing_for_closing_is_named_alone(change, gate, field):
    assert gates(complaint_missing, complaint(**change), "closed") == [(gate, field)]


@pytest.mark.parametrize(
    "change",
    [
        {"investigations": [], **COVERED, "coverage_decided_by": "m@example.com"},
        {"investigations": [], **COVERED, "judges_investigation": True},
        {"investigations": [], "no_investigation_reason": "Customer withdrew", "no_investigation_decided_by": "m@example.com"},
        {"investigations": [], "no_investigation_reason": "Customer withdrew", "judges_investigation": True},
        {"reply": None, "reply_sent_at": None, "no_reply_reason": "Anonymous"},
        {"remedy_required": "no", "no_remedy_reason": "Information only", "settlements": []},
        {"customer_agreement": "no_answer", "agreement_note": "Three calls"},
        {"capa_required": "no", "capas": []},
        {"reportable": "yes", "awareness_date": date(2026, 1, 5), "assessments": [{"name": "A", "status": "reported"}]},
        {"customer": None, "complainant_name": "A stranger"},
        {"checklist": [{"stage": "triage", "check": "x", "mandatory": 0, "done": 0}]},
    ],
)  # fmt: skip
def test_the_other_way_through_a_gate_is_open_too(change):
    assert complaint_missing(complaint(**change), "closed") == []


@given(
    dropped=st.sets(st.sampled_from(sorted(set(complaint()) - {"name", "stage", "user"}))),
    near=st.integers(1, len(COMPLAINT_FLOW) - 1),
    far=st.integers(1, len(COMPLAINT_FLOW) - 1),
)
def test_a_later_stage_never_asks_less(dropped, near, far):
    # From intake and triage, the review is reached by a way of its own as well (`test_at_once.py`).
    facts = {name: value for name, value in complaint(stage="investigate").items() if name not in dropped}
    near, far = sorted((near, far))
    early = set(gates(complaint_missing, facts, COMPLAINT_FLOW[near]))
    assert early <= set(gates(complaint_missing, facts, COMPLAINT_FLOW[far]))


@pytest.mark.parametrize(
    ("origin", "target", "change", "expected"),
    [
        ("triage", "on_hold", {}, [("SOP", "hold_reason")]),
        ("triage", "on_hold", {"hold_reason": "Sample awaited"}, []),
        ("on_hold", "investigate", {"held_stage": "investigate"}, []),
        ("on_hold", "review", {"held_stage": "investigate"}, [("SOP", "")]),
        ("triage", "void", {"settlements": []}, [("G7", "void_reason")]),
        ("execute", "void", {"void_reason": "Test"}, [("G7", "settlement_html")]),
        ("triage", "duplicate", {}, [("G7", "duplicate_of")]),
        ("triage", "duplicate", {"duplicate_of": "CMP-1"}, [("G7", "duplicate_of")]),
        ("triage", "duplicate", {"duplicate_of": "CMP-0", "original_stage": "duplicate"}, [("G7", "duplicate_of")]),
        ("triage", "duplicate", {"duplicate_of": "CMP-0", "original_stage": "solve"}, []),
        ("triage", "duplicate", {"duplicate_of": "CMP-0", "original_stage": "solve", "assessments": [{"name": "A-1", "status": "open"}]}, [("G3", "")]),
        ("triage", "void", {"void_reason": "Test", "settlements": [], "assessments": [{"name": "A-1", "status": "open"}]}, [("G3", "")]),
        ("triage", "rejected", {"rejection_reason": "x", "is_complaint": "no", "assessments": [{"name": "A-1", "status": "open"}]}, [("G3", "")]),
        ("triage", "rejected", {"rejection_reason": "Praise"}, [("G1", "is_complaint")]),
        ("triage", "rejected", {"rejection_reason": "Praise", "is_complaint": "no"}, []),
        ("triage", "rejected", {"rejection_reason": "x", "is_complaint": "no", "reportable": "yes"}, [("G3", "reportable")]),
        ("closed", "investigate", {}, [("G7", "reopen_reason")]),
        ("closed", "investigate", {"reopen_reason": "It broke again"}, []),
        ("review", "investigate", {"reply": None}, []),
        ("review", "nowhere", {}, [("SOP", "stage")]),
    ],
)  # fmt: skip
def test_side_ways(origin, target, change, expected):
    assert gates(complaint_missing, complaint(stage=origin, **change), target) == expected


def test_the_sentence_names_what_it_means():
    row = complaint_missing(
        complaint(open_documents=[{"doctype": "Sales Invoice", "name": "SI-7"}]), "closed"
    )[0]
    assert "Sales Invoice SI-7" in row.text()


def investigation(**changes):
    facts = {
        "stage": "review",
        "user": "reviewer@example.com",
        "investigator": "investigator@example.com",
        "submitted_by": "investigator@example.com",
        "problem": "Cracks",
        "findings": "<p>Weld line</p>",
        "outcome": "confirmed",
        "conclusion": "Too cold",
        "root_causes": [{"name": "RC-1", "status": "verified"}],
    }
    return {**facts, **changes}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"outcome": "not_confirmed", "root_causes": []}, []),
        ({"root_causes": []}, [("G2", "root_cause_waived_reason")]),
        ({"root_causes": [], "root_cause_waived_reason": "Sample lost"}, []),
        ({"root_causes": [{"name": "RC-1", "status": "draft"}]}, [("G2", "")]),
        ({"user": "investigator@example.com"}, [("G6", "")]),
        ({"findings": "<p></p>"}, [("G2", "findings")]),
        ({"investigator": None}, [("G2", "investigator")]),
    ],
)
def test_completing_an_investigation(change, expected):
    assert gates(investigation_missing, investigation(**change), "completed") == expected


def test_sending_an_investigation_back_asks_nothing():
    assert gates(investigation_missing, investigation(findings=None), "in_progress") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"method": "5_why", "whys": []}, [("G2", "whys")]),
        ({"method": "ishikawa", "factors": []}, [("G2", "factors")]),
        ({"user": "analyst@example.com"}, [("G6", "")]),
        ({"verification_method": ""}, [("G2", "verification_method")]),
    ],
)
def test_verifying_a_root_cause(change, expected):
    facts = {
        "user": "reviewer@example.com",
        "analyst": "analyst@example.com",
        "description": "<p>Heater broke</p>",
        "method": "other",
        "category": "machine",
        "verification_method": "Switched on and off",
    }
    assert [(row.gate, row.field) for row in root_cause_missing({**facts, **change}, "verified")] == expected


def test_every_stage_has_its_moves_and_every_move_ends_in_a_stage():
    for moves, stages in (
        (COMPLAINT_MOVES, COMPLAINT_STAGES),
        (INVESTIGATION_MOVES, INVESTIGATION_STAGES),
        (CAPA_MOVES, CAPA_STAGES),
    ):
        assert set(moves) == set(stages)
        assert {target for targets in moves.values() for target in targets} <= set(stages)


def test_closing_can_only_be_reached_by_the_last_step():
    for doctype, last in (("Complaint", "review"), ("CAPA", "effectiveness")):
        assert [
            origin
            for origin in MOVES[doctype]
            if move_allowed(doctype, origin, "closed") and origin != "on_hold"
        ] == [last]
    assert CAPA_FLOW[-1] == COMPLAINT_FLOW[-1] == "closed"


@pytest.mark.parametrize(
    ("value", "empty"),
    [
        (None, True), ("", True), (" \n", True), ("<p></p>", True), ("<p>&nbsp;<br></p>", True),
        ("<p>a</p>", False), ('<p><img src="x"></p>', False), ("a < b", False), (0, False), (0.0, False), (False, False),
        ("\u200b", True), (" \ufeff\u2060 ", True), ("<p>\u200b</p>", True), ("a\u200bb", False),
        ("\u3164", True), ("\u2800 \u180e\ufe0f", True), ("\u115f\u1160\uffa0", True), ("\U000e0020", True), ("&nbsp;", True),
        ("&#8203; &zwj;", True), ("\u0301", True), ("e\u0301", False), ("不", False), ("<1 mm", False), ("&lt;", False), ("–", False),
    ],
)  # fmt: skip
def test_what_counts_as_empty(value, empty):
    assert blank(value) is empty
