"""Whatever is written, in whatever order: nothing is raised, replies stay few, states are plain, nothing is registered twice."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from complaint_qms.engine.dialog import RULES, WORDS, Knowledge, Reply, State, Turn, step
from complaint_qms.engine.dialog.state import LONGEST, LONGEST_VALUE, MODES
from tests.engine.dialog_articles import CHINESE, ENGLISH, QUESTIONS
from tests.engine.dialog_turns import COMPLAINTS, FEARED, HARM, LANGUAGES, NEITHER, NO_HARM, NUMBERS
from tests.engine.test_dialog import CONVERSATIONS, FILES

KNOWN = Knowledge.build([*ENGLISH, *CHINESE])
BEGIN = datetime(2026, 11, 29, 9, 0)
MOST_REPLIES = 12
LONGEST_REPLY = 400

PHRASES = sorted(
    {FILES.sub("", line.rsplit(" =>", 1)[0]) for _, lines in CONVERSATIONS for line in lines[:-1]}
    | {question for question, _ in QUESTIONS}
    | {text for text, _ in (*LANGUAGES, *NUMBERS)}
    | {*COMPLAINTS, *FEARED, *HARM, *NEITHER, *NO_HARM, *WORDS, *WORDS.values()}
)
texts = some.one_of(
    some.sampled_from(PHRASES),
    some.sampled_from(PHRASES),
    some.text(max_size=60),
    some.lists(some.sampled_from(PHRASES), min_size=2, max_size=3).map(" ".join),
    some.text(alphabet="不没有是我的 ,?!.-0129aio:@{}<>\n\u200b\ud800'", max_size=200),
)
files = some.sampled_from([0, 0, 0, 0, 1, 3, -5, 10**9])
conversations = some.lists(some.tuples(texts, files), min_size=1, max_size=25)

plain = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
hostile = some.dictionaries(some.sampled_from([*State().to_data(), "__class__", "x"]), plain, max_size=8)


def is_sound(replies: list[Reply]) -> bool:
    for reply in replies:
        said = WORDS[reply.key].format(**reply.values)
        if len(said) > LONGEST_REPLY or not set(reply.choices) <= set(WORDS):
            return False
    return len(replies) <= MOST_REPLIES


def is_plain(state: State) -> bool:
    data = state.to_data()
    kept = State.from_data(json.loads(json.dumps(data)))
    bounded = all(
        len(value) <= LONGEST.get(name, LONGEST_VALUE) for name, value in data.items() if isinstance(value, str)
    )  # fmt: skip
    return kept == state and bounded and state.mode in MODES


@given(conversations, some.booleans())
@settings(max_examples=150)
def test_any_conversation_is_answered_and_kept(turns: list[tuple[str, int]], aware: bool) -> None:
    state, registered, anew = None, 0, 0
    for at, (text, count) in enumerate(turns):
        when = (BEGIN + timedelta(minutes=at)).replace(tzinfo=timezone.utc if aware and at % 2 else None)
        before = state or State()
        done = step(state, Turn(text, count, when), KNOWN)
        assert is_sound(done.replies)
        assert is_plain(done.state)
        if done.action is None and before.mode != "with_person":
            assert done.replies, "somebody who writes is answered"
        anew += before.registered and not done.state.registered
        registered += done.action == "register"
        assert (done.action == "hand_over") <= (done.state.mode == "with_person")
        assert done.hands_over <= (done.state.mode == "with_person")
        assert before.mode != "with_person" or done.state.mode == "with_person"
        state = done.state
    assert registered <= 1 + anew


@given(some.lists(texts, min_size=1, max_size=5))
@settings(max_examples=60)
def test_a_conversation_comes_to_an_end(turns: list[str]) -> None:
    state = None
    for at in range(RULES.most_turns + 1):
        state = step(state, Turn(turns[at % len(turns)], 0, BEGIN + timedelta(minutes=at)), KNOWN).state
    assert state is not None
    assert state.mode in ("with_person", "done") or state.turns <= RULES.most_turns


@given(hostile | plain, texts, files)
@settings(max_examples=300)
def test_a_stored_state_that_is_none_does_no_harm(data: Any, text: str, count: int) -> None:
    state = State.from_data(data)
    assert is_plain(state)
    done = step(state, Turn(text, count, BEGIN), KNOWN)
    assert is_sound(done.replies)
    assert is_plain(done.state)


@given(texts)
def test_the_same_turn_has_the_same_answer(text: str) -> None:
    turn = Turn(text, 0, BEGIN)
    assert step(None, turn, KNOWN) == step(None, turn, KNOWN)
    assert step(None, turn, KNOWN) == step(State(), turn, KNOWN)
