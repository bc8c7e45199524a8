"""Who hears that something waits for them: a new handler or owner, who judges next.

Listens in the transaction, so that nobody is told of what did not happen. Who did it is told nothing, and nobody twice of one save.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.utils import get_fullname

from complaint_qms.constants.contributing import AUTHORS
from complaint_qms.constants.roles import QUALITY_MANAGER, REGULATORY
from complaint_qms.constants.stages import ENDED
from complaint_qms.services.compliance import contributors
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.people import assignment
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.sop import assigning
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory

_TITLE: Final = {"Complaint": "subject", "Investigation": "title", "CAPA": "title", "Root Cause": "title",
    "Reportability Assessment": "jurisdiction"}  # fmt: skip
_DUE: Final = {
    "Complaint": "stage_due",
    "Investigation": "due_date",
    "Reportability Assessment": "deadline",
}
# Stages in which somebody else judges what was done.
_JUDGED: Final = {"Investigation": ("review",), "CAPA": ("plan_review", "verify")}
_OWNER: Final = {"Investigation": "investigator", "CAPA": "capa_owner"}


def of_hand_overs(events: list[Event]) -> None:
    """Somebody else is answerable for a record. Who was assigned to it by a task has heard of that by the framework."""
    told = [
        event
        for event in events
        if event.data["new"] and not (event.data.get("by_task") or event.data.get("told_together"))
    ]
    people = Directory().acting(event.data["new"] for event in told)
    _tell([(event, [people.get(event.data["new"])]) for event in told])


def of_moves(events: list[Event]) -> None:
    """A record has another stage: who has to act on it there."""
    directory = Directory()
    told = []
    tasks: list[Notice] = []
    for event in events:
        if event.data["target"] in (*ENDED.get(event.doctype, ()), "on_hold"):
            continue
        found = (
            _of_complaint(directory, event.name)
            if event.doctype == "Complaint"
            else _of_quality_record(directory, event)
        )
        told.append((event, [one for one in found if one and one.user != event.data.get("handed_to")]))
        if event.doctype == "CAPA" and event.data["target"] == "implement":
            tasks += _of_actions(directory, event)
    _tell(told)
    if tasks:
        send(tasks, events[0].at)


def of_causes(events: list[Event]) -> None:
    """A root cause is complete: who may verify it, and had no part in it."""
    directory = Directory()
    parts = contributors.parts_of("Root Cause", {event.name for event in events})
    _tell([(event, _judges(directory, parts[event.name])) for event in events])


def of_assessments(events: list[Event]) -> None:
    """An event is to be decided on: Regulatory Affairs."""
    directory = Directory()
    _tell([(event, directory.with_roles([REGULATORY])) for event in events])


def of_mails(events: list[Event]) -> None:
    """A mail or message about a complaint came in: its handler, unless they wrote it themselves. The framework mails a mail on to who
    is assigned, so the desk alone is told; of what came by another way those who help with the complaint hear here."""
    directory, messages = Directory(), []
    names = sorted({event.name for event in events})
    found = frappe.get_all("Complaint", {"name": ("in", names)}, COMPLAINT_FIELDS, order_by="name asc")
    rows = {row.name: row for row in found}
    directory.learn(rows.values())
    helpers = assignment.helpers_of({event.name for event in events if event.data.get("tell_helpers")})
    helping = directory.acting({user for users in helpers.values() for user in users})
    for event in events:
        data = about(event, title=rows[event.name].subject, **event.data)
        users = helpers.get(event.name, ()) if event.data.get("tell_helpers") else ()
        told = [*directory.handlers(rows[event.name]), *(helping[user] for user in users if user in helping)]
        messages += [
            Notice(event.kind, person, event.doctype, event.name, data)
            for person in {person.user: person for person in told}.values()
            if person.email.lower() != event.data["address"]
        ]
    if messages:
        send(messages, events[0].at)


def about(event: Event, **more: Any) -> dict[str, Any]:
    """What every sentence of this kind may tell."""
    return {
        "doctype": event.doctype,
        "stage": event.data.get("target"),
        "by": get_fullname(event.by),
        "title": None,
        "due": None,
    } | more


def _of_complaint(directory: Directory, name: str) -> list[Person]:
    row = frappe.db.get_value("Complaint", name, COMPLAINT_FIELDS, as_dict=True)
    directory.learn([row])
    # Whoever handled a complaint does not close it.
    if row.stage == "review":
        return directory.judges(row)
    # Who gets it by the SOP hears of that, and who had it has nothing to do any more.
    return [] if assigning.finds_another(name) else directory.handlers(row)


def _of_quality_record(directory: Directory, event: Event) -> list[Person]:
    target = event.data["target"]
    if target in _JUDGED.get(event.doctype, ()):
        return _judges(directory, contributors.parts_of(event.doctype, [event.name])[event.name])
    owner = frappe.db.get_value(event.doctype, event.name, _OWNER[event.doctype])
    return list(directory.acting([owner]).values())


def _judges(directory: Directory, parts: list[dict[str, Any]]) -> list[Person]:
    """Quality managers without a part in what is judged."""
    own = {part["user"] for part in parts if part["part"] in AUTHORS}
    return [person for person in directory.with_roles([QUALITY_MANAGER]) if person.user not in own]


def _of_actions(directory: Directory, event: Event) -> list[Notice]:
    """Owners of actions have no right on the CAPA: each is told of the task that they got."""
    tasks = frappe.get_all(
        "ToDo",
        {"reference_type": event.doctype, "reference_name": event.name, "status": "Open"},
        ["name", "allocated_to", "description", "date"],
        order_by="creation asc, name asc",
    )
    people = directory.acting(task.allocated_to for task in tasks)
    return [
        Notice(
            event.kind,
            person,
            "ToDo",
            task.name,
            about(event, name=event.name, title=without_tags(task.description or ""), due=task.date),
            event.by,
        )
        for task in tasks
        if (person := people.get(task.allocated_to)) and person.user != event.by
    ]


def _tell(told: list[tuple[Event, Iterable[Person | None]]]) -> None:
    messages: list[Notice] = []
    for event, people in told:
        wanted = [person for person in people if person and person.user != event.by]
        if not wanted:
            continue
        data = _shown(event)
        messages += [
            Notice(event.kind, person, event.doctype, event.name, data, event.by) for person in wanted
        ]
    if messages:
        send(messages, told[0][0].at)


def _shown(event: Event) -> dict[str, Any]:
    fields = {"title": _TITLE.get(event.doctype), "due": _DUE.get(event.doctype)}
    wanted = {key: field for key, field in fields.items() if field}
    row = (
        frappe.db.get_value(event.doctype, event.name, list(wanted.values()), as_dict=True) if wanted else {}
    )
    by_procedure = event.data.get("by_procedure")
    return about(event, **{key: row[field] for key, field in wanted.items()}, by_procedure=by_procedure)
