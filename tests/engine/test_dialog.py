"""Whole conversations with the first-reply assistant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from complaint_qms.engine.dialog import WORDS, Knowledge, State, Step, Turn, step

BEGIN = datetime(2026, 11, 29, 9, 0)
NOTHING = Knowledge.build([])


def played(*turns: str | tuple[str, int], knowledge: Knowledge = NOTHING) -> list[Step]:
    """The steps of a conversation; a turn is a text, or a text and a count of files. States go through JSON in between."""
    state, steps = None, []
    for at, turn in enumerate(turns):
        text, files = turn if isinstance(turn, tuple) else (turn, 0)
        done = step(state, Turn(text, files, BEGIN + timedelta(minutes=at)), knowledge)
        assert State.from_data(done.state.to_data()) == done.state
        assert all(WORDS[reply.key].format(**reply.values) for reply in done.replies)
        state = done.state
        steps.append(done)
    return steps


@pytest.mark.parametrize(
    ("turns", "product", "order"),
    [
        (("hello", "my electric kettle leaks since yesterday", "SAL-ORD-2026-00012", ("", 1), "yes"), "electric kettle", "SAL-ORD-2026-00012"),
        (("你好", "我买的电水壶漏水了", "订单号是SAL-ORD-2026-00012", "没有", "是的"), "电水壶", "SAL-ORD-2026-00012"),
    ],
)  # fmt: skip
def test_a_complaint_is_collected_confirmed_and_registered_once(
    turns: tuple[str, ...], product: str, order: str
) -> None:
    steps = played(*turns)
    assert [done.action for done in steps] == [None] * (len(turns) - 1) + ["register"]
    last = steps[-1].state
    assert (last.product, last.order, last.mode) == (product, order, "done")


def test_harm_is_registered_at_once_and_handed_over() -> None:
    (done,) = played("My son was burned by the kettle, order SAL-ORD-2026-00012")
    assert done.action == "register"
    assert done.hands_over
    assert done.replies[0].key == "safety"
    assert done.state.order == "SAL-ORD-2026-00012"
