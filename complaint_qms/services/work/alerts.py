"""Who is told at once of a complaint that is severe or tells of harm: whom the settings name, each person once for each complaint.

The graveness is known when somebody enters a severity or a harm, or when the text of a new complaint was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.events import GRAVE
from complaint_qms.constants.reportability import HARM_RANK
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.events import Event
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.outbox import OUTBOX, GroupNotice, Notice, send, send_to_groups
from complaint_qms.services.notify.person import Person
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.sop.recipients import Directory

_GROUPS = ""
"""The reader of a message that went to groups."""


def of_grave(events: list[Event]) -> None:
    """Tell those who are named for such graveness, unless they were told of the complaint before: what comes to be known later
    may concern others. Who judged it so needs no telling."""
    rules = frappe.get_cached_doc(SETTINGS).alerts
    if not rules:
        return
    fitting = [(event, found) for event in events if (found := [r for r in rules if _fits(r, event.data)])]
    if not fitting:
        return
    names = sorted({event.name for event, _found in fitting})
    subjects, told = values_of("Complaint", names, "subject"), _told(names)
    directory, messages, groups = Directory(), [], []
    for event, found in fitting:
        data = {"title": subjects.get(event.name), **event.data}
        if (event.name, _GROUPS) not in told:
            told.add((event.name, _GROUPS))
            groups.append(GroupNotice(event.kind, event.doctype, event.name, data, event.data["company"]))
        for person in (person for rule in found for person in _people(directory, rule)):
            if person.user != event.by and (event.name, person.user) not in told:
                told.add((event.name, person.user))
                messages.append(Notice(event.kind, person, event.doctype, event.name, data, event.by))
    send_to_groups(groups, events[0].at)
    if sent := send(messages, events[0].at):
        reached = {message.name: {"alerted_at": events[0].at} for message in sent}
        writing.set_many("Complaint", reached, "alerted")
        digest.enqueue_at_once()


def check_settings(settings: Document) -> None:
    """Each row says of which complaints, and whom.

    Raises:
        frappe.ValidationError: naming the row.
    """
    for row in settings.alerts:
        wrong = None
        if not (row.severity or row.harm_level):
            wrong = _("{0}, row {1}: choose From Severity, From Harm or both.")
        elif not (row.role or row.user):
            wrong = _("{0}, row {1}: choose the Role or the User to be told.")
        if wrong:
            frappe.throw(wrong.format(_(settings.meta.get_label("alerts")), row.idx))


def _told(names: list[str]) -> set[tuple[str, str]]:
    """(complaint, user, or none for groups) of those who were told of its graveness; what Log Settings has cleared from the outbox counts no more."""
    rows = frappe.get_all(
        OUTBOX,
        {"reference_name": ("in", names), "reference_doctype": "Complaint", "kind": GRAVE},
        ["reference_name", "to_user"],
        order_by="creation asc",
    )
    return {(row.reference_name, row.to_user or _GROUPS) for row in rows}


def _fits(rule: Document, data: dict[str, Any]) -> bool:
    if rule.company and rule.company != data["company"]:
        return False
    ranks = level_ranks()["Risk Severity"]
    severe = bool(rule.severity and data["severity"]) and ranks.get(data["severity"], 0) >= ranks.get(
        rule.severity, 0
    )
    harm = HARM_RANK.get(data["harm_level"] or "", 0)
    return severe or bool(rule.harm_level and harm >= HARM_RANK[rule.harm_level])


def _people(directory: Directory, rule: Document) -> Iterator[Person]:
    if rule.role:
        yield from directory.with_roles([rule.role])
    if rule.user:
        yield from directory.acting([rule.user]).values()
