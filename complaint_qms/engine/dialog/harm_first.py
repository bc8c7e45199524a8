"""Harm that is told while something else is being taken down: it leads, and takes no product from what was told before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from complaint_qms.engine.dialog import asking
from complaint_qms.engine.dialog.numbers import is_product
from complaint_qms.engine.dialog.rules import Rules
from complaint_qms.engine.dialog.state import State, clipped
from complaint_qms.engine.dialog.turn_meaning import TurnMeaning, read_turn
from complaint_qms.engine.text import HAN, fold

_DOER: Final = re.compile(
    r"(?<![a-z])(?:on|by|with|from|of|in) (?:an?|the|my|our|your|his|her|their|this|that|another) ((?:[a-z][a-z-]{0,20} ){0,2}?[a-z][a-z-]{1,20})(?= (?:and|but|is|was|while|when|that|which|so|because)(?![a-z])|[^a-z -]|$)"
    rf"|被([{HAN}]{{2,8}}?)(?:烫|烧|电|割|划|扎|砸|夹|伤|炸)"
)
_POINTS: Final = re.compile(
    r"(?<![a-z])(?:it|(?:this|the) (?:product|thing|device))(?![a-z])|它|这个?(?:东西|产品|商品)"
)
_NAME: Final = re.compile(rf"(?<![a-z0-9-])[a-z]{{3,}}(?![a-z0-9-])|[{HAN}]{{2,}}")
_PART: Final = re.compile("[a-z]{4,}")
_MOST_DOERS: Final = 20
_SAME, _OTHER = "same", "other"


def with_harm(state: State, reading: TurnMeaning) -> State:
    """The state of a complaint that is not registered yet, with the harm that a turn tells ahead of all else. Where the turn does
    not speak of the product that was told before, a person has to ask which one it was."""
    if not state.happened or reading.text in state.happened:
        return asking.with_story(state, reading)
    happened = clipped("happened", f"{reading.text}\n{state.happened}")
    if _relation(state.product, reading) == _SAME:
        return replace(state, happened=happened)
    numbers = reading.numbers
    own = {name: clipped(name, getattr(numbers, name)) for name in ("order", "serial", "batch")}
    own["product"] = clipped("product", reading.product or numbers.item)
    return replace(state, happened=happened, apart=True, **own)  # type: ignore[arg-type]


def of_its_own(state: State, reading: TurnMeaning, files: int, topic: str, rules: Rules) -> State:
    """The state to take harm down in that is told after a registration: that of a further complaint where the turn names another
    product, or where one was being told, else the same.

    Args:
        topic: what was told as another complaint and waits for the word that it is one.
    """
    if not topic and _relation(state.product, reading) != _OTHER:
        return state
    begun = replace(state.anew(), turns=state.turns, last_at=state.last_at, photos=files)
    return asking.filled(replace(begun, happened=topic), read_turn(topic, rules), "") if topic else begun


def _relation(product: str, reading: TurnMeaning) -> str:
    """Whether a turn names a product again or points to it, or names another one; empty where it says nothing of that."""
    folded, plain = reading.folded, fold(product)
    names = _NAME.findall(plain)[-1:] or _PART.findall(plain)
    if any((name[-2:] if name[0] > "\u3000" else name) in folded for name in names):
        return _SAME
    doers = [match[1] or match[2] for match in list(_DOER.finditer(folded))[:_MOST_DOERS]]
    if reading.product or any(is_product(doer) for doer in doers):
        return _OTHER if names else ""
    return _SAME if _POINTS.search(folded) else ""
