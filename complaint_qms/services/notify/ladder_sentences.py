"""What is told of the steps of a ladder: lines of the timeline, of which a message to a person is made as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from complaint_qms.constants import escalation
from complaint_qms.constants.rules import RULE
from complaint_qms.engine.message import Message
from complaint_qms.services.record.timeline import Link, Moment, Names, Text, Word, line


def clock_noun(clock: str, stage: str) -> Word | str:
    """What a clock measures, for a line of the timeline."""
    if clock == "stage":
        return Word(stage)
    return "First response" if clock == "response" else "Whole complaint"


def reached(step: dict[str, Any], complaint: dict[str, Any]) -> Message:
    """Where a clock stands at a step of the ladder, and when it is due."""
    due = complaint.get(f"{step['clock']}_due")
    noun = clock_noun(step["clock"], step["stage"])
    if not due:
        return line("{0}, {1}", noun, _share(step))
    return line("{0}, {1}, due {2}", noun, _share(step), Moment(due))


def taken_line(steps: Iterable[dict[str, Any]], complaint: dict[str, Any], names: dict[str, str]) -> Message:
    """The line in a complaint's own timeline about steps of its ladder. `names`: user → full name."""
    return line("Escalation. {0}", [_taken(step, reached(step, complaint), names) for step in steps])


def _share(step: dict[str, Any]) -> Message:
    if step["moment"] == escalation.PERCENT:
        return line("{0} % of its time", Text(f"{step['amount']:g}"))
    hours = Text(f"{step['amount'] / 3600:.4g}")
    if step["moment"] == escalation.BEFORE_DUE:
        return line("{0} h before it is due", hours)
    if step["moment"] == escalation.AFTER_DUE:
        return line("{0} h over its time", hours)
    return line("{0} h after its start", hours)


def _taken(step: dict[str, Any], where: Message, names: dict[str, str]) -> Message:
    if step["action"] == escalation.RAISE:
        if step["old_value"] == step["new_value"]:
            return line("{0}: urgency stays {1}", where, Word(step["new_value"]))
        return line(
            "{0}: urgency {1} instead of {2}", where, Word(step["new_value"]), Word(step["old_value"])
        )
    if step["action"] == escalation.CALL:
        if step["new_value"]:
            return line("{0}: the rule {1} was called", where, Link(RULE, step["new_value"]))
        return line("{0}: the rule {1} is not in use and was not called", where, Text(step["old_value"]))
    told_names = Names([names.get(user, user) for user in step["told"]])
    if step["action"] == escalation.REASSIGN:
        if step["told"]:
            return line("{0}: handed over to {1}", where, told_names)
        return line("{0}: stays with its handler", where)
    if not step["told"]:
        return line("{0}: nobody to tell was found", where)
    if step["action"] == escalation.WATCH:
        return line("{0}: {1} follows the complaint", where, told_names)
    return line("{0}: {1} was told", where, told_names)
