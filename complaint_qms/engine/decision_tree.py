"""Decision questions as data: asked one after another, each answer leads to the next question or to an outcome.

A tree is looked through before it is used (:func:`mistakes_of`): every way through it ends, every question can be asked, every
outcome can be reached. What an outcome means is its caller's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from complaint_qms.engine.message import Message

Way = tuple[tuple[tuple[str, str], ...], str]
"""Questions with the answers that were given, and the outcome they lead to."""


@dataclass(frozen=True)
class DecisionQuestion:
    """``leads_to``: answer → key of the next question or of an outcome."""

    key: str
    leads_to: Mapping[str, str]


@dataclass(frozen=True)
class DecisionTree:
    """``questions``: the first one is where it begins; ``outcomes``: their keys; ``beside``: those of them that no answer leads to."""

    questions: tuple[DecisionQuestion, ...]
    outcomes: tuple[str, ...]
    beside: frozenset[str] = frozenset()

    def question(self, key: str) -> DecisionQuestion | None:
        """The question with a key; None where there is none."""
        return next((question for question in self.questions if question.key == key), None)


@dataclass(frozen=True)
class Standing:
    """How far answers lead: ``asked``, the answered questions in their order; then either the ``next`` question or an ``outcome``."""

    asked: tuple[str, ...]
    next: str | None
    outcome: str | None


def follow_answers(tree: DecisionTree, answers: Mapping[str, str]) -> Standing:
    """Follow the answers from the first question as far as they go; an answer that a question does not know is none.

    The tree has no mistakes: in one that goes round in circles the way ends at the first question that comes again.
    """
    asked: list[str] = []
    key = tree.questions[0].key if tree.questions else None
    while key and (question := tree.question(key)) and key not in asked:
        there = question.leads_to.get(answers.get(key, ""))
        if not there:
            return Standing(tuple(asked), key, None)
        asked.append(key)
        key = there
    return Standing(tuple(asked), None, key if key in tree.outcomes else None)


def still_possible(tree: DecisionTree, answers: Mapping[str, str]) -> frozenset[str]:
    """Outcomes that the questions which are not answered yet may still lead to; the outcome itself once there is one."""
    standing = follow_answers(tree, answers)
    if not standing.next:
        return frozenset({standing.outcome} if standing.outcome else ())
    return frozenset(_behind(tree, standing.next) & set(tree.outcomes))


def ways_through(tree: DecisionTree) -> Iterator[Way]:
    """Every way through a tree without mistakes. Their number doubles with each question that all ways meet."""

    def go_on(key: str, steps: tuple[tuple[str, str], ...]) -> Iterator[Way]:
        question = tree.question(key)
        if not question:
            yield steps, key
            return
        for answer, there in question.leads_to.items():
            yield from go_on(there, (*steps, (key, answer)))

    if tree.questions:
        yield from go_on(tree.questions[0].key, ())


def mistakes_of(tree: DecisionTree) -> list[Message]:
    """What keeps a tree from being asked, each as a sentence; nothing for a sound one."""
    if not tree.questions:
        return [Message("There is no question. Add the first one.")]
    keys = Counter([*(question.key for question in tree.questions), *tree.outcomes])
    found = [
        Message(
            "The key {key} stands twice. Give each question and each outcome a key of its own.", {"key": key}
        )
        for key, times in keys.items()
        if times > 1
    ]
    for question in tree.questions:
        params = {"question": question.key}
        if len(question.leads_to) < 2:
            found.append(Message("Question {question}: say where Yes and No lead.", params))
        found += [
            Message(
                "Question {question}: {target} is neither a question nor an outcome.",
                params | {"target": there},
            )
            for there in dict.fromkeys(question.leads_to.values())
            if there not in keys
        ]
    if found:
        return found
    if circle := _circle(tree):
        return [
            Message(
                "Question {question} comes again behind itself. No answer may lead back.",
                {"question": circle},
            )
        ]
    met = {tree.questions[0].key} | _behind(tree, tree.questions[0].key)
    found = [
        Message("Question {question} is never asked: no answer leads to it.", {"question": question.key})
        for question in tree.questions
        if question.key not in met
    ]
    found += [
        Message("Outcome {outcome} is never reached: no answer leads to it.", {"outcome": outcome})
        for outcome in tree.outcomes
        if outcome not in met and outcome not in tree.beside
    ]
    return found


def _behind(tree: DecisionTree, key: str) -> set[str]:
    """Questions and outcomes that can follow a question."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        question = tree.question(waiting.pop())
        for there in question.leads_to.values() if question else ():
            if there not in found:
                found.add(there)
                waiting.append(there)
    return found


def _circle(tree: DecisionTree) -> str | None:
    return next(
        (question.key for question in tree.questions if question.key in _behind(tree, question.key)), None
    )
