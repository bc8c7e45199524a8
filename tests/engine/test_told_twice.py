"""Keys of a text, and whether two complaints are one told twice."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import date, timedelta

import pytest

from complaint_qms.engine.similar import KEYS, Told, judge, text_keys
from complaint_qms.engine.similar.told_twice import days_apart
from tests.benchmarks.planted import near_duplicate

DAY = date(2026, 3, 2)
ENGLISH = "The handle broke on the second day when my daughter was pouring tea, please send a replacement."
CHINESE = "打开包裹时发现水壶漏水，桌子湿了，请尽快更换，我已经打了两次热线。"


def told(day: int = 0, words: int = 12, **said: str) -> Told:
    kinds = {"order": "orders", "customer": "persons", "phone": "persons", "invoice": "orders"}
    sets: dict[str, set[tuple[str, str]]] = {"orders": set(), "persons": set()}
    for name, value in said.items():
        if name in kinds:
            sets[kinds[name]].add((name, value))
    return Told(
        values={name: value for name, value in said.items() if name not in kinds},
        orders=frozenset(sets["orders"]),
        persons=frozenset(sets["persons"]),
        words=words,
        day=DAY + timedelta(days=day),
    )


class TestKeys:
    def test_they_fit_a_column_and_stay_the_same(self) -> None:
        keys = text_keys(ENGLISH)
        assert keys == text_keys(f"  {ENGLISH.upper()}  ")
        assert len(keys) == KEYS
        assert all(-(2**31) <= key < 2**31 for key in keys)
        assert keys[:2] == (674602451, 141317074), (
            "stored keys of older complaints would find nobody any more"
        )

    @pytest.mark.parametrize("text", ["", None, " … !", "the and of", "谢谢"])
    def test_a_text_without_words_has_none(self, text: str | None) -> None:
        assert text_keys(text) == ()

    @pytest.mark.parametrize("text", [ENGLISH, CHINESE])
    def test_a_story_told_again_shares_one(self, text: str) -> None:
        rng = random.Random(4)
        again = [near_duplicate(text, rng, 0.15) for _time in range(60)]
        found = sum(any(map(int.__eq__, text_keys(text), text_keys(one))) for one in again)
        assert found >= 58

    def test_another_story_shares_none(self) -> None:
        other = "Rechnung 4711 wurde doppelt abgebucht, bitte um Erstattung des Betrags auf mein Konto."
        assert not any(map(int.__eq__, text_keys(ENGLISH), text_keys(other)))

    def test_no_array_library_is_loaded_for_them(self) -> None:
        code = "import sys; from complaint_qms.engine.similar.wording import text_keys; text_keys('the pump leaks'); sys.exit('numpy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_a_pasted_log_takes_no_longer_than_its_beginning(self) -> None:
        log = " ".join(f"error{number}" for number in range(200_000))
        assert len(text_keys(log)) == KEYS


# (what both say, what one says, what the other says, agreement of the texts, days between) → told twice?
CASES = {
    "same unit, other words, next day": ({"serial": "S1"}, {}, {}, 0.1, 1, True),
    "same unit told by dealer and user": ({"serial": "S1"}, {"customer": "D"}, {"customer": "U"}, 0.4, 2, True),
    "same unit after two months": ({"serial": "S1"}, {}, {}, 0.9, 60, False),
    "two units of one customer, same words": ({"customer": "A", "item": "I"}, {"serial": "1"}, {"serial": "2"}, 1.0, 0, False),
    "the customer's own number": ({"reference": "R7"}, {}, {}, 0.0, 45, True),
    "same order and person, other words": ({"order": "SO1", "customer": "A", "item": "I"}, {}, {}, 0.2, 1, True),
    "same order and person, other item": ({"order": "SO1", "customer": "A"}, {"item": "I"}, {"item": "J"}, 0.2, 1, False),
    "same person, same words": ({"customer": "A"}, {}, {}, 0.7, 1, True),
    "same person, other words": ({"customer": "A", "item": "I"}, {}, {}, 0.2, 1, False),
    "same telephone, same words": ({"phone": "1"}, {}, {}, 0.7, 3, True),
    "strangers, same words": ({}, {}, {}, 0.95, 1, True),
    "two customers, same words": ({"item": "I"}, {"customer": "A"}, {"customer": "B"}, 1.0, 0, False),
    "same batch, two customers": ({"batch": "L", "item": "I"}, {"customer": "A"}, {"customer": "B"}, 0.6, 0, False),
    "same words of another batch": ({"customer": "A", "item": "I"}, {"batch": "L"}, {"batch": "M"}, 0.8, 1, False),
    "the customer's own number, another batch": ({"reference": "R7"}, {"batch": "L"}, {"batch": "M"}, 0.9, 2, True),
    "same unit, another batch": ({"serial": "1", "customer": "A"}, {"batch": "L"}, {"batch": "M"}, 1.0, 0, False),
    "same words of another order": ({"customer": "A", "item": "I", "batch": "L"}, {"order": "S1"}, {"order": "S2"}, 1.0, 0, False),
    "same words of another serial number": ({"customer": "A", "order": "S1", "batch": "L"}, {"serial": "1"}, {"serial": "2"}, 1.0, 0, False),
    "nothing in common": ({}, {}, {}, 0.1, 0, False),
    "an order and an invoice tell nothing of each other": ({"customer": "A", "item": "I"}, {"order": "SO"}, {"invoice": "SI"}, 0.8, 1, True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_told_twice_or_a_similar_case(case: str) -> None:
    both, one, other, agreement, days, twice = CASES[case]
    left, right = told(**both, **one), told(day=days, **both, **other)
    verdict = judge(left, right, agreement)
    assert verdict.is_told_twice is twice
    assert judge(right, left, agreement) == verdict
    assert 0.0 <= verdict.score <= 1.0


def test_few_words_agree_by_chance() -> None:
    assert not judge(told(words=2), told(words=2), 1.0).is_told_twice


def test_the_reasons_say_what_speaks_for_it_strongest_first() -> None:
    verdict = judge(told(serial="S1", batch="L"), told(day=3, serial="S1", batch="L"), 0.42)
    assert [reason.text for reason in verdict.reasons][:2] == ["same serial", "the texts agree to 42 %"]
    assert "received 3 days apart" in [reason.text for reason in verdict.reasons]
    assert days_apart(1).render(str) == "received one day apart"
    assert "received on the same day" in [reason.text for reason in judge(told(), told(), 0.5).reasons]
