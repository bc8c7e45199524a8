"""Harm that is told beside something else: it leads, and takes no product from what it is not about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.test_dialog import told


@pytest.mark.parametrize(
    ("first", "product", "harm", "same"),
    [
        (
            "One more complaint: the lid of my steam inhaler HB-STEAM-2 is cracked",
            "steam inhaler HB-STEAM-2",
            "my daughter burned her hand on the kettle and is in hospital",
            "the inhaler burned my daughter, she is in hospital",
        ),
        (
            "我还要投诉：蒸汽吸入器HB-STEAM-2的盖子裂了",
            "蒸汽吸入器HB-STEAM-2",
            "我的孩子被水壶烫伤了，已经住院",
            "它把孩子烫伤了",
        ),
    ],
)
def test_harm_told_while_another_thing_is_taken_down_leads_and_takes_no_product_from_it(
    first: str, product: str, harm: str, same: str
) -> None:
    begun, apart = told(first, f"{harm}!")
    assert (begun.state.product, begun.state.happened) == (product, first)
    assert [reply.key for reply in begun.replies if reply.key.startswith("ask_")] == ["ask_order"]
    assert (apart.action, apart.hands_over) == ("register", True)
    assert apart.state.happened == f"{harm}!\n{first}"
    assert (apart.state.apart, apart.state.product, apart.state.order) == (True, "", "")
    assert "The message does not say which product caused it. Ask the sender." in [
        reason.key for reason in apart.reasons
    ]
    *_, own = told(first, "SAL-ORD-2026-00012", same)
    assert own.state.happened.startswith(same)
    assert (own.state.apart, own.state.product, own.state.order) == (False, product, "SAL-ORD-2026-00012")


@pytest.mark.parametrize(
    ("harm", "register", "product"),
    [
        ("the kettle burned my daughter", "", "kettle"),
        ("it burned my daughter", "", "kettle"),
        ("my daughter is in hospital", "", "kettle"),
        ("my daughter got a shock from the toaster", "register", ""),
        ("我的孩子被电饭锅烫伤了", "register", ""),
    ],
)
def test_harm_by_another_product_than_the_registered_one_is_a_complaint_of_its_own(
    harm: str, register: str, product: str
) -> None:
    registered = told("my kettle leaks", "SAL-ORD-2026-1234", "no", "yes")[-1].state
    (done,) = told(harm, state=registered)
    assert (done.action, done.hands_over) == (register or "hand_over", True)
    assert done.state.product == product
    assert ("my kettle leaks" in done.state.happened) is not bool(register)
    asked = told("I also have a broken toaster", state=registered)[-1]
    assert asked.replies[0].key == "which_complaint"
    (both,) = told(harm, state=asked.state)
    assert both.action == "register"
    assert both.state.happened == f"{harm}\nI also have a broken toaster"
    (taken,) = told(harm, state=replace(registered, mode="with_person"))
    assert (taken.action, [reply.key for reply in taken.replies]) == (None, ["safety"])
