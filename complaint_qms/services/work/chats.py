"""Who hears that a chat waits for an answer, or that theirs did not go out."""

from __future__ import annotations

from complaint_qms.permissions.sight import Sight
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.sop.recipients import Directory


def of_waiting(events: list[Event]) -> None:
    """A chat waits: who has it, else those with the channel's role; nobody who may not see it."""
    directory, messages = Directory(), []
    sight = {event.doctype: Sight(event.doctype, {one.name for one in events}) for event in events}
    people = directory.acting(event.data.get("user") for event in events)
    for event in events:
        one, role = people.get(event.data.get("user")), event.data.get("role")
        told = [one] if one else directory.with_roles([role]) if role else []
        messages += [
            Notice(event.kind, person, event.doctype, event.name, event.data)
            for person in told
            if sight[event.doctype].sees(person.user, event.name)
        ]
    if messages:
        send(messages, events[0].at)


def of_failed(events: list[Event]) -> None:
    """A message of a person did not go out: who wrote it."""
    people = Directory().acting(event.data["user"] for event in events)
    messages = [
        Notice(event.kind, person, event.doctype, event.name, event.data)
        for event in events
        if (person := people.get(event.data["user"]))
    ]
    if messages:
        send(messages, events[0].at)
