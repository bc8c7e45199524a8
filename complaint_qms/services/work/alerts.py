"""Who is told at once of a complaint that is severe or tells of harm: whom the settings name, once for each complaint.

The graveness is known when somebody enters a severity or a harm, or when the text of a new complaint was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.reportability import HARM_RANK
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.events import Event
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.outbox import Message, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.risk.matrix import level_ranks
from complaint_qms.services.sop.recipients import Directory


def of_grave(events: list[Event]) -> None:
    """Tell those who are named for such graveness, unless the complaint was told of before; who judged it so needs no telling."""
    rules = frappe.get_cached_doc(SETTINGS).alerts
    if not rules:
        return
    fitting_of = {event.name: [rule for rule in rules if _fits(rule, event.data)] for event in events}
    names = sorted(name for name, fitting in fitting_of.items() if fitting)
    if not names:
        return
    found = frappe.get_all(
        "Complaint", {"name": ("in", names)}, ["name", "subject", "alerted_at"], order_by="name asc"
    )
    complaints = {row.name: row for row in found if not row.alerted_at}
    directory, messages, alerted = Directory(), [], {}
    for event in events:
        complaint, fitting = complaints.get(event.name), fitting_of[event.name]
        if not complaint or not fitting or event.name in alerted:
            continue
        alerted[event.name] = {"alerted_at": event.at}
        people = {person.user: person for rule in fitting for person in _people(directory, rule)}
        data = {"title": complaint.subject, **event.data}
        messages += [
            Message(event.kind, person, event.doctype, event.name, data, event.by)
            for person in people.values()
            if person.user != event.by
        ]
    writing.set_many("Complaint", alerted, "alerted")
    if messages:
        send(messages, events[0].at)
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
