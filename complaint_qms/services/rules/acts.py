"""What rules do to a complaint, each action by the doors people use: what a gate or a record refuses is refused to a rule as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

import frappe
from frappe import _
from frappe.desk.doctype.tag.tag import DocTags
from frappe.model.document import Document
from frappe.utils import add_days, cint, escape_html, getdate

from complaint_qms.constants import rules
from complaint_qms.constants.containment import HOLD
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.message import Message
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services import writing
from complaint_qms.services.containment import doorkeeper
from complaint_qms.services.containment.holding import Because, hold
from complaint_qms.services.containment.standing import held_of
from complaint_qms.services.lifecycle.links import capas_of
from complaint_qms.services.notify import outbox
from complaint_qms.services.notify.sentences import RULE_NOTICE
from complaint_qms.services.record.language import speaking
from complaint_qms.services.record.timeline import Label, Link, Names, Text, line, plain_line
from complaint_qms.services.rules import rule_text, webhooks
from complaint_qms.services.rules.customer_message import tell_customer
from complaint_qms.services.rules.investigations import start_for
from complaint_qms.services.rules.people import least_busy, people_meant


class UnansweredError(frappe.ValidationError):
    """A call was made and failed; what was noted of it stays."""


@dataclass
class Firing:
    """A rule that fires for a complaint.

    Attributes:
        because: why, as a line of the timeline.
        changed: whether the complaint was saved by it.
        by_job: whether nobody's request waits for it.
    """

    rule: str
    version: int
    when: str
    complaint: str
    because: Message
    now: Any
    changed: bool = False
    by_job: bool = False


def act(firing: Firing, row: Mapping[str, Any]) -> Message:
    """Do what a row of a rule says; what was done, as a line of the timeline.

    Raises:
        doorkeeper.StillMovingError: not at this moment.
        frappe.ValidationError: it cannot be done, with the reason.
    """
    return _ACTS[row["do"]](firing, row)


def _set(firing: Firing, row: Mapping[str, Any]) -> Message:
    doc, name = _complaint(firing), row["field"]
    label = Label("Complaint", name)
    if str(doc.get(name) or "") == str(row["value"]):
        return line("{0} was {1} already", label, rule_text.said_value(name, row["value"]))
    doc.set(name, row["value"])
    doc.save(ignore_permissions=True)
    firing.changed = True
    return line("{0} set to {1}", label, rule_text.said_value(name, row["value"]))


def _add_tag(firing: Firing, row: Mapping[str, Any]) -> Message:
    # The framework shows tags as they are: one of ours is set in the language of the site.
    with speaking(frappe.db.get_default("lang") or "en"):
        tag = rule_text.said_tag(row["tag"].strip())
    DocTags("Complaint").add(firing.complaint, tag)
    firing.changed = True
    return line("Tag “{0}” added", Text(tag))


def _assign(firing: Firing, row: Mapping[str, Any]) -> Message:
    doc = _complaint(firing)
    person = people_meant(row, firing.complaint)[0]
    if doc.complaint_owner == person.user:
        return line("{0} was {1} already", Label("Complaint", "complaint_owner"), Text(person.full_name))
    doc.complaint_owner = person.user
    doc.save(ignore_permissions=True)
    firing.changed = True
    return line("Assigned to {0}", Text(person.full_name))


def _notify(firing: Firing, row: Mapping[str, Any]) -> Message:
    about = frappe.db.get_value("Complaint", firing.complaint, ["subject", "company"], as_dict=True)
    data = {"title": about.subject, "text": row["text"], "rule": firing.rule}
    channel, what = row.get("notification_channel") or "", ("Complaint", firing.complaint, data)
    if row["who"] == rules.GROUP:
        group = outbox.GroupNotice(RULE_NOTICE, *what, about.company, channel)
        if not outbox.send_to_groups([group], firing.now):
            frappe.throw(_("The channel “{0}” is switched off, or for another company.").format(channel))
        return line("Group of “{0}” notified", Text(channel))
    sent = outbox.send(
        [
            outbox.Notice(RULE_NOTICE, person, *what, channel=channel)
            for person in people_meant(row, firing.complaint)
        ],
        firing.now,
    )
    if not sent:
        frappe.throw(_("Nobody who is meant may see the complaint and takes notices."))
    return line("{0} notified", Names([message.person.full_name for message in sent]))


def _create_task(firing: Firing, row: Mapping[str, Any]) -> Message:
    meant = people_meant(row, firing.complaint)
    seeing = [
        person
        for person in meant
        if frappe.has_permission("Complaint", "read", doc=firing.complaint, user=person.user)
    ]
    if not seeing:
        frappe.throw(_("Nobody who is meant may see the complaint."))
    person, text = least_busy(seeing), row["text"]
    with speaking(person.language):
        said = _(text)
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": person.user,
            "reference_type": "Complaint",
            "reference_name": firing.complaint,
            "date": add_days(getdate(firing.now), cint(row.get("due_days"))),
            "description": escape_html(unescape(said)),  # stored text has its signs escaped already
        }
    )
    # The person helps with the complaint; its handler is named elsewhere.
    task.flags.of_handler = True
    task.insert(ignore_permissions=True)
    firing.changed = True
    return line("Task for {0}: {1}", Text(person.full_name), text)


def _add_check(firing: Firing, row: Mapping[str, Any]) -> Message:
    doc, check = _complaint(firing), row["text"].strip()
    if doc.stage in COMPLAINT_ENDED:
        frappe.throw(_("The complaint has ended; nothing is checked any more."))
    if any((have.stage, have.check) == (doc.stage, check) for have in doc.checklist):
        return line("The check “{0}” was there already", Text(check))
    values = {"stage": doc.stage, "check": check, "mandatory": cint(row.get("mandatory")), "done": 0}
    new = doc.append("checklist", values)
    # A save takes over which checks are ticked, and nothing else of them.
    new.set_new_name()
    writing.insert_row(new, "rule")
    writing.drop_cached("Complaint", [doc.name])
    firing.changed = True
    return line("Check “{0}” added", Text(check))


def _message_customer(firing: Firing, row: Mapping[str, Any]) -> Message:
    tell_customer(_complaint(firing), row["email_template"])
    firing.changed = True
    return line("Message to the customer: {0}", Text(row["email_template"]))


def _start_investigation(firing: Firing, row: Mapping[str, Any]) -> Message:
    return start_for(firing.complaint, firing.because)


def _hold_goods(firing: Firing, row: Mapping[str, Any]) -> Message:
    about = _complaint(firing)
    # The unit where no batch is known: a complaint about one unit says little of its number alone.
    named = ("Batch", about.batch_no) if about.batch_no else ("Serial No", about.serial_no)
    lots = known_lots({about.batch_no or ""} - {""}, {about.serial_no or ""} - {""})
    lot = lots.get(named)
    if not lot:
        frappe.throw(_("The complaint names no batch and no serial number to hold."))
    if have := held_of([lot]).get(lot):
        return line("{0} was held already by {1}", Text(named[1]), Link(HOLD, have[0].hold))
    # A save has the complaint's row, which a submission at the door may want: waiting for it would be waiting for ever.
    turns = doorkeeper.BY_JOB if firing.by_job else doorkeeper.AT_ONCE
    because = Because(plain_line(firing.because), firing.complaint, rule=firing.rule, turns=turns)
    doc = hold([lot], because)
    return line("{0} held by {1}", Text(named[1]), Link(HOLD, doc.name))


def _open_capa(firing: Firing, row: Mapping[str, Any]) -> Message:
    if have := capas_of([firing.complaint])[firing.complaint]:
        return line("CAPA {0} was there already", Link("CAPA", have[0]["name"]))
    subject = frappe.db.get_value("Complaint", firing.complaint, "subject")
    values = {
        "title": subject,
        "problem": plain_line(firing.because),
        "complaints": [{"complaint": firing.complaint}],
    }
    doc = frappe.get_doc({"doctype": "CAPA", **values}).insert(ignore_permissions=True)
    return line("CAPA {0} opened", Link("CAPA", doc.name))


def _call_webhook(firing: Firing, row: Mapping[str, Any]) -> Message:
    """By a job alone: what another computer takes to answer keeps nobody waiting."""
    webhook = row["webhook"]
    if frappe.db.get_value("Webhook", webhook, "webhook_doctype") != "Complaint":
        frappe.throw(_("There is no webhook {0} for complaints.").format(escape_html(webhook)))
    try:
        webhooks.call(_complaint(firing), webhook)
    except ServiceError as error:
        said = _("Webhook {0} was not answered as it should. {1} See its Webhook Request Log.")
        raise UnansweredError(said.format(webhook, error.said.render(_))) from None
    return line("Webhook {0} called", Text(webhook))


_ACTS: Final[dict[str, Callable[[Firing, Mapping[str, Any]], Message]]] = {
    "set": _set,
    "add_tag": _add_tag,
    "assign": _assign,
    "notify": _notify,
    "create_task": _create_task,
    "add_check": _add_check,
    "message_customer": _message_customer,
    "start_investigation": _start_investigation,
    "hold_goods": _hold_goods,
    "open_capa": _open_capa,
    "call_webhook": _call_webhook,
}


def _complaint(firing: Firing) -> Document:
    return frappe.get_doc("Complaint", firing.complaint)
