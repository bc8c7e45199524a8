"""Facts that a system sends by itself: nothing is read before the signature is right, each message is taken once, and what cannot be
taken waits for a person. Who sends is told that it came, and never what is known here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.connectors import (
    ABOUT,
    CALL,
    COMPLAINT,
    CONNECTOR,
    DONE,
    FACTS_RECEIVED,
    FAILED,
    INVESTIGATION,
    LARGEST_MESSAGE,
)
from complaint_qms.engine.connectors import Unusable, facts_of, read_message, the_text
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import Refused, ServiceError
from complaint_qms.integrations.messaging.signed_webhook import is_signed
from complaint_qms.message_log import messages_withheld
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.connectors import breaker, settings, signed_settings
from complaint_qms.services.connectors.facts import store_facts
from complaint_qms.services.connectors.storing import insert_by_server
from complaint_qms.services.connectors.subjects import Subject, subject_known
from complaint_qms.services.inbox import reasons
from complaint_qms.services.transactions import without_deadlock

TAKEN: Final = 202
UNREADABLE: Final = 400
REFUSED: Final = 403
KNOWN: Final = 409
_NOT_SIGNED: Final = Message("Signature or time of the message are wrong.")
_TOO_LARGE: Final = Message("The message has more than {size} MB.")
_BEFORE: Final = Message("A message of this ID was taken before.")
_UNKNOWN: Final = Message("Nothing is known here by the name “{name}”, which the message is about.")
_EMPTY: Final = Message("The message has none of the facts: nothing stands at their paths.")


@dataclass(frozen=True)
class Received:
    """A message.

    Attributes:
        headers: by their names in small letters.
        came_from: address in the network.
        at: seconds since 1970, UTC.
    """

    headers: Mapping[str, str]
    body: bytes
    came_from: str
    at: float


@dataclass(frozen=True)
class FactsAnswer:
    """What the sender hears: a status of HTTP, and why in a word where it may mend something."""

    status: int
    error: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class ReadFacts:
    subject: Subject
    facts: dict[str, str]


def receive(connector: Document, message: Received) -> FactsAnswer:
    """Take a message, or write down why not. What is signed and can be read is answered alike, whatever it is about.

    Raises:
        Refused: nobody who knows the secret has sent it, or long ago.
    """
    accepted = signed_settings.secrets_of(connector, now_datetime())
    if not is_signed(accepted, message.headers, message.body, message.at):
        raise Refused
    try:
        data = read_message(message.body)
        id_path, _subject_path = signed_settings.paths_of(connector)
        message_id = the_text(id_path, data, connector.id_path)
    except Unusable as error:
        return _refuse(connector, message.came_from, UNREADABLE, error.said, "unreadable")
    with acting_as():
        is_new = without_deadlock(lambda: _take(connector, message, data, message_id))
    if not is_new:
        return _refuse(connector, message.came_from, KNOWN, _BEFORE, "taken before", message_id)
    return FactsAnswer(TAKEN, message_id=message_id)


def note_refused(connector: Document, came_from: str, is_large: bool) -> None:
    """Write down that somebody could not sign, or sent more than is read: when and from where, and nothing of what was sent. Commits:
    a request of a method that writes nothing is rolled back in its end."""
    why = _TOO_LARGE.having(size=LARGEST_MESSAGE >> 20) if is_large else _NOT_SIGNED
    _refuse(connector, came_from, REFUSED, why)
    frappe.db.commit()


def read_facts(connector: Document, data: Any) -> ReadFacts:
    """What a message is about, and its facts.

    Raises:
        ServiceError: there is no such record, or nothing is said of it.
    """
    try:
        _id_path, subject_path = signed_settings.paths_of(connector)
        name = the_text(subject_path, data, connector.subject_path)
        facts = facts_of(settings.mapping_of(connector), data)
    except Unusable as error:
        raise ServiceError(error.said, passing=False) from None
    subject = subject_known(connector.about, name)
    if not subject or not _is_of_company(connector, subject):
        raise ServiceError(_UNKNOWN.having(name=name), passing=False)
    if not any(facts.values()):
        raise ServiceError(_EMPTY, passing=False)
    return ReadFacts(subject, facts)


def read_again(connector: Document, row: Document) -> ReadFacts:
    """The facts of a message that was not taken, and was kept.

    Raises:
        ServiceError: they can still not be taken.
    """
    try:
        return read_facts(connector, read_message((row.message or "").encode()))
    except Unusable as error:
        raise ServiceError(error.said, passing=False) from None


def _take(connector: Document, message: Received, data: Any, message_id: str) -> bool:
    """Whether the message is new. One after the other for each connector: what is read from here on is as it stands now, so that of two
    values one is compared with the other, and of two messages of one id the second finds the first."""
    frappe.db.commit()
    frappe.db.get_value(CONNECTOR, connector.name, "name", for_update=True)
    now = now_datetime()
    row = _row(connector, message.came_from, TAKEN)
    row.update({"message_id": message_id, "message_key": _key(connector, message_id)})
    frappe.db.savepoint("facts_received")
    try:
        read = read_facts(connector, data)
    except ServiceError as error:
        row.update({"state": FAILED, "error": reasons.of_message(error.said)})
        row.message = message.body.decode()
        return _insert_new(row)
    row.update({"state": DONE, "about": read.subject.about, **read.subject.links})
    if not _insert_new(row):
        return False
    breaker.note_success(connector.name, now)
    store_facts(connector, read.subject, read.facts, message.body, message.came_from, now)
    return True


def _insert_new(row: Document) -> bool:
    try:
        with messages_withheld():
            insert_by_server(row)
    except frappe.UniqueValidationError:
        frappe.db.rollback(save_point="facts_received")
        return False
    return True


def _refuse(
    connector: Document, came_from: str, status: int, why: Message, said: str = "", message_id: str = ""
) -> FactsAnswer:
    with acting_as():
        row = _row(connector, came_from, status)
        row.update({"state": FAILED, "error": reasons.of_message(why), "message_id": message_id or None})
        insert_by_server(row)
    return FactsAnswer(status, said)


def _row(connector: Document, came_from: str, status: int) -> Document:
    values = {"doctype": CALL, "connector": connector.name, "kind": FACTS_RECEIVED, "attempts": 1}
    more = {"status": status, "came_from": came_from, "answer_size": 0, "company": connector.company}
    return frappe.get_doc(values | more)


def _key(connector: Document, message_id: str) -> str:
    """By the connector's address, which stays when it is renamed. Ids are told apart by each letter, as databases do not."""
    return hashlib.sha256(f"{connector.receive_key}\0{message_id}".encode()).hexdigest()


def _is_of_company(connector: Document, subject: Subject) -> bool:
    """A lot is the same goods for each company; a complaint and an investigation are of one."""
    if not connector.company or subject.about not in (COMPLAINT, INVESTIGATION):
        return True
    return frappe.db.get_value(ABOUT[subject.about], subject.name, "company") == connector.company
