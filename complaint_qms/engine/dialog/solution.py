"""What a turn says of a solution that its sender was told, and whether it asks how their complaint stands."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

from complaint_qms.constants.dialog import ASKS_STANDING, HESITATION, ON_SOLUTION
from complaint_qms.engine.dialog.rules import RULES, Rules, pattern_of
from complaint_qms.engine.dialog.turn_meaning import TOLD, TurnMeaning, read_turn

Verdict = Literal["agreed", "disagreed", "doubt", ""]
_HESITATES: Final = frozenset(
    (
        *HESITATION.split(),
        *[
            "never",
            "hardly",
            "neither",
            "nor",
            "if",
            "less",
            "cannot",
            "没",
            "未",
            "无",
            "非",
            "别",
            "如",
            "假",
        ],
    )
)
_WORD: Final = re.compile(r"[a-z0-9']+")
_LONGEST_QUESTION: Final = 120


def verdict_of(text: str, *, asked: bool, elsewhere: bool = False, rules: Rules = RULES) -> Verdict:
    """Whether a turn accepts a solution or not; `doubt` where it may do either, empty where it speaks of something else.

    Args:
        asked: whether the turn answers the question for a yes or a no, so that a mere “ok” is a yes.
        elsewhere: whether something else was said to the sender since, to which a mere “yes” or “no” may be the answer.
    """
    reading = read_turn(text, rules)
    if reading.harm == TOLD or reading.is_empty:
        return ""
    said = reading.folded
    refuses = bool(_pattern("refuse").search(said))
    accepts = bool(_pattern("accept").search(_pattern("refuse").sub(" ", said)))
    yes, no = _short_answers(reading, asked=asked)
    if elsewhere and reading.only_short and (yes or no) and not (accepts or refuses):
        return "doubt"
    if (refuses or no) and not (accepts or yes):
        return "doubt" if reading.question and not reading.complaint else "disagreed"
    if (accepts or yes) and not (refuses or no):
        return "doubt" if _takes_back(reading) else "agreed"
    if accepts or yes or refuses or no:
        return "doubt"
    return "doubt" if reading.only_short and not reading.short.isdisjoint(("yes", "no", "thanks")) else ""


def asks_standing(text: str, rules: Rules = RULES) -> tuple[bool, str]:
    """Whether a turn asks how a complaint stands, and the number that it names."""
    reading = read_turn(text, rules)
    if reading.harm or reading.complaint or len(reading.text) > _LONGEST_QUESTION:
        return False, ""
    asks = bool(_standing().search(reading.folded))
    number = reading.numbers.complaint
    only_number = bool(number) and len(reading.text.strip()) <= len(number) + 2
    return asks or only_number or (bool(number) and reading.question), number


def _short_answers(reading: TurnMeaning, *, asked: bool) -> tuple[bool, bool]:
    """Whether the few words that a turn is made of, or begins with, are a yes, and whether they are a no."""
    if reading.choice in ("choice_yes", "choice_no"):
        return reading.choice == "choice_yes", reading.choice == "choice_no"
    clear = bool(_pattern("clear_yes").search(reading.folded))
    only, begins = reading.only_short, reading.first
    yes = "yes" in (reading.short if only else begins) and (asked or clear)
    no = reading.says("no") if only else "no" in begins and reading.complaint
    return yes, no


def _takes_back(reading: TurnMeaning) -> bool:
    """Whether something beside a yes takes it back, or may do so."""
    rest = _pattern("clear_yes").sub(" ", _pattern("accept").sub(" ", reading.folded))
    said = {*_WORD.findall(rest), *rest}
    denies = any(word.endswith("n't") for word in said)
    return reading.question or reading.complaint or denies or not _HESITATES.isdisjoint(said)


@cache
def _pattern(meaning: str) -> re.Pattern[str]:
    return pattern_of(ON_SOLUTION[meaning].values())


@cache
def _standing() -> re.Pattern[str]:
    return pattern_of(ASKS_STANDING.values())
