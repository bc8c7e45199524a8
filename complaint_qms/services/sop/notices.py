"""Who hears of a complaint's clocks: listens to at risk, overdue, hold over and due times moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from complaint_qms.constants.events import OVERDUE
from complaint_qms.engine.message import Message as Line
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import AUTHOR, Message, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.notify.sentences import ESCALATED, Writer, clock_noun, overdue_line
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Moment, Text, line
from complaint_qms.services.sop.recipients import Directory


def of_clocks(events: list[Event]) -> None:
    """A message for each handler, for an overdue complaint one for each superior and a line in its timeline; nobody
    twice."""
    directory, writer = Directory(), Writer()
    directory.learn([event.data["complaint"] for event in events])
    messages, lines = [], {}
    for event in events:
        complaint = event.data["complaint"]
        handlers = directory.handlers(complaint)
        messages += [_message(event, event.kind, person) for person in handlers]
        if event.kind == OVERDUE:
            superiors = [person for person in directory.superiors(complaint) if person not in handlers]
            messages += [_message(event, ESCALATED, person) for person in superiors]
            lines[event.name] = overdue_line(complaint, event.data["steps"], superiors)
    send(messages, events[0].at, writer)
    timeline.note("Complaint", lines, events[0].at, AUTHOR)


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
            Message(events[0].kind, person, "Complaint SOP", sop, {"count": count})
            for (person, sop), count in told.items()
        ],
        events[0].at,
    )


def _moved_line(complaint: dict[str, Any], moved: Iterable[tuple[str, datetime, datetime]]) -> Line:
    clocks = [
        line("{0}, due {2} instead of {1}", clock_noun(clock, complaint["stage"]), Moment(old), Moment(new))
        for clock, old, new in moved
    ]
    return line(
        "Due times moved, because working hours, holidays or limits of SOP {0} changed. {1}",
        Text(complaint["sop"] or ""),
        clocks,
    )


def _message(event: Event, kind: str, person: Person) -> Message:
    return Message(kind, person, event.doctype, event.name, event.data)
