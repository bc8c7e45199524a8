"""A complaint that has ended loses what settled it: somebody is told, for nobody looks at a closed complaint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import nowdate

from complaint_qms.constants.roles import MANAGER
from complaint_qms.engine.message import Message
from complaint_qms.permissions.auditor import is_auditor
from complaint_qms.permissions.sight import Sight
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.notify.sentences import lost_line, what_to_settle
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Names, line
from complaint_qms.services.sop.recipients import Directory


def ask_to_look(events: list[Event]) -> None:
    """Listens to settlements lost: the handler, their superior while they are absent, or the managers get a task and a
    message, and the complaint's timeline says who was asked."""
    for event in events:
        complaint = frappe.get_doc("Complaint", event.name)
        people = _people(complaint)
        for person in people:
            with print_language(person.language):
                _give_task(complaint, person, what_to_settle(event.name, event.data))
        told = [person for person in people if person.user != event.by]
        data = {**event.data, "title": complaint.subject}
        send(
            (Notice(event.kind, person, "Complaint", event.name, data, event.by) for person in told),
            event.at,
        )
        timeline.note_on(complaint, _line(event.data, people))


def _line(data: dict[str, Any], asked: list[Person]) -> Message:
    lost = lost_line(data)
    if asked:
        names = Names([person.full_name for person in asked])
        return line("{0}. The complaint had ended; {1} was asked to look at it.", lost, names)
    return line("{0}. The complaint had ended, and nobody was found to look at it.", lost)


def _give_task(complaint: Document, person: Person, text: str) -> None:
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": person.user,
            "reference_type": "Complaint",
            "reference_name": complaint.name,
            "date": nowdate(),
            "description": text,
            "assigned_by": frappe.session.user,
        }
    )
    task.flags.by_service = True
    task.insert(ignore_permissions=True)


def _people(complaint: Document) -> list[Person]:
    """The handler, or who acts for them; the managers where there is none. Whoever may see the complaint, and can act."""
    directory, sight = Directory(), Sight("Complaint", [complaint.name])

    def able(people: Iterable[Person]) -> list[Person]:
        return [one for one in people if sight.sees(one.user, complaint.name) and not is_auditor(one.user)]

    return able(directory.acting([complaint.complaint_owner]).values()) or able(
        directory.with_roles((MANAGER,))
    )
