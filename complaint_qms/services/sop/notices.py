"""Who hears of a complaint's clocks: listens to at risk, overdue, hold over, steps of the ladder and due times moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from complaint_qms.constants.escalation import TELLS
from complaint_qms.constants.events import ESCALATION_STEP, OVERDUE
from complaint_qms.engine.message import Message
from complaint_qms.services.events import Event
from complaint_qms.services.notify.ladder_sentences import clock_noun, taken_line
from complaint_qms.services.notify.outbox import AUTHOR, GroupNotice, Notice, send, send_to_groups
from complaint_qms.services.notify.person import Person, people_of
from complaint_qms.services.notify.sentences import ESCALATED, Writer, overdue_line
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Moment, Text, line
from complaint_qms.services.sop.recipients import Directory


def of_clocks(events: list[Event]) -> None:
    """A message for each handler, for an overdue complaint one for each superior, for a step of the ladder one for whom it names, and
    lines in the timeline; nobody twice."""
    directory, writer = Directory(), Writer()
    directory.learn([event.data["complaint"] for event in events])
    people = people_of({user for event in events for step in event.data["taken"] for user in step["told"]})
    messages, overdue, taken = [], {}, {}
    for event in events:
        complaint, told = event.data["complaint"], {}
        reminds = directory.reminds(complaint)
        if event.data["hold_over"] or (event.data["steps"] and reminds):
            told = {person.user: (event.kind, person) for person in directory.handlers(complaint)}
        if event.kind == OVERDUE:
            superiors = directory.superiors(complaint) if reminds else None
            asked = [person for person in superiors or () if person.user not in told]
            told |= {person.user: (ESCALATED, person) for person in asked}
            overdue[event.name] = overdue_line(complaint, event.data["steps"], asked if reminds else None)
        messages += [_message(event, kind, person) for kind, person in told.values()]
        messages += _of_ladder(event, {user: people[user] for user in people if user not in told})
        if steps := event.data["taken"]:
            names = {user: person.full_name for user, person in people.items()}
            taken[event.name] = taken_line(steps, complaint, names)
    send(messages, events[0].at, writer, {"Complaint": directory.sight})
    send_to_groups(
        (
            GroupNotice(one.kind, one.doctype, one.name, one.data, one.data["complaint"]["company"])
            for one in events
        ),
        events[0].at,
    )
    timeline.note("Complaint", overdue, events[0].at, AUTHOR)
    timeline.note("Complaint", taken, events[0].at, AUTHOR)


def of_moved_due_times(events: list[Event]) -> None:
    """A line in the timeline of each complaint, and one message for each person and SOP, whatever their number."""
    lines = {event.name: _moved_line(event.data["complaint"], event.data["moved"]) for event in events}
    timeline.note("Complaint", lines, events[0].at, AUTHOR)
    complaints = [event.data["complaint"] for event in events]
    directory = Directory()
    directory.learn(complaints)
    told: Counter[tuple[Person, str]] = Counter(
        (person, row["sop"]) for row in complaints if row["sop"] for person in directory.handlers(row)
    )
    send(
        [
            Notice(events[0].kind, person, "Complaint SOP", sop, {"count": count})
            for (person, sop), count in told.items()
        ],
        events[0].at,
    )


def _of_ladder(event: Event, people: dict[str, Person]) -> Iterator[Notice]:
    """One message for each of the people, about all steps that name them."""
    steps = [step for step in event.data["taken"] if step["action"] in TELLS]
    for user in dict.fromkeys(user for step in steps for user in step["told"]):
        if user in people:
            own = [step for step in steps if user in step["told"]]
            data = {"complaint": event.data["complaint"], "taken": own}
            yield Notice(ESCALATION_STEP, people[user], event.doctype, event.name, data)


def _moved_line(complaint: dict[str, Any], moved: Iterable[tuple[str, datetime, datetime]]) -> Message:
    clocks = [
        line("{0}, due {2} instead of {1}", clock_noun(clock, complaint["stage"]), Moment(old), Moment(new))
        for clock, old, new in moved
    ]
    return line(
        "Due times moved, because working hours, holidays or limits of SOP {0} changed. {1}",
        Text(complaint["sop"] or ""),
        clocks,
    )


def _message(event: Event, kind: str, person: Person) -> Notice:
    return Notice(kind, person, event.doctype, event.name, event.data)
