"""Who hears that something waits for them: a new handler or owner, who judges next.

Listens in the transaction, so that nobody is told of what did not happen. Who did it is told nothing, and nobody twice of one save.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.utils import get_fullname

from complaint_qms.constants.contributing import AUTHORS
from complaint_qms.constants.records import BY_DOCTYPE, ENDED, STAGED
from complaint_qms.constants.roles import QUALITY_MANAGER, REGULATORY
from complaint_qms.services.compliance import contributors
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.notify.sentences import FIELD_ACTION_APPROVED
from complaint_qms.services.people import assignment
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.sop import assigning
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory
from complaint_qms.services.work.loading import documents_of

_DUE: Final = {
    "Complaint": "stage_due",
    "Investigation": "due_date",
    "Reportability Assessment": "deadline",
    "Field Action": "due_date",
}
# Stages in which somebody else judges what was done.
_JUDGED: Final = {
    "Investigation": ("review",),
    "CAPA": ("plan_review", "verify"),
    "Field Action": ("approval",),
}
_JUDGES: Final = {"Field Action": (QUALITY_MANAGER, REGULATORY)}
"""Who judges it where that is not the quality managers alone."""
_OWNER: Final = {doctype: BY_DOCTYPE[doctype].answerable for doctype in STAGED if doctype != "Complaint"}


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
    moved = [
        event for event in events if event.data["target"] not in (*ENDED.get(event.doctype, ()), "on_hold")
    ]
    handlers = _of_complaints(directory, {event.name for event in moved if event.doctype == "Complaint"})
    owners = {
        doctype: _of_owners(directory, doctype, [event for event in moved if event.doctype == doctype])
        for doctype in _OWNER
    }
    told = []
    for event in moved:
        found = handlers if event.doctype == "Complaint" else owners[event.doctype]
        acting = [one for one in found[event.name] if one.user != event.data.get("handed_to")]
        told.append((event, acting))
    _tell(told)
    begun = [event for event in moved if event.doctype == "CAPA" and event.data["target"] == "implement"]
    known = {(event.name, person.user) for event, acting in told for person in acting}
    if others := _of_actions(directory, begun) + _of_approvals(directory, moved, known):
        send(others, events[0].at)


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


def _of_complaints(directory: Directory, names: set[str]) -> dict[str, list[Person]]:
    """Complaint → who has to act on it at its stage."""
    if not names:
        return {}
    rows = frappe.get_all("Complaint", {"name": ("in", names)}, COMPLAINT_FIELDS, order_by="name asc")
    directory.learn(rows)
    # Who gets it by the SOP hears of that, and who had it has nothing to do any more.
    may = [row.name for row in rows if row.stage != "review" and assigning.may_find_another(row)]
    another = assigning.finding_another(documents_of("Complaint", may))
    # Whoever handled a complaint does not close it.
    return {
        row.name: directory.judges(row)
        if row.stage == "review"
        else ([] if row.name in another else directory.handlers(row))
        for row in rows
    }


def _of_owners(directory: Directory, doctype: str, events: list[Event]) -> dict[str, list[Person]]:
    """Record of a kind → its owner; where somebody else judges it, quality managers without a part in it."""
    judged = {event.name for event in events if event.data["target"] in _JUDGED.get(doctype, ())}
    parts = contributors.parts_of(doctype, judged) if judged else {}
    owners = values_of(doctype, {event.name for event in events} - judged, _OWNER[doctype])
    acting = directory.acting(owners.values()) if owners else {}
    found = {name: [acting[owner]] if owner in acting else [] for name, owner in owners.items()}
    judges = _JUDGES.get(doctype, (QUALITY_MANAGER,))
    return found | {name: _judges(directory, parts[name], judges) for name in judged}


def _judges(
    directory: Directory, parts: list[dict[str, Any]], roles: tuple[str, ...] = (QUALITY_MANAGER,)
) -> list[Person]:
    """Those with the roles without a part in what is judged."""
    own = {part["user"] for part in parts if part["part"] in AUTHORS}
    return [person for person in directory.with_roles(roles) if person.user not in own]


def _of_approvals(directory: Directory, moved: list[Event], known: set[tuple[str, str]]) -> list[Notice]:
    """Field actions that were approved: Regulatory Affairs hears of each.

    Args:
        known: (record, user) of who hears of the move already.
    """
    approved = [
        event
        for event in moved
        if event.doctype == "Field Action" and (event.data["origin"], event.data["target"]) == ("approval", "under_way")
    ]  # fmt: skip
    if not approved:
        return []
    shown = _shown("Field Action", {event.name for event in approved})
    return [
        Notice(
            FIELD_ACTION_APPROVED,
            person,
            event.doctype,
            event.name,
            about(event, **shown.get(event.name, {})),
            event.by,
        )
        for event in approved
        for person in directory.with_roles([REGULATORY])
        if person.user != event.by and (event.name, person.user) not in known
    ]


def _of_actions(directory: Directory, events: list[Event]) -> list[Notice]:
    """Owners of actions have no right on the CAPA: each is told of the task that they got."""
    begun = {event.name: event for event in events}
    if not begun:
        return []
    tasks = frappe.get_all(
        "ToDo",
        {"reference_type": "CAPA", "reference_name": ("in", sorted(begun)), "status": "Open"},
        ["name", "allocated_to", "description", "date", "reference_name"],
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
        if (event := begun[task.reference_name])
        and (person := people.get(task.allocated_to))
        and person.user != event.by
    ]


def _tell(told: list[tuple[Event, Iterable[Person | None]]]) -> None:
    wanted = [
        (event, others)
        for event, people in told
        if (others := [person for person in people if person and person.user != event.by])
    ]
    shown: dict[str, dict[str, dict[str, Any]]] = {}
    for doctype in {event.doctype for event, _people in wanted}:
        shown[doctype] = _shown(
            doctype, {event.name for event, _people in wanted if event.doctype == doctype}
        )
    messages = [
        Notice(
            event.kind,
            person,
            event.doctype,
            event.name,
            about(
                event,
                **shown[event.doctype].get(event.name, {}),
                by_procedure=event.data.get("by_procedure"),
            ),
            event.by,
        )
        for event, people in wanted
        for person in people
    ]
    if messages:
        send(messages, told[0][0].at)


def _shown(doctype: str, names: set[str]) -> dict[str, dict[str, Any]]:
    """Record → its title, and its due time where its kind has one."""
    wanted = {"title": frappe.get_meta(doctype).get_title_field()}
    if doctype in _DUE:
        wanted["due"] = _DUE[doctype]
    rows = frappe.get_all(
        doctype, {"name": ("in", sorted(names))}, ["name", *wanted.values()], order_by="name asc"
    )
    return {row.name: {key: row[field] for key, field in wanted.items()} for row in rows}
