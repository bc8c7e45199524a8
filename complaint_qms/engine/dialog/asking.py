"""Collecting what a complaint lacks: what is in a turn, what is asked next, the summary before it is registered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from complaint_qms.constants.dialog import (
    ANSWER_BEGINS,
    EMPTY,
    EMPTY_ZH,
    HESITATION,
    NO_ANSWER_SIGNS_ZH,
    PHOTO_TALK,
    SLOT_WORDS,
)
from complaint_qms.engine.dialog.knowledge import Answer, Knowledge
from complaint_qms.engine.dialog.rules import Rules
from complaint_qms.engine.dialog.state import Reply, State, Step, clipped
from complaint_qms.engine.dialog.turn_meaning import TurnMeaning
from complaint_qms.engine.message import Message
from complaint_qms.engine.text import fold

_FEWEST_DIGITS: Final = 4
_FEW_MORE: Final = 30
_HESITATION: Final = frozenset(HESITATION.split())
_SHOWN: Final = 300
_LONGEST_ANSWER: Final = 100
_MOST_WORDS: Final = 7
_NO_ANSWER_SIGNS: Final = frozenset(NO_ANSWER_SIGNS_ZH)
_FEWEST_WORDS: Final = 2
_FEWEST_SIGNS: Final = 3
_LONG_QUESTION: Final = 9
_LONG_QUESTION_SIGNS: Final = 14
_LINES: Final = ("product", "order", "serial", "batch", "happened", "photos", "contact")
_CHOICES: Final = {
    "product": ["choice_unknown"],
    "order": ["choice_unknown"],
    "photos": ["choice_no_photo"],
}
_WORD: Final = re.compile(r"[a-z0-9']+")
_EMPTY: Final = frozenset(EMPTY.split())
_HAS_NONE: Final = ("none", "unknown", "skip", "no")


def collected(state: State, reading: TurnMeaning, files: int, knowledge: Knowledge, rules: Rules) -> Step:
    """A turn while a complaint is collected or waits for its yes."""
    if state.mode == "confirming":
        return _confirmed(state, reading, files, knowledge, rules)
    before, asked = state, state.asked
    state = filled(state, reading, asked)
    if files == 0 and asked and _has_none(reading, asked):
        lacking = _lacking(reading, asked)
        if lacking != "happened" and not _is_filled(state, lacking):
            return going_on(replace(state, skipped=(*state.skipped, lacking)), [], rules)
    opening = [Reply("thanks_photo")] if files else []
    changed = _values(state) != _values(before)
    if reading.question and not reading.complaint and not changed and not files:
        found = confident(reading, state.language, knowledge, rules)
        if found:
            return _asked_again(state, [answering(found)], rules)
        opening.append(Reply("question_noted"))
    state = _story_of(state, reading, asked, changed)
    return going_on(state, opening, rules)


def filled(state: State, reading: TurnMeaning, asked: str) -> State:
    """What a turn tells of itself, and what it answers to the question before; a number said anew replaces the one before."""
    numbers = reading.numbers
    corrects = "correction" in reading.found or "no" in reading.first or asked == "correction"
    values: dict[str, str] = {}
    if numbers.order and (not state.order or corrects or "order" in numbers.labelled or asked == "order"):
        values["order"] = numbers.order
    if numbers.serial:
        values["serial"] = numbers.serial
    if numbers.batch:
        values["batch"] = numbers.batch
    if numbers.loose and not (numbers.order or numbers.serial):
        alone = len(reading.text) <= len(numbers.loose) + 2 and asked != "product" and not state.order
        answers = asked == "order" or alone or (asked in ("confirm", "correction") and bool(state.order))
        if answers and _is_long_number(numbers.loose):
            values["order"] = numbers.loose
        elif asked == "product" and not reading.product:
            values["product"] = numbers.loose
    if reading.product and (not state.product or reading.product_told):
        values["product"] = reading.product
    elif numbers.item and not state.product:
        values["product"] = numbers.item
    if asked == "product" and not reading.product_told and (answer := _short_answer(reading)):
        values["product"] = answer
    contact = numbers.mail or numbers.phone
    if not contact and asked == "contact":
        contact = numbers.loose
    if contact:
        values["contact"] = contact
    if numbers.name:
        values["name"] = numbers.name
    elif asked == "name" and (answer := _short_answer(reading)):
        values["name"] = answer
    return replace(state, **{name: clipped(name, value) for name, value in values.items()})  # type: ignore[arg-type]


def with_story(state: State, reading: TurnMeaning) -> State:
    """The state with a turn's words added to what happened, if it tells of it."""
    if not (reading.complaint or reading.harm) or reading.text in state.happened:
        return state
    return _added(state, reading.text)


def says_what_happened(text: str, reading: TurnMeaning) -> bool:
    """Whether a text tells more than that there is something to tell."""
    if reading.only_short:
        return text != reading.text
    folded = reading.folded
    for number in (reading.numbers.order, reading.numbers.serial, reading.numbers.batch):
        folded = folded.replace(fold(number), " ") if number else folded
    words = [
        word
        for word in _WORD.findall(folded)
        if len(word) > 1 and word not in _EMPTY and not any(map(str.isdigit, word))
    ]
    han = sum("\u3400" <= sign <= "\u9fff" for sign in _without_empty(folded))
    return len(words) >= _FEWEST_WORDS or han >= _FEWEST_SIGNS or text != reading.text


def tells_another(state: State, reading: TurnMeaning) -> bool:
    """Whether what is told after a registration seems to be about another thing than what was registered."""
    if not reading.complaint:
        return False
    numbers = reading.numbers
    for said, known in ((numbers.order, state.order), (numbers.serial, state.serial)):
        if said and known and fold(said) != fold(known):
            return True
    if "further" in reading.found:
        return True
    said, known = fold(reading.product), fold(state.product)
    return bool(said and known) and said not in known and known not in said


def going_on(state: State, opening: list[Reply], rules: Rules) -> Step:
    """Ask for the next thing that is missing; sum up when nothing is."""
    slot = _missing(state, rules)
    if slot and not (slot != "happened" and _is_never_told(state, rules)):
        return _ask(state, slot, opening)
    if not state.happened:
        reason = Message("The sender wants to complain and did not say what happened.")
        handed = replace(state, mode="with_person", asked="")
        return Step(handed, [*opening, Reply("with_person")], "hand_over", [reason])
    return _summed_up(state, opening, rules)


def confident(reading: TurnMeaning, language: str, knowledge: Knowledge, rules: Rules) -> Answer | None:
    """The article that answers, where that is sure enough; none where harm is spoken of."""
    if reading.complaint or reading.harm:
        return None
    found = knowledge.best(reading.folded, language)
    least = rules.confident if reading.question else rules.confident_unasked
    if found and found.confidence >= least and found.margin >= rules.margin:
        return found
    return None


def answering(answer: Answer) -> Reply:
    article = answer.article
    return Reply("answer", {"title": article.title, "excerpt": answer.excerpt}, article=article.name)


def _confirmed(state: State, reading: TurnMeaning, files: int, knowledge: Knowledge, rules: Rules) -> Step:
    before, state = state, filled(state, reading, state.asked)
    changed = _values(state) != _values(before)
    agrees = _agrees(reading)
    if agrees and not changed:
        registered = replace(state, mode="done", asked="", registered=True, misunderstood=0)
        return Step(registered, [Reply("registered")], "register", [Message("The sender confirmed it.")])
    if reading.says("no") or reading.choice == "choice_no":
        if state.summaries >= rules.most_summaries:
            return _given_up(state, [])
        return Step(replace(state, mode="collecting", asked="correction"), [Reply("ask_correction")], None, [])  # fmt: skip
    if reading.question and not changed and not reading.complaint and not files:
        found = confident(reading, state.language, knowledge, rules)
        reply = answering(found) if found else Reply("question_noted")
        state = state if found else _added(state, reading.text)
        return Step(state, [reply, _confirm()], None, [])
    if not reading.only_short and not changed and not reading.is_empty:
        state = _added(state, reading.text)
    return _summed_up(state, [Reply("thanks_photo")] if files else [], rules)


def _agrees(reading: TurnMeaning) -> bool:
    """Whether a turn says yes, in so many words or with a few more behind it."""
    if reading.choice:
        return reading.choice == "choice_yes"
    if reading.only_short:
        return reading.says("yes") and not reading.says("no") and not reading.question
    said = {*_WORD.findall(reading.folded), *reading.folded}
    opens = "yes" in reading.first and "no" not in reading.short and len(reading.rest) <= _FEW_MORE
    takes_back = not _HESITATION.isdisjoint(said) or "correction" in reading.found
    return opens and not (takes_back or reading.question or reading.complaint)


def _story_of(state: State, reading: TurnMeaning, asked: str, changed: bool) -> State:
    """What a turn adds to the story: all that is no mere answer."""
    if reading.only_short or reading.is_empty or reading.choice:
        return state
    if asked in ("order", "product", "contact", "name") and changed and not reading.complaint:
        return state
    if asked == "correction" and changed and not reading.complaint:
        return state
    if asked == "photos" and not reading.complaint and any(word in reading.folded for word in PHOTO_TALK):
        return state
    if asked == "happened" and not says_what_happened(reading.text, reading):
        return state
    if asked == "happened" and reading.question and not reading.complaint and not _is_told_at_length(reading):
        return state  # it stands in the talk, which goes along
    return _added(state, reading.text)


def _summed_up(state: State, opening: list[Reply], rules: Rules) -> Step:
    if state.summaries >= rules.most_summaries:
        return _given_up(state, opening)
    lines = []
    for name in _LINES:
        value = getattr(state, name)
        if value:
            text = str(value)
            lines.append(Reply(f"line_{name}", {name: text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"}))
    shown = replace(state, mode="confirming", asked="confirm", summaries=state.summaries + 1)
    return Step(shown, [*opening, Reply("summary"), *lines, _confirm()], None, [])


def _given_up(state: State, opening: list[Reply]) -> Step:
    reason = Message("The summary was not confirmed after {times} attempts.", {"times": state.summaries})
    handed = replace(state, mode="with_person", asked="")
    return Step(handed, [*opening, Reply("with_person")], "hand_over", [reason])


def _ask(state: State, slot: str, opening: list[Reply]) -> Step:
    times = state.asked_times.get(slot, 0)
    asked = replace(state, mode="collecting", asked=slot, asked_times={**state.asked_times, slot: times + 1})
    key = f"ask_{slot}" if times == 0 else f"ask_{slot}_again"
    return Step(asked, [*opening, Reply(key, choices=list(_CHOICES.get(slot, ())))], None, [])


def _asked_again(state: State, opening: list[Reply], rules: Rules) -> Step:
    """The question before once more, not counted: the sender asked something that was answered."""
    if state.asked in rules.asks:
        key = f"ask_{state.asked}"
        return Step(state, [*opening, Reply(key, choices=list(_CHOICES.get(state.asked, ())))], None, [])
    return going_on(state, opening, rules)


def _lacking(reading: TurnMeaning, asked: str) -> str:
    """What a turn says that there is none of: what it names, else what was asked for."""
    if reading.choice == "choice_no_photo":
        return "photos"
    named = [slot for slot, words in SLOT_WORDS.items() if any(word in reading.folded for word in words)]
    return named[0] if named and asked not in named else asked


def _missing(state: State, rules: Rules) -> str:
    for slot in rules.asks:
        if (
            not _is_filled(state, slot)
            and slot not in state.skipped
            and state.asked_times.get(slot, 0) < _most_asked(state, slot, rules)
        ):
            return slot
    return ""


def _most_asked(state: State, slot: str, rules: Rules) -> int:
    # An order or a serial number names the product to whoever looks it up.
    return min(1, rules.most_asked) if slot == "product" and _is_filled(state, "order") else rules.most_asked


def _is_long_number(number: str) -> bool:
    return sum(sign.isdigit() for sign in number) >= _FEWEST_DIGITS


def _is_filled(state: State, slot: str) -> bool:
    if slot == "order":
        return bool(state.order or state.serial)
    return bool(getattr(state, slot, True))


def _has_none(reading: TurnMeaning, asked: str) -> bool:
    """Whether a turn says that there is nothing to give, in so many words or at its beginning."""
    if reading.choice in ("choice_unknown", "choice_no_photo", "choice_no"):
        return True
    if reading.says(*_HAS_NONE):
        return True
    begins = not reading.first.isdisjoint(("none", "unknown", "skip"))
    if "none" in reading.short and any(word in reading.folded for word in SLOT_WORDS.get(asked, ())):
        begins = True  # “照片没有”
    return asked != "happened" and begins and len(reading.rest) <= _LONGEST_ANSWER and not reading.complaint


def _is_never_told(state: State, rules: Rules) -> bool:
    """Whether it was asked what happened, as often as it is, and nothing was said of it: a person asks, not another question."""
    return (
        "happened" in rules.asks
        and not state.happened
        and state.asked_times.get("happened", 0) >= rules.most_asked
    )


def _is_told_at_length(reading: TurnMeaning) -> bool:
    """Whether a question is long enough to tell what happened as well."""
    han = sum("\u3400" <= sign <= "\u9fff" for sign in reading.rest)
    return len(reading.rest.split()) >= _LONG_QUESTION or han >= _LONG_QUESTION_SIGNS


def _short_answer(reading: TurnMeaning) -> str:
    """The answer to “which product?” or “what name?”: a turn of a few words that says nothing else."""
    if reading.only_short or reading.is_empty or reading.question or reading.choice:
        return ""
    if reading.numbers.order or reading.complaint or len(reading.text) > _LONGEST_ANSWER:
        return ""
    if len(reading.text.split()) > _MOST_WORDS or not _NO_ANSWER_SIGNS.isdisjoint(reading.folded):
        return ""
    if " not " in f" {reading.folded} ":
        return ""
    if not reading.first.isdisjoint(("none", "unknown", "skip", "no")):
        return ""
    text = reading.text.strip(" .。!！,，")
    low = text.lower()
    for beginning in ANSWER_BEGINS:
        if low.startswith(beginning):
            text, low = text[len(beginning) :].strip(), low[len(beginning) :].strip()
    return text


def _added(state: State, text: str) -> State:
    joined = f"{state.happened}\n{text}" if state.happened else text
    return replace(state, happened=clipped("happened", joined))


def _values(state: State) -> tuple[object, ...]:
    return (state.product, state.order, state.serial, state.batch, state.contact, state.name)


def _confirm() -> Reply:
    return Reply("confirm", choices=["choice_yes", "choice_no", "choice_person"])


def _without_empty(rest: str) -> str:
    for phrase in EMPTY_ZH.split():
        rest = rest.replace(phrase, "")
    return rest
