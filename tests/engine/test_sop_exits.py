"""Every way out of a complaint × every question × every stage it may come from × each fact that answers it."""

from __future__ import annotations

from itertools import product

import pytest

from complaint_qms.constants.stages import AT_ONCE, COMPLAINT_ENDED, COMPLAINT_STAGES
from complaint_qms.engine.sop import complaint_missing, move_allowed
from complaint_qms.engine.sop.exits import EXITS, QUESTIONS
from tests.engine.test_sop import complaint

OPEN = [{"name": "A-1", "status": "open"}]
REPORTED = [{"name": "A-1", "status": "reported"}]
CLEARED = [{"name": "A-1", "status": "not_reportable"}]
SALE = {"doctype": "Sales Invoice", "name": "SI-1"}
DRAFT = {"settlements": [{"name": "S-1", "docstatus": 0}]}
ASSESSED, NOTED, MONEY = ("G3", ""), ("G3", "reportable"), ("G4", "settlement_html")
DECIDE, ASSESS, ORIGINAL = ("G1", "reportable"), ("G3", ""), ("G3", "duplicate_of")


def everywhere(*asked):
    return {target: list(asked) for target in EXITS}


# Fact → exit → what it asks; an exit that is not named does not mind the fact.
FACTS = {
    "nothing": ({}, {}),
    "an open assessment": ({"assessments": OPEN}, everywhere(ASSESSED)),
    "reportable, not assessed": ({"reportable": "yes"}, everywhere(NOTED)),
    "perhaps reportable, not assessed": ({"reportable": "assessing"}, everywhere(NOTED)),
    "reportable, still being assessed": (
        {"reportable": "yes", "assessments": OPEN},
        {"closed": [ASSESSED], "duplicate": [ASSESSED], "rejected": [ASSESSED, NOTED], "void": [ASSESSED, NOTED]},
    ),
    "reportable and reported": (
        {"reportable": "yes", "assessments": REPORTED}, {"rejected": [NOTED], "void": [NOTED]}
    ),
    "reported, but said not to be": ({"reportable": "no", "assessments": REPORTED}, everywhere(NOTED)),
    "cleared, but still said to be": ({"reportable": "yes", "assessments": CLEARED}, everywhere(NOTED)),
    "cleared and said so": ({"reportable": "no", "assessments": CLEARED}, {}),
    "cleared, and said so with this very step": (
        {"reportable": "no", "stored": {"reportable": "yes"}, "assessments": CLEARED}, {}
    ),
    "changed to no with this very step": (
        {"reportable": "no", "stored": {"reportable": "yes"}}, everywhere(NOTED)
    ),
    "no longer assessed, with this very step": (
        {"reportable": "no", "stored": {"reportable": "assessing"}}, everywhere(NOTED)
    ),
    "cleared once and reported once": (
        {"reportable": "no", "stored": {"reportable": "yes"}, "assessments": CLEARED + REPORTED},
        everywhere(NOTED),
    ),
    **{
        f"{harm} harm": ({"harm_level": harm, "original_harm": None}, {}) for harm in (None, "", "none", "minor")
    },
    **{
        f"{harm}, {said}": ({"harm_level": harm} | changes, asked)
        for harm in ("serious", "death")
        for said, changes, asked in (
            ("nobody decided", {"reportable": None}, everywhere(DECIDE, ASSESS)),
            ("decided without an assessment", {}, everywhere(ASSESS)),
            ("still being assessed", {"assessments": OPEN}, everywhere(ASSESSED)),
            ("cleared", {"assessments": CLEARED}, {}),
            ("taken away with this very step", {"harm_level": "none", "stored": {"harm_level": harm}}, everywhere(ASSESS)),
            ("reported", {"reportable": "yes", "assessments": REPORTED}, {"rejected": [NOTED], "void": [NOTED]}),
            (
                "reported, of which the original does not know",
                {"reportable": "yes", "assessments": REPORTED, "original_reportable": "no"},
                {"rejected": [NOTED], "void": [NOTED], "duplicate": [ORIGINAL]},
            ),
            ("more than the original tells of", {"assessments": CLEARED, "original_harm": "minor"}, {"duplicate": [ORIGINAL]}),
            (
                "known before the original says so",
                {"assessments": CLEARED, "original_awareness": "2026-01-06"},
                {"duplicate": [ORIGINAL]},
            ),
            ("known later", {"assessments": CLEARED, "original_awareness": "2026-01-04"}, {}),
        )
    },
    "a drafted settlement": (DRAFT, everywhere(MONEY)),
    "a submitted settlement": (
        {"settlements": [{"name": "S-1", "docstatus": 1}]}, {"void": [("G7", "settlement_html")]}
    ),
    "an open document": ({"open_documents": [SALE]}, everywhere(MONEY)),
    "a lost document": ({"lost_documents": [{"settlement": "S-1", **SALE}]}, everywhere(MONEY)),
    "a running investigation": (
        {"investigations": [{"name": "I-1", "stage": "completed"}, {"name": "I-2", "stage": "review"}]},
        everywhere(("G2", "")),
    ),
    "a running investigation of another complaint": (
        {"investigations": [{"name": "I-1", "stage": "completed"}, {"name": "I-2", "stage": "review", "covers": True}]},
        {},
    ),
    "another complaint merged into it": (
        {"merged_here": ["CMP-2"]}, {"rejected": [("G7", "")], "void": [("G7", "")]}
    ),
    "no original": ({"duplicate_of": None}, {"duplicate": [("G7", "duplicate_of")]}),
    "itself as original": ({"duplicate_of": "CMP-1"}, {"duplicate": [("G7", "duplicate_of")]}),
    "an original of another company": ({"original_company": "Other"}, {"duplicate": [("G7", "duplicate_of")]}),
    **{
        f"an original that is {stage}": ({"original_stage": stage}, {"duplicate": [("G7", "duplicate_of")]})
        for stage in COMPLAINT_ENDED
    },
    **{
        f"an original at {stage}": ({"original_stage": stage}, {})
        for stage in COMPLAINT_STAGES if stage not in COMPLAINT_ENDED
    },
}  # fmt: skip


def leaving(origin, target, changes):
    """Facts of a complaint that may leave for `target` but for what `changes` say."""
    said = {
        "stage": origin,
        "awareness_date": "2026-01-05",
        "remedy_required": "no",
        "no_remedy_reason": "Information",
        "settlements": [],
        "is_complaint": "no" if target == "rejected" else "yes",
        "rejection_reason": "Praise",
        "void_reason": "Entered as a test",
        "duplicate_of": "CMP-0",
        "original_stage": "solve",
        "original_company": "Company",
        "original_harm": "death",
        "original_reportable": "yes",
        "original_awareness": "2026-01-05",
    }
    return complaint(**{**said, **changes})


@pytest.mark.parametrize("target", EXITS)
@pytest.mark.parametrize("fact", FACTS)
def test_a_way_out_asks_its_questions_from_every_stage(fact, target):
    changes, asked = FACTS[fact]
    for origin in COMPLAINT_STAGES:
        if move_allowed("Complaint", origin, target):
            rows = complaint_missing(leaving(origin, target, changes), target)
            assert {(row.gate, row.field) for row in rows} == set(asked.get(target, [])), origin


def test_what_is_void_stays_void():
    for target in set(COMPLAINT_STAGES) - {"void"}:
        assert [row.gate for row in complaint_missing(leaving("void", target, {}), target)] == ["G7"]


@pytest.mark.parametrize(("origin", "target"), list(product(COMPLAINT_STAGES, EXITS)))
def test_each_stage_leaves_by_known_ways_only(origin, target):
    known = {
        "closed": {"review"},
        "rejected": {"triage"},
        "duplicate": {"triage"},
        "void": set(COMPLAINT_STAGES) - set(COMPLAINT_ENDED),
    }
    assert move_allowed("Complaint", origin, target) is (origin in known[target])


@pytest.mark.parametrize("target", [stage for stage in COMPLAINT_STAGES if stage not in EXITS])
def test_what_is_no_way_out_gives_nothing_up(target):
    """Holding, resuming, going back and opening again ask none of the questions: each runs on, and is asked again."""
    changes = {
        "assessments": OPEN,
        "merged_here": ["CMP-2"],
        "reopen_reason": "Again",
        "hold_reason": "Sample",
    }
    for origin in COMPLAINT_STAGES:
        if move_allowed("Complaint", origin, target) and (origin, target) not in AT_ONCE:
            facts = leaving(origin, target, {**changes, "held_stage": target})
            assert complaint_missing(facts, target) == [], origin


def test_every_question_is_asked_by_some_way_out():
    assert {name for names in EXITS.values() for name in names} == set(QUESTIONS)
    assert set(EXITS) == set(COMPLAINT_ENDED)
