"""Messages of the sweep: notices in the desk, one digest mail per person, a line in the complaint's story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import cint, format_datetime, get_url_to_form, get_url_to_list

from complaint_qms.constants.clock import OVERDUE
from complaint_qms.constants.labels import label
from complaint_qms.services.sop_plan import aware, site_zone

AT_RISK_NOTICE, OVERDUE_NOTICE, ESCALATED = "at_risk", "overdue", "escalated"
DIGEST_ROWS = 50
"""Complaints listed in a mail; the rest is a number and a link."""

_AUTHOR = "Administrator"


@dataclass(frozen=True)
class Person:
    """Somebody who can be told. ``notices``, ``mails``: what the person wants to get."""

    user: str
    full_name: str
    email: str | None
    language: str
    time_zone: str | None
    notices: bool
    mails: bool


@dataclass
class Event:
    """A complaint whose clocks moved on: ``steps`` of (clock, new standing, due); who was told is filled in."""

    complaint: frappe._dict
    steps: tuple[tuple[str, str, datetime], ...]
    handlers: list[Person] = field(default_factory=list)
    superiors: list[Person] = field(default_factory=list)


@dataclass(frozen=True)
class Notice:
    """One message to one person about one complaint."""

    person: Person
    kind: str
    event: Event


def send(events: list[Event], notices: list[Notice], now: datetime) -> int:
    """Write all messages into the running transaction; the number of mails put into the queue."""
    when = _Dates()
    _write_notices([notice for notice in notices if notice.person.notices], now, when)
    _write_story([event for event in events if _is_overdue(event)], now, when)
    return _queue_digests([notice for notice in notices if notice.person.mails], when)


def _write_notices(notices: list[Notice], now: datetime, when: _Dates) -> None:
    if not notices:
        return
    rows = [
        {
            "type": "Alert",
            "subject": _subject(notice, when),
            "for_user": notice.person.user,
            "from_user": _AUTHOR,
            "document_type": "Complaint",
            "document_name": notice.event.complaint.name,
            "read": 0,
        }
        for notice in _by_language(notices)
    ]
    _insert("Notification Log", rows, now)
    users = sorted({notice.person.user for notice in notices})
    settings = frappe.qb.DocType("Notification Settings")
    frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(users)).run()
    for user in users:
        frappe.publish_realtime("notification", user=user, after_commit=True)


def _subject(notice: Notice, when: _Dates) -> str:
    complaint = notice.event.complaint
    sentence = {
        AT_RISK_NOTICE: _("Time is running out for complaint {0}: {1}"),
        OVERDUE_NOTICE: _("Complaint {0} is overdue: {1}"),
        ESCALATED: _("Complaint {0} is overdue and comes to you: {1}"),
    }[notice.kind]
    title = f"<b>{escape(complaint.name)}</b> {escape(complaint.subject or '')}".strip()
    return sentence.format(title, steps_in_words(notice.event, partial(when.of, notice.person)))


def steps_in_words(event: Event, date: Callable[[datetime], str]) -> str:
    """“First response, due 3 May 10:00; Triage, due 6 May 17:00”, in the present language."""
    return "; ".join(
        _("{0}, due {1}").format(_clock_name(clock, event.complaint.stage), date(due))
        for clock, _status, due in event.steps
    )


def _clock_name(clock: str, stage: str) -> str:
    if clock == "stage":
        return _(label("stage", stage))
    return _("First response") if clock == "response" else _("Whole complaint")


def _write_story(events: list[Event], now: datetime, when: _Dates) -> None:
    """A line in the timeline of every overdue complaint, in the site's language."""
    if not events:
        return
    rows = []
    for event in events:
        steps = steps_in_words(event, when.of_site)
        told = ", ".join(person.full_name for person in event.superiors)
        sentence = (
            _("Overdue: {0}. Escalated to {1}.").format(steps, told)
            if told
            else _("Overdue: {0}. Nobody to escalate to was found.").format(steps)
        )
        rows.append(
            {
                "comment_type": "Info",
                "content": escape(sentence),
                "reference_doctype": "Complaint",
                "reference_name": event.complaint.name,
                "comment_email": _AUTHOR,
                "comment_by": _AUTHOR,
            }
        )
    _insert("Comment", rows, now)


def _insert(doctype: str, rows: list[dict], now: datetime) -> None:
    """Insert records that need no controller, all at once; every row has the same fields."""
    common = {
        "creation": now,
        "modified": now,
        "owner": _AUTHOR,
        "modified_by": _AUTHOR,
        "docstatus": 0,
        "idx": 0,
    }
    columns = ["name", *common, *rows[0]]
    values = [(frappe.generate_hash(length=10), *common.values(), *row.values()) for row in rows]
    frappe.db.bulk_insert(doctype, columns, values)


def _queue_digests(notices: list[Notice], when: _Dates) -> int:
    """One mail per person with everything that concerns them."""
    settings = frappe.get_cached_doc("Complaint QMS Settings")
    if not notices or not cint(settings.notify_by_email):
        return 0
    per_person: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.person.email:
            per_person.setdefault(notice.person.user, []).append(notice)
    queued = 0
    for user, mine in sorted(per_person.items()):
        frappe.db.savepoint("digest")
        try:
            with print_language(mine[0].person.language):
                _queue_digest(mine[0].person, mine, when)
        except frappe.OutgoingEmailError:
            # A site without an outgoing account has its notices in the desk; this is no error of the sweep's.
            frappe.clear_last_message()
            return queued
        except Exception:
            frappe.db.rollback(save_point="digest")
            frappe.log_error(title=f"Digest of overdue complaints for {user}")
        else:
            queued += 1
    return queued


def _queue_digest(person: Person, notices: list[Notice], when: _Dates) -> None:
    order = (ESCALATED, OVERDUE_NOTICE, AT_RISK_NOTICE)
    notices = sorted(notices, key=lambda n: (order.index(n.kind), min(due for _c, _s, due in n.event.steps)))
    count = dict.fromkeys(order, 0)
    for notice in notices:
        count[notice.kind] += 1
    frappe.sendmail(
        recipients=[person.email],
        subject=_("Complaints: {0} overdue, {1} at risk").format(
            count[ESCALATED] + count[OVERDUE_NOTICE], count[AT_RISK_NOTICE]
        ),
        template="complaint_clock_digest",
        args={
            "full_name": person.full_name,
            "groups": [
                (
                    heading,
                    [_line(notice, person, when) for notice in notices[:DIGEST_ROWS] if notice.kind == kind],
                )
                for kind, heading in (
                    (ESCALATED, _("Escalated to you")),
                    (OVERDUE_NOTICE, _("Overdue")),
                    (AT_RISK_NOTICE, _("Time is running out")),
                )
            ],
            "more": max(len(notices) - DIGEST_ROWS, 0),
            "list_url": get_url_to_list("Complaint"),
        },
        reference_doctype="Complaint",
        add_unsubscribe_link=0,
    )


def _line(notice: Notice, person: Person, when: _Dates) -> dict[str, str]:
    complaint = notice.event.complaint
    return {
        "name": complaint.name,
        "url": get_url_to_form("Complaint", complaint.name),
        "subject": complaint.subject or "",
        "customer": complaint.customer or complaint.complainant_name or "",
        "steps": steps_in_words(notice.event, partial(when.of, person)),
    }


def _by_language(notices: list[Notice]):
    """The notices, grouped by their reader's language, which is the present language while a group is walked."""
    for language in sorted({notice.person.language for notice in notices}):
        with print_language(language):
            yield from (notice for notice in notices if notice.person.language == language)


def _is_overdue(event: Event) -> bool:
    return any(status == OVERDUE for _clock, status, _due in event.steps)


class _Dates:
    """Dates in words, in the reader's zone and the present language; each figure is formatted once."""

    def __init__(self) -> None:
        self._site = site_zone()
        self._known: dict[tuple[str, str | None, datetime], str] = {}

    def of(self, person: Person, moment: datetime) -> str:
        return self._format(moment, person.time_zone)

    def of_site(self, moment: datetime) -> str:
        return self._format(moment, None)

    def _format(self, moment: datetime, zone: str | None) -> str:
        key = (frappe.local.lang, zone, moment)
        if key not in self._known:
            local = moment
            if zone and zone != self._site.key:
                local = aware(moment, self._site).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            self._known[key] = format_datetime(local)
        return self._known[key]
