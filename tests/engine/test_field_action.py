"""What is reckoned of a field action, and what its gates ask for."""

from __future__ import annotations

import pytest

from complaint_qms.engine.field_action import counted_twice, figures, percent_of, scope_changes
from complaint_qms.engine.sop import field_action_missing


def customer(at_risk: float = 10, uom: str = "Nos", **more: object) -> dict:
    row = {
        "uom": uom,
        "at_risk": at_risk,
        **{name: more.pop(name, 0) for name in ("recovered", "destroyed", "used")},
    }
    return {"is_left_out": 0, "told": True, "quantities": [row], **more}


def test_shares_count_who_is_in_it_and_what_is_accounted_for_by_unit() -> None:
    found = figures(
        [
            customer(recovered=4, destroyed=1, acknowledged_at="2026-01-01", opened_at="2026-01-01"),
            customer(used=5),
            customer(2.5, "Kg", recovered=0.5),
            customer(1000, is_left_out=1),
        ]
    )
    assert (found["customers"], found["told"], found["opened"], found["acknowledged"]) == (3, 3, 1, 1)
    assert found["acknowledged_share"] == 33.3
    assert [(unit["uom"], unit["share"], unit["open"]) for unit in found["units"]] == [
        ("Kg", 20.0, 2.0),
        ("Nos", 50.0, 10.0),
    ]
    assert found["accounted_share"] == 20.0, "of several units the lowest"
    assert [unit["removed_share"] for unit in found["units"]] == [20.0, 25.0]
    assert found["removed_share"] == 20.0, "what was used or passed on is not removed"
    assert figures([])["acknowledged_share"] == figures([])["removed_share"] == 0.0


def test_what_one_customer_says_twice_does_not_stand_for_another() -> None:
    ada, bo = customer(6, recovered=3, destroyed=6), customer(6)
    found = figures([ada, bo])
    assert (found["accounted_share"], found["units"][0]["open"]) == (50.0, 6.0)
    assert [counted_twice(one["quantities"][0]) for one in (ada, bo)] == [3.0, 0.0]


@pytest.mark.parametrize(("part", "whole", "percent"), [(1999, 2000, 99.9), (3, 3, 100.0), (0.1 + 0.2, 0.3, 100.0), (5, 4, 100.0), (0, 0, 0.0)])  # fmt: skip
def test_what_is_not_whole_is_never_shown_as_whole(part: float, whole: float, percent: float) -> None:
    assert percent_of(part, whole) == percent


def test_a_scope_is_compared_with_the_one_before() -> None:
    def scope(**held: float) -> dict:
        lines = {
            name: [{"item_code": "K", "uom": "Nos", "held": qty, "lots": ["B"]}] for name, qty in held.items()
        }
        return {
            "customers": [
                {"customer": name, "name": name.title(), "lines": rows} for name, rows in lines.items()
            ]
        }

    assert scope_changes(None, scope(ada=1)) == []
    assert [(one["customer"], one["was"], one["now"]) for one in scope_changes(scope(ada=1, bo=2, cy=3), scope(ada=1, bo=4, di=5))] == [
        ("bo", 2, 4),
        ("cy", 3, 0),
        ("di", 0, 5),
    ]  # fmt: skip


WHOLE = {
    "stage": "scope", "handler": "h@x", "reason": "r", "batch_no": "B", "scope_at": "now", "scope_not_shown": 0, "action_class": "Class I",
    "hazard": "h", "instruction": "i", "action_type": "recall", "user": "q@x", "contributors": [{"user": "h@x", "part": "creator"}],
    "target_acknowledged": 100, "target_accounted": 100,
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "changed", "fields"),
    [
        ("scope", {"stage": "draft", "batch_no": None, "reason": ""}, ["reason", "batch_no"]),
        ("scope", {"stage": "draft", "batch_no": None, "complaint": "C"}, []),
        ("approval", {}, []),
        ("approval", {"scope_at": None, "hazard": None}, ["scope_html", "hazard"]),
        ("approval", {"languages_without_text": "Deutsch"}, ["texts"]),
        ("approval", {"has_no_contact": True}, ["company"]),
        ("approval", {"scope_not_shown": 3}, ["scope_not_shown"]),
        ("approval", {"action_class": None}, ["action_class"]),
        ("approval", {"action_class": None, "action_type": "safety_notice"}, []),
        ("under_way", {"stage": "approval"}, []),
        ("under_way", {"stage": "approval", "user": "h@x"}, [""]),
        ("ended", {"is_mock": 1, "action_class": None}, ["conclusion"]),
        ("ended", {"stage": "under_way", "conclusion": "c", "acknowledged_share": 100, "accounted_share": 100, "user": "h@x"}, []),
        ("ended", {"stage": "under_way", "conclusion": "c", "acknowledged_share": 99.9, "accounted_share": 100}, ["below_target_reason"]),
        ("ended", {"stage": "under_way", "conclusion": "c", "below_target_reason": "gone", "user": "h@x"}, [""]),
        ("ended", {"stage": "under_way", "conclusion": "c", "below_target_reason": "gone"}, []),
        ("cancelled", {}, ["cancel_reason"]),
        ("draft", {"reason": None}, []),
    ],
)  # fmt: skip
def test_each_step_asks_for_what_it_needs(target: str, changed: dict, fields: list[str]) -> None:
    assert [row.field for row in field_action_missing(WHOLE | changed, target)] == fields
