"""A message to the customer: a mail that is sent, or what was said aloud and is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final

import frappe
from frappe import _
from frappe.core.doctype.communication.email import add_attachments
from frappe.email.email_body import get_message_id
from frappe.model.document import Document
from frappe.utils import (
    escape_html,
    get_datetime,
    get_formatted_email,
    get_string_between,
    now_datetime,
    split_emails,
    validate_email_address,
)

from complaint_qms.constants.correspondence import KIND_FIELD, SPOKEN
from complaint_qms.services.correspondence.addresses import LONGEST_ADDRESS, bare
from complaint_qms.services.correspondence.composing import check_kind, why_no_mail
from complaint_qms.services.correspondence.plain_text import plain_text, says_something
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import shown

# A letter about one complaint; more are a circular, which every mail server takes for spam.
MOST_RECIPIENTS: Final = 20
_BREAKS: Final = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class Mail:
    """What the composer sends: addresses as people write them, `attachments` by the names of their files."""

    kind: str
    recipients: str
    subject: str
    content: str
    cc: str = ""
    bcc: str = ""
    template: str = ""
    in_reply_to: str = ""
    attachments: Sequence[str] = ()
    send_me_a_copy: bool = False
    read_receipt: bool = False


def send_mail(complaint: Document, mail: Mail) -> Document:
    """Send `mail` to the customer through the site's outgoing account; it counts on the complaint at once.

    Raises:
        frappe.ValidationError: something is missing or wrong; everything that is, in one refusal.
    """
    _check(complaint, mail)
    message = _message(complaint, mail.kind, mail.content).update(
        {
            "communication_medium": "Email",
            "subject": mail.subject,
            "recipients": mail.recipients,
            "cc": mail.cc,
            "bcc": mail.bcc,
            "email_template": mail.template or None,
            "in_reply_to": mail.in_reply_to or None,
            "read_receipt": int(mail.read_receipt),
            "has_attachment": int(bool(mail.attachments)),
            "message_id": get_string_between("<", get_message_id(), ">"),
        }
    )
    message.flags.skip_add_signature = True  # the composer shows it, so that it may be changed
    message.insert(ignore_permissions=True)
    add_attachments(message.name, mail.attachments)
    message.send_email(send_me_a_copy=mail.send_me_a_copy)
    return message


def note(complaint: Document, kind: str, medium: str, said: str, at: datetime | None = None) -> Document:
    """Note what the customer was told on the phone or face to face.

    Raises:
        frappe.ValidationError: the way, the words or the moment is missing or wrong.
    """
    check_kind(kind)
    wrong, now = wrong_ways(medium), now_datetime()
    if not plain_text(said):
        wrong.append(_("What Was Said: write it in a few words."))
    if at and at > now:
        wrong.append(_("When: the moment lies in the future. Enter when the customer was told."))
    # A picker leaves out seconds, and may so come before a registration of the same minute.
    if at and at < get_datetime(complaint.received_at) - timedelta(minutes=1):
        wrong.append(_("When: the moment is before the complaint was received. Correct one of them."))
    if wrong:
        refuse(*wrong)
    message = _message(complaint, kind, said).update(
        {
            "communication_medium": medium,
            "subject": _("{0}: {1}").format(_(medium), complaint.subject),
            "communication_date": max(at or now, get_datetime(complaint.received_at)),
            "phone_no": complaint.contact_phone if medium in ("Phone", "SMS") else None,
        }
    )
    message.flags.skip_add_signature = True
    return message.insert(ignore_permissions=True)


def wrong_ways(medium: str) -> list[str]:
    """A sentence where there is no such way of telling a customer something, other than by mail."""
    if medium in SPOKEN:
        return []
    ways = comma_list(_(way, context="Complaint") for way in SPOKEN)
    return [_("How: there is no “{0}”. Choose one of {1}.").format(escape_html(medium), ways)]


def _message(complaint: Document, kind: str, content: str) -> Document:
    return frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "sent_or_received": "Sent",
            "sender": get_formatted_email(frappe.session.user),
            "reference_doctype": complaint.doctype,
            "reference_name": complaint.name,
            "content": content,
            KIND_FIELD: kind,
        }
    )


def _check(complaint: Document, mail: Mail) -> None:
    check_kind(mail.kind)
    wrong = []
    if no_account := why_no_mail():
        wrong.append(no_account)
    if not split_emails(mail.recipients):
        wrong.append(_("To: enter the customer's mail address."))
    wrong += _wrong_addresses(mail)
    if not mail.subject.strip():
        wrong.append(_("Subject: enter what the mail is about."))
    if not says_something(mail.content):
        wrong.append(_("Message: write what the customer is to read."))
    wrong += _wrong_files(complaint, mail.attachments)
    if mail.in_reply_to and not frappe.db.exists(
        "Communication", _about(complaint) | {"name": mail.in_reply_to}
    ):
        wrong.append(_("In Reply To: there is no such mail on {0}.").format(complaint.name))
    if wrong:
        refuse(*wrong)


def _wrong_addresses(mail: Mail) -> list[str]:
    fields = {_("To"): mail.recipients, _("CC"): mail.cc, _("BCC"): mail.bcc}
    written = {label: split_emails(text) for label, text in fields.items()}
    count = len({bare(address) or address for addresses in written.values() for address in addresses})
    if count > MOST_RECIPIENTS:
        return [
            _(
                "{0}: {1} addresses are too many, one mail goes to {2} at most. Take some out, and write to those in a mail of their own."
            ).format(
                comma_list(label for label, addresses in written.items() if addresses), count, MOST_RECIPIENTS
            )
        ]  # fmt: skip
    wrong = []
    for label, addresses in written.items():
        unusable = [address for address in addresses if not _is_address(address)]
        if unusable:
            wrong.append(
                _("{0}: {1} is no mail address. Correct it.").format(
                    label, comma_list(f"“{shown(address)}”" for address in unusable)
                )
            )
    return wrong


def _is_address(written: str) -> bool:
    """Whether a mail can go there; a name that hides the end of a header in its encoding can stand in none."""
    if len(written) > LONGEST_ADDRESS or not validate_email_address(written):
        return False
    try:
        return not _BREAKS.search(str(make_header(decode_header(written))))
    except (HeaderParseError, LookupError, ValueError):
        return False


def _wrong_files(complaint: Document, names: Sequence[str]) -> list[str]:
    """Only files of this complaint and of its mails go out with one."""
    if not names:
        return []
    files = frappe.get_all(
        "File",
        {"name": ("in", list(names))},
        ["name", "attached_to_doctype", "attached_to_name"],
        order_by="name asc",
    )
    mails = {file.attached_to_name for file in files if file.attached_to_doctype == "Communication"}
    own_mails = set(
        frappe.get_all(
            "Communication",
            _about(complaint) | {"name": ("in", sorted(mails))},
            pluck="name",
            order_by="name asc",
        )
        if mails
        else ()
    )
    open_files = {
        file.name
        for file in files
        if (file.attached_to_doctype, file.attached_to_name) == (complaint.doctype, complaint.name)
        or (file.attached_to_doctype == "Communication" and file.attached_to_name in own_mails)
    }
    strange = [name for name in names if name not in open_files]
    if not strange:
        return []
    return [
        _("Attachments: {0} is no file of {1}. Attach it to the complaint first.").format(
            comma_list(f"“{escape_html(name)}”" for name in strange), complaint.name
        )
    ]


def _about(complaint: Document) -> dict[str, str]:
    return {"reference_doctype": complaint.doctype, "reference_name": complaint.name}
