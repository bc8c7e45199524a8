"""The outbox: every message to a person or group, with its channel and what became of it.

A message is written in the transaction of what it tells of. In the desk it is there at once, as the framework's own
Notification Log; what goes by mail waits for `digest`, what goes by another channel for `delivery`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe.translate import print_language
from frappe.utils import cint, escape_html, now_datetime

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.confidential import resting_on
from complaint_qms.permissions.query import hidden
from complaint_qms.permissions.sight import Sight
from complaint_qms.services import writing
from complaint_qms.services.notify import sentences
from complaint_qms.services.notify.person import Person
from complaint_qms.services.notify.routing import Router, Way

OUTBOX: Final = "QMS Message"
DESK, EMAIL = "desk", "email"
QUEUED, SENT, GIVEN_UP, EXPIRED = "queued", "sent", "given_up", "expired"
AUTHOR: Final = "Administrator"
_WITHIN: Final = timedelta(days=2)
"""Nobody wants to be told later than that; longer than all attempts together take."""
_DELIVER: Final = "complaint_qms.services.notify.delivery.send_waiting"


@dataclass(frozen=True)
class Notice:
    """One person is told one thing about one record. `data`: that of the event (`constants/events.py`); `channel`: one that it goes by
    beside those that are chosen; `link`: address that the notice in the desk leads to, the record's without."""

    kind: str
    person: Person
    doctype: str
    name: str
    data: dict[str, Any]
    author: str = AUTHOR
    channel: str = ""
    link: str = ""


@dataclass(frozen=True)
class GroupNotice:
    """The groups that are to hear of such a thing are told it. `company`: the record's; `channel`: the one that hears of it alone."""

    kind: str
    doctype: str
    name: str
    data: dict[str, Any]
    company: str | None = None
    channel: str = ""


def send(
    messages: Iterable[Notice],
    now: datetime,
    writer: sentences.Writer | None = None,
    sights: Mapping[str, Sight] | None = None,
) -> list[Notice]:
    """Write messages in their readers' languages: notices in the desk, mails and what goes by other channels, which wait to be sent. Who
    may not see a quality record is not told of it, whoever asked for that. Those that were written, on one channel at least.

    Args:
        sights: DocType → who sees what of all its records that the messages are about, where the caller has asked that.
    """
    messages = list(messages)
    router = Router({message.person for message in messages}, now)
    ways = {id(one): router.ways(one.person, one.kind, one.channel) for one in messages}
    wanted = [one for one in messages if one.person.notices or one.person.mails or ways[id(one)]]
    wanted = _visible(wanted, sights or {})
    if not wanted:
        return []
    writer, mailed, due = writer or sentences.Writer(), by_mail(), set()
    for author in sorted({message.author for message in wanted}):
        desk: list[dict[str, Any]] = []
        # By channel: what rows of one insertion share is handed over once.
        outbox: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for message in _by_language([one for one in wanted if one.author == author]):
            text = writer.sentence(message.kind, message.name, message.data, message.person)
            if message.person.notices:
                desk.append(_notice(message, text))
                outbox[DESK].append(_row(message, message.person, text, DESK, now))
            if mailed and message.person.mails and message.kind in sentences.HEADINGS:
                outbox[EMAIL].append(_row(message, message.person, text, EMAIL, now))
            for way in ways[id(message)]:
                outbox[way.service].append(_row(message, message.person, text, way.service, now, way))
                due |= {way.channel} if not way.after else set()
        for rows in outbox.values():
            writing.insert_rows(OUTBOX, rows, now, author, "message")
        _show(desk, now, author)
    request_delivery(due)
    return [
        one
        for one in wanted
        if one.person.notices or ways[id(one)] or (mailed and one.kind in sentences.HEADINGS)
    ]


def send_to_groups(messages: Iterable[GroupNotice], now: datetime) -> list[str]:
    """Write messages to the groups that hear of them; the channels that will be told. A group is not asked who is in it, so that none hears
    of a confidential complaint or of what rests on one."""
    messages = _open_to_groups(messages)
    router, writer, rows, due, told = Router((), now), sentences.Writer(), [], set(), set()
    languages = router.languages()
    ways = [
        (languages[way.channel] or frappe.local.lang, message, way)
        for message in messages
        for way in router.groups(message.kind, message.channel)
        if router.concerns(way, message.company)
    ]
    for language in sorted({language for language, _message, _way in ways}):
        reader = Person("", "", "", language, None, False, False)
        with print_language(language):
            for message, way in [(message, way) for its, message, way in ways if its == language]:
                text = writer.sentence(message.kind, message.name, message.data, reader)
                rows.append(_row(message, reader, text, way.service, now, way))
                told.add(way.channel)
                due |= {way.channel} if not way.after else set()
    writing.insert_rows(OUTBOX, rows, now, AUTHOR, "message")
    request_delivery(due)
    return sorted(told)


def send_outside(
    channel: str, service: str, to: str, text: str, link: str, language: str | None, about: tuple[str, str, str], now: datetime
) -> str:  # fmt: skip
    """Have somebody told who is no user, by a telephone number; the name of the message. It goes out as soon as this is committed.

    Args:
        text: plain.
        link: follows the text; it may let in whoever has it, and is dropped once it has left or was given up.
        about: kind, DocType and name of what it tells of.
    """
    kind, doctype, name = about
    row = {
        "kind": kind, "channel": service, "notification_channel": channel, "to_user": None, "to_address": to, "language": language,
        "text": escape_html(text), "link": link, "reference_doctype": doctype, "reference_name": name, "state": QUEUED, "next_attempt": now,
    }  # fmt: skip
    (message,) = writing.insert_rows(OUTBOX, [row], now, AUTHOR, "message")
    request_delivery([channel])
    return message


def request_delivery(channels: Iterable[str], *, is_further: bool = False) -> None:
    """Have sent what is due of these channels as soon as this is committed, each by a job of its own: a slow service holds up no other.

    Args:
        is_further: whether the run that asks leaves something to a further one.
    """
    for channel in sorted(channels):
        # Asked once it is committed: a run that goes on at this moment looks once more at its end, and finds it.
        frappe.db.after_commit.add(partial(_enqueue, channel, is_further))


def withdraw_messages(names: Iterable[str], why: str) -> tuple[set[str], set[str]]:
    """Have messages sent no more that wait: (those, and others of `names` that are being sent at this moment).

    Args:
        why: in the language of whoever takes them back.
    """
    names = list(names)
    if not names:
        return set(), set()
    table = frappe.qb.DocType(OUTBOX)
    query = frappe.qb.from_(table).select(table.name, table.attempts, table.next_attempt, table.error)
    query = query.where(table.name.isin(names) & (table.state == QUEUED)).orderby(table.name)
    rows = query.for_update().run(as_dict=True)
    # One is claimed for a time, and without an error until its attempt has failed.
    now = now_datetime()
    leaving = {row.name for row in rows if row.attempts and not row.error and (row.next_attempt or now) > now}
    taken = {row.name for row in rows} - leaving
    if taken:
        mark_messages(taken, state=EXPIRED, next_attempt=None, error=why, link=None)
    return taken, leaving


def expire(now: datetime) -> None:
    """Put away what nobody wants to be told any more."""
    table = frappe.qb.DocType(OUTBOX)
    query = frappe.qb.update(table).set(table.state, EXPIRED).set(table.link, None)
    # `modified` is when it was written, or when somebody asked for it again.
    query.where((table.state == QUEUED) & (table.modified < now - _WITHIN)).run()


def mark_messages(names: Iterable[str], **values: object) -> None:
    """Write the same values into messages, with one statement."""
    table = frappe.qb.DocType(OUTBOX)
    query = frappe.qb.update(table).where(table.name.isin(list(names)))
    for field, value in values.items():
        query = query.set(table[field], value)
    query.run()


def visible(rows: list[frappe._dict], user: str) -> list[frappe._dict]:
    """Those of waiting messages whose records their reader may still see; the others expire."""
    kinds = {row.reference_doctype for row in rows} & set(QUALITY_RECORDS)
    gone = {
        (kind, name)
        for kind in kinds
        for name in hidden(kind, {row.reference_name for row in rows if row.reference_doctype == kind}, user)
    }
    parted = {row.name: (row.reference_doctype, row.reference_name) in gone for row in rows}
    if any(parted.values()):
        mark_messages([name for name, is_gone in parted.items() if is_gone], state=EXPIRED, next_attempt=None)
    return [row for row in rows if not parted[row.name]]


def by_mail() -> bool:
    """Whether the site mails notices."""
    return bool(cint(frappe.get_cached_doc(SETTINGS).notify_by_email))


def _enqueue(channel: str, is_further: bool) -> None:
    place = sha256(channel.encode()).hexdigest()[:12]
    frappe.enqueue(
        _DELIVER,
        queue="short",
        channel=channel,
        is_further=is_further,
        job_id=f"complaint_qms_deliver_{place}{'_further' if is_further else ''}",
        deduplicate=True,
    )


def _visible(messages: list[Notice], sights: Mapping[str, Sight]) -> list[Notice]:
    """Those whose readers may see what they are about."""
    kinds = {one.doctype for one in messages} & set(QUALITY_RECORDS)
    sight = {
        kind: sights.get(kind) or Sight(kind, (one.name for one in messages if one.doctype == kind))
        for kind in kinds
    }
    return [
        one
        for one in messages
        if one.doctype not in sight or sight[one.doctype].sees(one.person.user, one.name)
    ]


def _open_to_groups(messages: Iterable[GroupNotice]) -> list[GroupNotice]:
    messages = list(messages)
    closed = {
        (doctype, name)
        for doctype in {one.doctype for one in messages}
        for name in resting_on(doctype, {one.name for one in messages if one.doctype == doctype})
    }
    return [one for one in messages if (one.doctype, one.name) not in closed]


def _by_language(messages: list[Notice]) -> Iterator[Notice]:
    """The messages, grouped by their reader's language, which is the present language while a group is walked."""
    for language in sorted({message.person.language for message in messages}):
        with print_language(language):
            yield from (message for message in messages if message.person.language == language)


def _notice(message: Notice, text: str) -> dict[str, Any]:
    return {
        "type": "Alert",
        "subject": text,
        "for_user": message.person.user,
        "from_user": message.author,
        "document_type": message.doctype,
        "document_name": message.name,
        "link": message.link or None,
    }


def _row(
    message: Notice | GroupNotice,
    reader: Person,
    text: str,
    channel: str,
    now: datetime,
    way: Way | None = None,
) -> dict[str, Any]:
    waits = channel != DESK
    return {
        "kind": message.kind,
        "channel": channel,
        "notification_channel": way.channel if way else None,
        "to_user": reader.user or None,
        "language": reader.language,
        "text": text,
        "reference_doctype": message.doctype,
        "reference_name": message.name,
        "state": QUEUED if waits else SENT,
        "next_attempt": ((way and way.after) or now) if waits else None,
        "sent_at": None if waits else now,
    }


def _show(rows: list[dict[str, Any]], now: datetime, author: str) -> None:
    """Notices in the desk, seen by their readers at once."""
    if not rows:
        return
    writing.insert_rows("Notification Log", rows, now, author, "message")
    users = sorted({row["for_user"] for row in rows})
    settings = frappe.qb.DocType("Notification Settings")
    frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(users)).run()
    for user in users:
        frappe.publish_realtime("notification", user=user, after_commit=True)
