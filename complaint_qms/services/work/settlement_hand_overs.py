"""Who hears of a settlement: those who may grant it, who proposed what was rejected, finance with what was drafted, and the
handler once it is carried out. Listens in the transaction, like `hand_overs`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import frappe
from frappe.utils import cint, fmt_money, strip_html

from complaint_qms.constants.roles import ACCOUNTS_MANAGER, ACCOUNTS_USER
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.settlement import DOCTYPE, DRAFT
from complaint_qms.services.compliance.contributors import FIELD, parts_of
from complaint_qms.services.events import Event
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import Person
from complaint_qms.services.settlement.approval_limits import granted_before, limits_of, refusal
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory
from complaint_qms.services.work.hand_overs import about

# Of settlements with their complaints (`of`): whom each is told to, by name.
Whom = Callable[[Directory, list[frappe._dict]], dict[str, Iterable[Person]]]
_FIELDS = ("name", "complaint", "customer", "customer_name", "company", "proposed_by", "total_amount", "base_total_amount",
           "currency", "rejection_reason")  # fmt: skip


def of_proposals(events: list[Event]) -> None:
    """Whoever may submit a settlement of this amount, and had no part in it."""
    _tell(events, _approvers)


def of_rejections(events: list[Event]) -> None:
    """The handler of the complaint and who proposed it."""
    _tell(events, _answerable)


def of_drafts(events: list[Event]) -> None:
    """Finance, of documents that a settlement has drafted and that they submit; a repair is not theirs."""
    rows = frappe.get_all(
        "Complaint Settlement Document",
        {
            "parent": ("in", [event.name for event in events]),
            "parenttype": DOCTYPE,
            "document_status": DRAFT,
        },
        pluck="parent",
        order_by="name asc",
    )
    drafted = [event for event in events if event.name in rows]
    count = {event.name: {"count": rows.count(event.name)} for event in drafted}
    _tell(drafted, _finance, count)


def of_finished(events: list[Event]) -> None:
    """The handler, with whom the complaint goes on."""
    _tell(events, _handlers)


def _tell(events: list[Event], whom: Whom, more: dict[str, dict[str, int]] | None = None) -> None:
    if not events:
        return
    settlements = _by_name(DOCTYPE, {event.name for event in events}, _FIELDS)
    complaints = _by_name(
        "Complaint",
        {row.complaint for row in settlements.values()},
        (*COMPLAINT_FIELDS, "stage_due", "resolution_due"),
    )
    directory = Directory()
    directory.learn(complaints.values())
    for row in settlements.values():
        row.of = complaints[row.complaint]
    told = whom(directory, list(settlements.values()))
    messages = []
    for event in events:
        row = settlements[event.name]
        data = about(
            event,
            title=_title(row),
            due=row.of.stage_due or row.of.resolution_due,
            reason=row.rejection_reason,
        )
        people = {person.user: person for person in told[row.name]}
        messages += [
            Notice(event.kind, person, DOCTYPE, row.name, data | (more or {}).get(row.name, {}), event.by)
            for person in people.values()
            if person.user != event.by
        ]
    send(messages, events[0].at)


def _title(row: frappe._dict) -> str:
    amount = strip_html(fmt_money(row.total_amount, currency=row.currency))
    return " · ".join(filter(None, (amount, f"{row.complaint} {row.of.subject}", row.customer_name)))


def _handlers(directory: Directory, rows: list[frappe._dict]) -> dict[str, Iterable[Person]]:
    return {row.name: directory.handlers(row.of) for row in rows}


def _answerable(directory: Directory, rows: list[frappe._dict]) -> dict[str, Iterable[Person]]:
    acting = directory.acting(row.proposed_by for row in rows)
    return {
        row.name: [*directory.handlers(row.of), *filter(None, [acting.get(row.proposed_by)])] for row in rows
    }


def _finance(directory: Directory, rows: list[frappe._dict]) -> dict[str, Iterable[Person]]:
    people = directory.with_roles((ACCOUNTS_USER, ACCOUNTS_MANAGER))
    return {row.name: people for row in rows}


def _approvers(directory: Directory, rows: list[frappe._dict]) -> dict[str, Iterable[Person]]:
    """Of those with a limit, whoever would meet no refusal. A fixed number of queries for each company."""
    settings, submit = frappe.get_cached_doc(SETTINGS), _may_submit()
    parts = parts_of(DOCTYPE, [row.name for row in rows])
    for row in rows:
        row[FIELD] = parts[row.name]
    granted = dict(zip((row.name for row in rows), granted_before(rows), strict=True))
    found: dict[str, Iterable[Person]] = {}
    for company in {row.company for row in rows}:
        with_limit = {one.role for one in settings.approval_limits if one.company in (None, "", company)}
        candidates = directory.with_roles(sorted(with_limit & submit))
        limits = limits_of([person.user for person in candidates], company)
        for row in (row for row in rows if row.company == company):
            found[row.name] = [
                person
                for person in candidates
                if not refusal(row, person.user, granted[row.name], limits[person.user])
            ]
    return found


def _may_submit() -> set[str]:
    """Roles with the right to submit settlements."""
    return {
        row.role
        for row in frappe.get_meta(DOCTYPE).permissions
        if cint(row.submit) and not cint(row.permlevel)
    }


def _by_name(doctype: str, names: set[str], fields: Iterable[str]) -> dict[str, frappe._dict]:
    rows = frappe.get_all(
        doctype, {"name": ("in", sorted(names))}, list(dict.fromkeys(fields)), order_by="name asc"
    )
    return {row.name: row for row in rows}
