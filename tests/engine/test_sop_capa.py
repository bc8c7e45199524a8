"""Gates of a CAPA: what each one asks, and that only measured effect closes it."""

from __future__ import annotations

from datetime import date

import pytest

from complaint_qms.engine.sop.capa import MOST_DAYS, capa_missing, extension_missing
from tests.engine.test_sop import gates


def capa(**changes):
    facts = {
        "stage": "draft",
        "user": "manager@example.com",
        "today": date(2026, 6, 1),
        "capa_owner": "owner@example.com",
        "submitted_by": "owner@example.com",
        "root_causes": [{"root_cause": "RC-1", "status": "verified"}],
        "actions": [
            {
                "idx": 1,
                "action": "Fit heater",
                "action_owner": "worker@example.com",
                "done_by": "worker@example.com",
                "due_date": date(2026, 2, 1),
                "status": "done",
                "evidence_note": "Fitted",
            }
        ],
        "criterion": "Half as many",
        "metric": "complaint_rate",
        "max_rate_ratio": 0.5,
        "baseline_days": 180,
        "window_days": 90,
        "min_exposure": 100,
        "verification_note": "Seen",
        "no_harm": 1,
        "no_harm_note": "Measured",
        "window_end": date(2026, 5, 31),
        "computed_on": date(2026, 6, 1),
        "verdict": "effective",
        "effect_conclusion": "effective",
    }
    return {**facts, **changes}


def action(**changes):
    return [{**capa()["actions"][0], **changes}]


@pytest.mark.parametrize(
    ("target", "change", "expected"),
    [
        ("closed", {}, []),
        ("plan_review", {"root_causes": []}, [("G5", "root_causes")]),
        (
            "plan_review",
            {"root_causes": [{"root_cause": "RC-1", "status": "draft"}]},
            [("G5", "root_causes")],
        ),
        ("plan_review", {"actions": []}, [("G5", "actions")]),
        ("plan_review", {"actions": action(due_date=None)}, [("G5", "actions")]),
        ("plan_review", {"criterion": ""}, [("G5", "criterion")]),
        ("plan_review", {"min_exposure": 0}, [("G5", "min_exposure")]),
        ("plan_review", {"max_rate_ratio": 0}, [("G5", "max_rate_ratio")]),
        ("plan_review", {"max_rate_ratio": 0, "metric": "complaint_count"}, []),
        ("implement", {"user": "owner@example.com"}, [("G6", "")]),
        ("implement", {"user": "worker@example.com"}, []),
        ("verify", {"actions": action(status="open")}, [("G5", "actions")]),
        ("verify", {"actions": action(evidence_note=None)}, [("G5", "actions")]),
        (
            "verify",
            {"actions": action(status="cancelled")},
            [("G5", "actions"), ("G5", "actions"), ("G5", "actions")],
        ),
        ("effectiveness", {"no_harm": 0}, [("G5", "no_harm")]),
        ("effectiveness", {"user": "worker@example.com"}, [("G6", "")]),
        ("closed", {"today": date(2026, 5, 31)}, [("G5", "window_end")]),
        ("closed", {"verdict": None}, [("G5", "verdict")]),
        ("closed", {"computed_on": None}, [("G5", "verdict")]),
        ("closed", {"computed_on": date(2026, 5, 31)}, [("G5", "verdict")]),
        ("closed", {"window_end": date(2026, 6, 1), "today": date(2026, 6, 2)}, [("G5", "verdict")]),
        ("closed", {"verdict": "insufficient_data"}, [("G5", "window_end")]),
        (
            "closed",
            {"verdict": "insufficient_data", "effect_override_reason": "Line closed down"},
            [("G5", "window_end")],
        ),
        (
            "closed",
            {"verdict": "ineffective", "effect_override_reason": "I know better"},
            [("G5", "verdict")],
        ),
        (
            "ineffective",
            {"effect_conclusion": "ineffective", "verdict": "insufficient_data"},
            [("G5", "effect_override_reason")],
        ),
        (
            "ineffective",
            {"effect_conclusion": "ineffective", "verdict": "ineffective", "computed_on": date(2026, 5, 31)},
            [("G5", "verdict")],
        ),
        ("closed", {"effect_conclusion": "ineffective"}, [("G5", "effect_conclusion")]),
        ("closed", {"user": "owner@example.com"}, [("G6", "")]),
        ("ineffective", {"effect_conclusion": "ineffective", "verdict": "ineffective"}, []),
        ("ineffective", {}, [("G5", "effect_conclusion")]),
        ("void", {}, [("G7", "void_reason")]),
    ],
)
def test_gates_of_a_capa(target, change, expected):
    assert gates(capa_missing, capa(**change), target) == expected


@pytest.mark.parametrize(
    ("change", "days", "reason", "expected"),
    [
        ({}, 30, "Few were sold", []),
        ({}, MOST_DAYS, "Few were sold", []),
        ({}, 0, "Few were sold", [""]),
        ({}, MOST_DAYS + 1, "Few were sold", [""]),
        ({}, 30, " ", [""]),
        ({"stage": "closed"}, 30, "x", ["window_end"]),
        ({"verdict": None}, 30, "x", ["verdict"]),
        ({"verdict": "effective"}, 30, "x", ["verdict"]),
        ({"verdict": "ineffective"}, 30, "x", ["verdict"]),
        ({"computed_on": date(2026, 5, 31)}, 30, "x", ["verdict"]),
        ({"user": "owner@example.com"}, 30, "x", [""]),
        ({"user": "worker@example.com"}, 30, "x", [""]),
    ],
)
def test_extending_the_window_of_a_capa(change, days, reason, expected):
    facts = capa(**{"stage": "effectiveness", "verdict": "insufficient_data", **change})
    assert [row.field for row in extension_missing(facts, days, reason)] == expected


def test_a_capa_comes_back_without_questions():
    assert gates(capa_missing, capa(stage="ineffective", actions=[]), "draft") == []
