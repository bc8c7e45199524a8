"""Messages of the sweep: notices in the desk, one digest mail per person, a line in the complaint's story.

Notices and story are written with the sweep, in its transaction. A mail takes much longer to compose, so the sweep
only leaves a mark on the notice that it is still to be mailed; `mail_digests` then puts one mail per person into the
queue and takes the marks off, both in one transaction. A kill in between costs nothing: the marks wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import cint, format_datetime, get_url_to_form, get_url_to_list, now_datetime
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.constants.clock import OVERDUE
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.site_time import aware, site_zone

AT_RISK_NOTICE, OVERDUE_NOTICE, ESCALATED, HOLD_OVER = "at_risk", "overdue", "escalated", "hold_over"
MOVED, INVESTIGATION_REOPENED, CAUSE_REJECTED = "moved", "investigation_reopened", "cause_rejected"
EVIDENCE_LOST = "evidence_lost"
DIGEST_ROWS = 50
"""Complaints listed in a mail; the rest is a number and a link."""
DIGEST_JOB_ID = "complaint_qms_clock_digests"

# The index column of a notice, which means nothing else there: still to be mailed, and in which group of the mail.
_TO_MAIL = {
    ESCALATED: 1,
    OVERDUE_NOTICE: 2,
    AT_RISK_NOTICE: 3,
    HOLD_OVER: 4,
    INVESTIGATION_REOPENED: 5,
    CAUSE_REJECTED: 6,
    EVIDENCE_LOST: 7,
}
_MAIL_WITHIN = timedelta(days=1)
_AUTHOR = "Administrator"


@dataclass(frozen=True)
class Person:
    """Somebody who can be told. ``notices``, ``mails``: what the person wants to get."""

    user: str
    full_name: str
    language: str
    time_zone: str | None
    notices: bool
    mails: bool


@dataclass
class Event:
    """A complaint whose clocks moved on: ``steps`` of (clock, new standing, due); who was told is filled in.

    ``hold_over``: it is on hold still, though that was to end by now.
    """

    complaint: frappe._dict
    steps: tuple[tuple[str, str, datetime], ...]
    hold_over: bool = False
    handlers: list[Person] = field(default_factory=list)
    superiors: list[Person] = field(default_factory=list)

    @property
    def is_overdue(self) -> bool:
        return any(status == OVERDUE for _clock, status, _due in self.steps)

    @property
    def kind(self) -> str:
        """Kind of notice the handler gets."""
        if self.is_overdue:
            return OVERDUE_NOTICE
        return AT_RISK_NOTICE if self.steps else HOLD_OVER


@dataclass(frozen=True)
class Notice:
    """One message to one person about one complaint."""

    person: Person
    kind: str
    event: Event


def write(events: list[Event], notices: list[Notice], now: datetime) -> None:
    """Write notices and story into the running transaction, and mark what is to be mailed."""
    words = _Words()
    _write_notices([n for n in notices if n.person.notices or n.person.mails], now, words)
    _write_story([event for event in events if event.is_overdue], now, words)


def write_story(lines: dict[str, str], now: datetime) -> None:
    """A line in the timeline of each complaint, by its name; the text is markup."""
    writing.note("Complaint", lines, now, _AUTHOR)


def write_moved(told: Mapping[tuple[Person, str], int], now: datetime) -> None:
    """One notice in the desk for each person and SOP: how many of their complaints have other due times now."""
    rows = []
    for language in sorted({person.language for person, _sop in told}):
        with print_language(language):
            sentence = _("SOP {0}: the due times of {1} of your complaints have moved.")
            rows += [
                notice_row(
                    MOVED,
                    person,
                    "Complaint SOP",
                    sop,
                    sentence.format(f"<b>{escape(sop)}</b>", count),
                    False,
                )
                for (person, sop), count in told.items()
                if person.language == language and person.notices
            ]
    deliver(rows, now)


def tell(kind: str, doctype: str, told: list[tuple[Person, str, str]], basis: str, now: datetime) -> None:
    """Tell people that what a record of theirs rests on was taken back: notices, and marks for the mail.

    Args:
        kind: INVESTIGATION_REOPENED or CAUSE_REJECTED.
        doctype: of the records that rest on it.
        told: (person, name of the record, its title).
        basis: name of the record that was taken back.
    """
    wanted = [row for row in told if row[0].notices or row[0].mails]
    rows, mailed = [], by_mail()
    for language in sorted({person.language for person, _name, _title in wanted}):
        with print_language(language):
            sentence = (
                _("Investigation {1}, on which complaint {0} rests, was opened again.")
                if kind == INVESTIGATION_REOPENED
                else _("Root cause {1}, which CAPA {0} is to remove, was ruled out.")
            )
            rows += [
                notice_row(
                    kind, person, doctype, name, sentence.format(_titled(name, title), escape(basis)), mailed
                )
                for person, name, title in wanted
                if person.language == language
            ]
    deliver(rows, now)


def clock_name(clock: str, stage: str) -> str:
    """What a clock measures, in the present language; that of the stage goes by the stage's name."""
    if clock == "stage":
        return word(stage)
    return _("First response") if clock == "response" else _("Whole complaint")


def by_mail() -> bool:
    """Whether the site mails notices."""
    return bool(cint(frappe.get_cached_doc(SETTINGS).notify_by_email))


def notice_row(kind: str, person: Person, doctype: str, name: str, text: str, by_mail: bool) -> dict:
    """One notice for `deliver`; its text is markup in the person's language."""
    return {
        "type": "Alert",
        "subject": text,
        "for_user": person.user,
        "from_user": _AUTHOR,
        "document_type": doctype,
        "document_name": name,
        "idx": _TO_MAIL.get(kind, 0) if by_mail and person.mails else 0,
        # who wants mails only finds nothing unread in the desk
        "read": 0 if person.notices else 1,
    }


def deliver(rows: list[dict], now: datetime) -> None:
    """Write notices into the running transaction."""
    if not rows:
        return
    writing.insert("Notification Log", rows, now, _AUTHOR)
    users = sorted({row["for_user"] for row in rows if not row["read"]})
    settings = frappe.qb.DocType("Notification Settings")
    frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(users or [""])).run()
    for user in users:
        frappe.publish_realtime("notification", user=user, after_commit=True)


def _write_notices(notices: list[Notice], now: datetime, words: _Words) -> None:
    if not notices:
        return
    mailed = by_mail()
    rows = [
        notice_row(n.kind, n.person, "Complaint", n.event.complaint.name, _subject(n, words), mailed)
        for n in _by_language(notices)
    ]
    deliver(rows, now)


def _subject(notice: Notice, words: _Words) -> str:
    complaint = notice.event.complaint
    if notice.kind == AT_RISK_NOTICE:
        sentence = _("Time is running out for complaint {0}: {1}")
    elif notice.kind == OVERDUE_NOTICE:
        sentence = _("Complaint {0} is overdue: {1}")
    elif notice.kind == HOLD_OVER:
        sentence = _("The hold of complaint {0} was to end: resume it, or enter how long it still waits.")
    else:
        sentence = _("Complaint {0} is overdue and comes to you: {1}")
    title = _titled(complaint.name, complaint.subject)
    return sentence.format(title, words.steps(notice.event, notice.person.time_zone))


def _titled(name: str, title: str | None) -> str:
    return f"<b>{escape(name)}</b> {escape(title or '')}".strip()


def _write_story(events: list[Event], now: datetime, words: _Words) -> None:
    """A line in the timeline of every overdue complaint, in the site's language."""
    lines = {}
    for event in events:
        steps = words.steps(event)
        told = ", ".join(person.full_name for person in event.superiors)
        sentence = (
            _("Overdue: {0}. Escalated to {1}.").format(steps, told)
            if told
            else _("Overdue: {0}. Nobody to escalate to was found.").format(steps)
        )
        lines[event.complaint.name] = escape(sentence)
    write_story(lines, now)


def mail_digests(now: datetime | None = None) -> int:
    """Put one mail per person into the queue with all their marked notices; the number of mails.

    Commits after each person. Marks older than a day are left alone: nobody wants to be told that late.
    """
    moment = now or now_datetime()
    queued = 0
    waiting = _awaiting_mail(moment)
    can_send = bool(waiting) and _can_send()
    for user in waiting:
        queued += _mail_digest(user, moment, can_send)
        frappe.db.commit()
    return queued


def enqueue_digests(now: datetime) -> None:
    """Have the mails composed in a job of their own, if any are to be."""
    if _awaiting_mail(now):
        frappe.enqueue(mail_digests, queue="long", job_id=DIGEST_JOB_ID, deduplicate=True)


def _awaiting_mail(now: datetime) -> list[str]:
    log = frappe.qb.DocType("Notification Log")
    return (
        frappe.qb.from_(log)
        .select(log.for_user)
        .distinct()
        .where(_to_be_mailed(log, now))
        .orderby(log.for_user)
        .run(pluck=True)
    )


def _to_be_mailed(log: Table, now: datetime) -> Criterion:
    return (log.modified >= now - _MAIL_WITHIN) & log.document_type.isin(QUALITY_RECORDS) & (log.idx > 0)


def _can_send() -> bool:
    """Whether the site has anything to send mails with; one that has not keeps its notices in the desk."""
    return bool(frappe.conf.get("mail_server") or frappe.db.exists("Email Account", {"enable_outgoing": 1}))


def _mail_digest(user: str, now: datetime, can_send: bool) -> bool:
    """Whether a mail to this person is in the queue now; its notices lose their marks in any case, so that what
    cannot be mailed is not tried again and again."""
    log = frappe.qb.DocType("Notification Log")
    rows = (
        frappe.qb.from_(log)
        .select(log.name, log.subject, log.document_type, log.document_name, log.idx)
        .where((log.for_user == user) & _to_be_mailed(log, now))
        .orderby(log.modified)
        .orderby(log.name)
        .for_update(skip_locked=True)
        .run(as_dict=True)
    )
    if not rows:
        return False
    frappe.qb.update(log).set(log.idx, 0).where(log.name.isin([row.name for row in rows])).run()
    if not can_send:
        return False
    person = frappe.get_cached_doc("User", user)
    frappe.db.savepoint("digest")
    # the language is given back only when nothing is raised within, so errors end inside
    with print_language(person.language or frappe.local.lang):
        try:
            _queue_digest(person.email, person.full_name, rows)
        except frappe.OutgoingEmailError:
            frappe.clear_last_message()  # an account is there, but none that may send for complaints
            return False
        except Exception:
            frappe.db.rollback(save_point="digest")
            frappe.log_error(title=f"Digest of overdue complaints for {user}")
            return False
    return True


def _queue_digest(email: str, full_name: str, rows: list[frappe._dict]) -> None:
    groups = {kind: [row for row in rows if row.idx == mark] for kind, mark in _TO_MAIL.items()}
    shown = {row.name for row in sorted(rows, key=lambda row: row.idx)[:DIGEST_ROWS]}
    headings = {
        ESCALATED: _("Escalated to you"),
        OVERDUE_NOTICE: word(OVERDUE),
        AT_RISK_NOTICE: _("Time is running out"),
        HOLD_OVER: _("The hold was to end"),
        EVIDENCE_LOST: _("Evidence is lost"),
        INVESTIGATION_REOPENED: _("Investigation opened again"),
        CAUSE_REJECTED: _("Root cause ruled out"),
    }
    late, close = len(groups[ESCALATED]) + len(groups[OVERDUE_NOTICE]), len(groups[AT_RISK_NOTICE])
    taken_back = len(groups[INVESTIGATION_REOPENED]) + len(groups[CAUSE_REJECTED])
    if late or close:
        subject = _("Complaints: {0} overdue, {1} at risk").format(late, close)
    elif taken_back:
        subject = _("Opened again or ruled out: what {0} of your records rest on").format(taken_back)
    elif groups[EVIDENCE_LOST]:
        subject = _("Files of evidence lost: {0}").format(len(groups[EVIDENCE_LOST]))
    else:
        subject = _("Complaints: {0} on hold longer than planned").format(len(groups[HOLD_OVER]))
    frappe.sendmail(
        recipients=[email],
        subject=subject,
        template="complaint_clock_digest",
        args={
            "full_name": full_name,
            "groups": [
                (headings[kind], [_line(row) for row in lines if row.name in shown])
                for kind, lines in groups.items()
            ],
            "more": len(rows) - len(shown),
            "list_url": get_url_to_list("Complaint"),
        },
        reference_doctype="Complaint",
        add_unsubscribe_link=0,
    )


def _line(row: frappe._dict) -> dict[str, str]:
    # the subject is our own HTML with everything in it escaped
    return {"url": get_url_to_form(row.document_type, row.document_name), "text": row.subject}


def _by_language(notices: list[Notice]) -> Iterator[Notice]:
    """The notices, grouped by their reader's language, which is the present language while a group is walked."""
    for language in sorted({notice.person.language for notice in notices}):
        with print_language(language):
            yield from (notice for notice in notices if notice.person.language == language)


class _Words:
    """What became of a complaint's clocks, in the present language and a reader's zone; put together only once."""

    def __init__(self) -> None:
        self._site = site_zone()
        self._steps: dict[tuple[str, str | None, str], str] = {}
        self._dates: dict[tuple[str, str | None, datetime], str] = {}

    def steps(self, event: Event, zone: str | None = None) -> str:
        """“First response, due 3 May 10:00; Triage, due 6 May 17:00”; without a zone in the site's time."""
        key = (frappe.local.lang, zone, event.complaint.name)
        if key not in self._steps:
            sentence = _("{0}, due {1}")
            self._steps[key] = "; ".join(
                sentence.format(clock_name(clock, event.complaint.stage), self._date(due, zone))
                for clock, _status, due in event.steps
            )
        return self._steps[key]

    def _date(self, moment: datetime, zone: str | None) -> str:
        key = (frappe.local.lang, zone, moment)
        if key not in self._dates:
            self._dates[key] = format_datetime(self._local(moment, zone))
        return self._dates[key]

    def _local(self, moment: datetime, zone: str | None) -> datetime:
        if not zone or zone == self._site.key:
            return moment
        try:
            return aware(moment, self._site).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        except (ZoneInfoNotFoundError, ValueError):
            return moment  # one person's odd setting must not stop the others' messages
