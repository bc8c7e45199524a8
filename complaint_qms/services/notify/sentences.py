"""What a message says, in the present language and its reader's time zone. All of it is markup; what people wrote is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import format_date, format_datetime

from complaint_qms.constants import events
from complaint_qms.constants.case_file import READY
from complaint_qms.constants.inspection import REGISTER
from complaint_qms.constants.settlement import CANCELLED, DELETED, DOCTYPE, DRAFT, SUBMITTED
from complaint_qms.engine.message import Message
from complaint_qms.engine.message import number as fmt_number
from complaint_qms.services.notify.ladder_sentences import clock_noun, reached
from complaint_qms.services.notify.person import Person
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import clause_list, comma_list, labelled
from complaint_qms.services.record.site_time import in_zone
from complaint_qms.services.record.timeline import Link, Moment, Money, Names, Text, Word, line, noted, told

ESCALATED: Final = "escalated"
"""A message that is no event of its own: an overdue complaint, told to a superior."""
RULE_NOTICE: Final = "rule_notice"
"""Another: what a rule of the site has somebody told. {title, text, rule}"""

WORK_HANDED_ON: Final = "work_handed_on"
"""And: all that somebody got of another person's work, at once. {person, by, pieces: [(DocType, name)]}"""
FIELD_ACTION_APPROVED: Final = "field_action_approved"
REVIEW_ACTION_GIVEN: Final = "review_action_given"
"""An action of a management review, to who is responsible for it; the message is about their task."""

Step = tuple[str, str, datetime]
"""(clock, its new standing, when it was due)"""


# Records that a message about several names; the rest is counted.
_NAMED: Final = 10


class Writer:
    """Writes the sentences of many messages; what many of them share is put together once a language and zone."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, str | None, str, tuple[Step, ...]], str] = {}
        self._of_clocks: dict[tuple[str, str], str] = {}
        self._dates: dict[tuple[str, str | None, datetime], str] = {}

    def sentence(self, kind: str, name: str, data: dict[str, Any], person: Person) -> str:
        """What `person` is told of the record `name`; `data` is that of the event."""
        if kind in _OF_TURNS:
            return self._turn(kind, name, data, person.time_zone)
        if kind == events.ESCALATION_STEP:
            about = titled(name, data["complaint"]["subject"])
            steps = (told(reached(step, data["complaint"]), person.time_zone) for step in data["taken"])
            return _("Escalation of complaint {0}: {1}").format(about, clause_list(steps))
        if kind in _OF_CLOCKS:
            complaint = data["complaint"]
            about = titled(complaint["name"], complaint["subject"])
            key = (frappe.local.lang, kind)
            if key not in self._of_clocks:
                self._of_clocks[key] = _OF_CLOCKS[kind]()
            return self._of_clocks[key].format(about, self.steps(complaint, data["steps"], person.time_zone))
        return _OTHERS[kind](name, data)

    def steps(self, complaint: dict[str, Any], steps: Iterable[Step], zone: str | None = None) -> str:
        """“First response, due 3 May 10:00; Triage, due 6 May 17:00”; without a zone in the site's time."""
        steps = tuple(steps)
        key = (frappe.local.lang, zone, complaint["stage"], steps)
        if key not in self._steps:
            sentence = _("{0}, due {1}")
            self._steps[key] = clause_list(
                sentence.format(clock_name(clock, complaint["stage"]), self._date(due, zone))
                for clock, _status, due in steps
            )
        return self._steps[key]

    def _turn(self, kind: str, name: str, data: dict[str, Any], zone: str | None) -> str:
        """What waits for the reader, and by when."""
        about = f"{escape(_(data['doctype']))} {titled(data.get('name', name), data['title'])}"
        stage, due = word(data["stage"]), data["due"]
        why = escape(data.get("reason") or "")
        said = _OF_TURNS[kind]().format(about, escape(stage), escape(data["by"]), data.get("count"), why)
        if by := data.get("by_procedure"):
            sentence, reason = _("{0} comes to you by the procedure “{1}”: {2}."), noted(by["why"])
            said = sentence.format(about, escape(by["sop"] or ""), told(reason) if reason else "")
        if not due:
            return said
        shown = self._date(due, zone) if isinstance(due, datetime) else format_date(due)
        until = _("Due {0}.").format(shown)
        return f"{said} {until}"

    def _date(self, moment: datetime, zone: str | None) -> str:
        key = (frappe.local.lang, zone, moment)
        if key not in self._dates:
            self._dates[key] = format_datetime(in_zone(moment, zone))
        return self._dates[key]


def titled(name: str, title: str | None) -> str:
    """A record by number and title."""
    return f"<b>{escape(name)}</b> {escape(title or '')}".strip()


def overdue_line(complaint: dict[str, Any], steps: Iterable[Step], asked: Iterable[Person] | None) -> Message:
    """The line in an overdue complaint's own timeline. `asked`: whom it was escalated to; None where nobody was to be."""
    due = [
        line("{0}, due {1}", clock_noun(clock, complaint["stage"]), Moment(at))
        for clock, _status, at in steps
    ]
    if asked is None:
        return line("Overdue: {0}.", due)
    if names := [person.full_name for person in asked]:
        return line("Overdue: {0}. Escalated to {1}.", due, Names(names))
    return line("Overdue: {0}. Nobody to escalate to was found.", due)


def clock_name(clock: str, stage: str) -> str:
    """What a clock measures; that of the stage goes by the stage's name."""
    noun = clock_noun(clock, stage)
    return word(noun.key) if isinstance(noun, Word) else _(noun)


def document_line(document_type: str, document_name: str, settlement: str, state: str) -> Message:
    """What became of a document that a settlement drafted."""
    drafted_by = Link(DOCTYPE, settlement)
    if state == DELETED:
        name = Text(document_name)
        return line("{0} {1} of settlement {2} deleted", document_type, name, drafted_by)
    about = (document_type, Link(document_type, document_name), drafted_by)
    if state == SUBMITTED:
        return line("{0} {1} of settlement {2} submitted", *about)
    if state == CANCELLED:
        return line("{0} {1} of settlement {2} cancelled", *about)
    if state == DRAFT:
        return line("{0} {1} of settlement {2} drafted anew", *about)
    return line("{0} {1} of settlement {2} changed", *about)


def settlement_line(settlement: str, state: str, amount: float, currency: str) -> Message:
    """What became of a settlement: it was proposed, rejected, submitted, cancelled or, as a draft, deleted."""
    about = (Text(settlement) if state == "deleted" else Link(DOCTYPE, settlement), Money(amount, currency))
    return {
        "proposed": line("Settlement {0} over {1} proposed", *about),
        "rejected": line("Settlement {0} over {1} rejected", *about),
        "submitted": line("Settlement {0} over {1} submitted", *about),
        "cancelled": line("Settlement {0} over {1} cancelled", *about),
        "deleted": line("Draft settlement {0} over {1} deleted", *about),
    }[state]


def lost_line(data: dict[str, Any]) -> Message:
    """What an ended complaint lost: a document of its settlement, or the settlement itself."""
    keys = ("document_type", "document_name", "settlement", "state")
    if data.get("document_type"):
        return document_line(**{key: data[key] for key in keys})
    return settlement_line(**{key: data[key] for key in ("settlement", "state", "amount", "currency")})


def what_to_settle(name: str, data: dict[str, Any]) -> str:
    """What an ended complaint lost, and the two ways to set it right."""
    return _(
        "{0}, although complaint {1} has ended. Reopen it and settle it anew, or write in the settlement why "
        "nothing more is owed."
    ).format(told(lost_line(data)), escape(name))


# What a digest mail puts under one heading, in the order in which a reader wants it.
HEADINGS: Final[dict[str, Callable[[], str]]] = {
    events.GRAVE: lambda: _("Severe or harmful"),
    ESCALATED: lambda: _("Escalated to you"),
    events.OVERDUE: lambda: word("overdue"),
    events.AT_RISK: lambda: _("Time is running out"),
    events.ESCALATION_STEP: lambda: word(events.ESCALATION_STEP),
    events.HOLD_OVER: lambda: _("The hold was to end"),
    events.HANDED_OVER: lambda: _("Handed over to you"),
    WORK_HANDED_ON: lambda: word(WORK_HANDED_ON),
    events.MOVED: lambda: _("Waiting for you"),
    FIELD_ACTION_APPROVED: lambda: word(FIELD_ACTION_APPROVED),
    REVIEW_ACTION_GIVEN: lambda: word(REVIEW_ACTION_GIVEN),
    events.CHAT_WAITS: lambda: _("Chats that wait for an answer"),
    events.SURVEYED: lambda: _("Customers who are not content"),
    events.SETTLED: lambda: _("Documents for finance"),
    events.SETTLEMENT_PROPOSED: lambda: word(events.SETTLEMENT_PROPOSED),
    events.SETTLEMENT_REJECTED: lambda: word(events.SETTLEMENT_REJECTED),
    events.SETTLEMENT_DONE: lambda: word(events.SETTLEMENT_DONE),
    events.CAUSE_READY: lambda: word(events.CAUSE_READY),
    events.ASSESSMENT_OPENED: lambda: word(events.ASSESSMENT_OPENED),
    events.ASSESSMENT_DUE: lambda: word(events.ASSESSMENT_DUE),
    events.SIGNAL_RAISED: lambda: word(events.SIGNAL_RAISED),
    events.SETTLEMENT_LOST: lambda: _("An ended complaint lost what settled it"),
    events.EVIDENCE_LOST: lambda: _("Evidence is lost"),
    RULE_NOTICE: lambda: word(RULE_NOTICE),
    events.INVESTIGATION_REOPENED: lambda: _("Investigation opened again"),
    events.CAUSE_REJECTED: lambda: _("Root cause ruled out"),
}
_OF_CLOCKS: Final[dict[str, Callable[[], str]]] = {
    events.AT_RISK: lambda: _("Time is running out for complaint {0}: {1}"),
    events.OVERDUE: lambda: _("Complaint {0} is overdue: {1}"),
    events.HOLD_OVER: lambda: _(
        "The hold of complaint {0} was to end: resume it, or enter how long it still waits."
    ),
    ESCALATED: lambda: _("Complaint {0} is overdue and comes to you: {1}"),
}

# {0} the record, {1} its stage, {2} who did it, {3} how many, {4} why
_OF_TURNS: Final[dict[str, Callable[[], str]]] = {
    events.HANDED_OVER: lambda: _("{0} was handed over to you by {2}."),
    events.MOVED: lambda: _("{0} waits for you: {1}."),
    FIELD_ACTION_APPROVED: lambda: _("{0} was approved by {2} and is under way."),
    REVIEW_ACTION_GIVEN: lambda: _("{2} gave you an action of {0}."),
    events.SETTLED: lambda: _("{0} has drafted documents that wait to be submitted: {3}."),
    events.SETTLEMENT_PROPOSED: lambda: _("{0} waits for your approval. Proposed by {2}."),
    events.SETTLEMENT_REJECTED: lambda: _(
        "{0} was rejected by {2}: “{4}”. Revise it and propose it again, or delete it."
    ),
    events.SETTLEMENT_DONE: lambda: _(
        "{0} is carried out: every document is finished. The complaint can go on."
    ),
    events.CAUSE_READY: lambda: _("{0} has everything it needs and waits for you to verify it."),
    events.ASSESSMENT_OPENED: lambda: _("{0}: decide whether the event is to be reported."),
}


def _due_times_moved(name: str, data: dict[str, Any]) -> str:
    sentence = _("SOP {0}: the due times of {1} of your complaints have moved.")
    return sentence.format(f"<b>{escape(name)}</b>", data["count"])


def _investigation_reopened(name: str, data: dict[str, Any]) -> str:
    sentence = _("Investigation {1}, on which complaint {0} rests, was opened again.")
    return sentence.format(titled(name, data["title"]), escape(data["basis"]))


def _cause_rejected(name: str, data: dict[str, Any]) -> str:
    sentence = _("Root cause {1}, which CAPA {0} is to remove, was ruled out.")
    return sentence.format(titled(name, data["title"]), escape(data["basis"]))


def _evidence_lost(name: str, data: dict[str, Any]) -> str:
    sentence = (
        _("Evidence of {0} was changed on the disk: {1}. Restore the file from a backup.")
        if data["changed"]
        else _("Evidence of {0} is lost: {1}. Restore the file from a backup.")
    )
    place = _("row {0}, {1}").format(data["row"], data["file"]) if data["row"] else data["file"]
    return sentence.format(f"<b>{escape(_(data['doctype']))} {escape(name)}</b>", escape(place))


def _assessment_due(name: str, data: dict[str, Any]) -> str:
    days = data["days"]
    if days < 0:
        said = _("Reportability assessment {0} of {1} is still open. Its deadline was {2}.")
    elif days == 0:
        said = _("Reportability assessment {0} of {1}: report or decide today, {2}.")
    else:
        said = _("Reportability assessment {0} of {1}: report or decide by {2}. Days left: {3}.")
    about = titled(name, data["jurisdiction"])
    return said.format(about, escape(data["about"] or ""), format_date(data["deadline"]), days)


def _settlement_lost(name: str, data: dict[str, Any]) -> str:
    return labelled(titled(name, data["title"]), what_to_settle(name, data))


def _case_file_ready(name: str, data: dict[str, Any]) -> str:
    if name == REGISTER:
        if data["error"]:
            return _("The inspector's index could not be made: {0}").format(escape(data["error"]))
        return _(
            "The inspector's index is ready. Download it from the Complaint Register, by “Inspector's Index”."
        )
    about = titled(name, data["title"])
    if data["error"]:
        return _("The whole file of complaint {0} could not be made: {1}").format(
            about, escape(data["error"])
        )
    return _("The whole file of complaint {0} is ready. Download it there, by “Whole File”.").format(about)


def _signal_raised(name: str, data: dict[str, Any]) -> str:
    sentence = (
        _("Signal {0} is raised again: {1} complaints where {2} were expected.")
        if data["again"]
        else _("Signal {0}: {1} complaints where {2} were expected.")
    )
    return sentence.format(titled(name, data["title"]), data["observed"], fmt_number(data["expected"]))


def _customer_wrote(name: str, data: dict[str, Any]) -> str:
    told = titled(name, data["title"]), escape(data["sender"]), escape(data["said"])
    if data.get("verdict") == "disagreed":
        return _("{0}: {1} does not accept the solution: “{2}”").format(*told)
    if data.get("verdict") == "agreed":
        return _("{0}: {1} accepts the solution: “{2}”").format(*told)
    return _("{0}: {1} wrote: “{2}”").format(*told)


def _mail_returned(name: str, data: dict[str, Any]) -> str:
    sentence = _("{0}: a mail did not arrive. {1} says: “{2}” Check the address and send it again.")
    return sentence.format(titled(name, data["title"]), escape(data["sender"]), escape(data["said"]))


def _mail_failed(name: str, data: dict[str, Any]) -> str:
    sentence = _(
        "{0}: a mail to {1} was not sent. The reason: “{2}” Check the address and send it again; where other mails fail as well, tell "
        "whoever looks after the mail of the site."
    )
    return sentence.format(titled(name, data["title"]), escape(data["sender"]), escape(data["said"]))


def _surveyed(name: str, data: dict[str, Any]) -> str:
    sentence = (
        _("{0}: the customer says that it is not solved ({1} of 5): “{2}” To be followed up by {3}.")
        if data["solved"] == "no"
        else _("{0}: the customer is not content ({1} of 5): “{2}” To be followed up by {3}.")
    )
    return sentence.format(
        titled(name, data["title"]), data["csat"], escape(data["comment"]), format_date(data["due"])
    )


def _chat_waits(name: str, data: dict[str, Any]) -> str:
    return _("A chat waits for an answer. {0} wrote: “{1}”").format(
        f"<b>{escape(data['sender'])}</b>", escape(data["said"])
    )


def _chat_failed(name: str, data: dict[str, Any]) -> str:
    error = data["error"]
    key, params = ("{said}", {"said": error}) if isinstance(error, str) else error
    return _("Your message to {0} could not be sent: {1}. Open the chat to send it again.").format(
        f"<b>{escape(data['sender'])}</b>", escape(Message(key, params).render(_).rstrip(".。 "))
    )


def _grave(name: str, data: dict[str, Any]) -> str:
    said = _("{0} is severe or tells of harm. {1}")
    return said.format(titled(name, data["title"]), clause_list(_graveness(data)))


def _rule_notice(name: str, data: dict[str, Any]) -> str:
    text, rule = data["text"], data["rule"]
    return _("{0}: {1} (rule “{2}”)").format(titled(name, data["title"]), escape(_(text)), escape(_(rule)))


def _work_handed_on(name: str, data: dict[str, Any]) -> str:
    pieces: dict[str, list[str]] = {}
    for doctype, record in data["pieces"]:
        pieces.setdefault(doctype, []).append(record)
    listed = [
        labelled(escape(_(doctype)), escape(comma_list(names[:_NAMED]))) + (" …" if names[_NAMED:] else "")
        for doctype, names in pieces.items()
    ]
    said = _("{2} handed {0} pieces of work of {1} over to you: {3}")
    return said.format(len(data["pieces"]), escape(data["person"]), escape(data["by"]), clause_list(listed))


def _graveness(data: dict[str, Any]) -> Iterator[str]:
    level = data["severity"]
    if level:
        yield labelled(_("Severity"), escape(_(level)))
    if data["harm_level"]:
        yield labelled(_("Harm or Adverse Event"), escape(word(data["harm_level"])))
    if data["reasons"]:
        words = (_(key).format(**params) for key, params in data["reasons"])
        yield labelled(_("Its text"), escape(comma_list(words)))


_OTHERS: Final[dict[str, Callable[[str, dict[str, Any]], str]]] = {
    events.DUE_TIMES_MOVED: _due_times_moved,
    events.INVESTIGATION_REOPENED: _investigation_reopened,
    events.CAUSE_REJECTED: _cause_rejected,
    events.EVIDENCE_LOST: _evidence_lost,
    events.SETTLEMENT_LOST: _settlement_lost,
    events.ASSESSMENT_DUE: _assessment_due,
    events.SIGNAL_RAISED: _signal_raised,
    events.CUSTOMER_WROTE: _customer_wrote,
    events.GRAVE: _grave,
    events.MAIL_RETURNED: _mail_returned,
    events.MAIL_FAILED: _mail_failed,
    events.SURVEYED: _surveyed,
    events.CHAT_WAITS: _chat_waits,
    events.CHAT_FAILED: _chat_failed,
    RULE_NOTICE: _rule_notice,
    WORK_HANDED_ON: _work_handed_on,
    READY: _case_file_ready,
}
KINDS: Final = (*_OF_CLOCKS, events.ESCALATION_STEP, *_OF_TURNS, *_OTHERS)
