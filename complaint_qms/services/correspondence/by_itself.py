"""What the site says to a customer by itself: to whom it may, in whose words, and as a mail that says what it is.

Secret addresses go out with the mail and stay nowhere: what is kept on the timeline has them without their secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.email_body import get_message_id
from frappe.model.document import Document
from frappe.utils import add_to_date, cint, get_string_between, now_datetime

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD, KIND_FIELD
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.automatic_mail import is_server
from complaint_qms.services.correspondence import return_address
from complaint_qms.services.correspondence.addresses import addresses_of, bare
from complaint_qms.services.correspondence.composing import last_received, subject_of, why_no_mail
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.correspondence.templates import rendered, template_for

MOST: Final = 20
"""Messages of one kind that one address gets by itself within a day: somebody who complains more is a machine."""
_FLAG: Final = "qms_automatic_reply"
# RFC 3834; the second keeps Exchange from answering it.
_HEADERS: Final = "Auto-Submitted: auto-{kind}\nX-Auto-Response-Suppress: All\nPrecedence: auto_reply\n"
_SECRET: Final = re.compile(r"#[A-Za-z0-9_-]{20,}")
_NO_REPLY: Final = re.compile(r"^(?:no|do-?not)[-_.]?reply@", re.IGNORECASE)


def is_told(complaint: Document) -> bool:
    """Whether the customer of a complaint is told anything by the site itself."""
    return not (
        complaint.is_migrated
        or complaint.flags.by_import
        or (complaint.channel and cint(frappe.get_cached_value("Complaint Channel", complaint.channel, "no_messages")))
    )  # fmt: skip


def acknowledges(complaint: Document) -> bool:
    """Whether new complaints like this one are acknowledged at once."""
    return bool(cint(frappe.get_cached_doc(SETTINGS).acknowledge)) and is_told(complaint)


def reachable_at(complaint: Document) -> str:
    """Where the customer is written to by the site itself; empty where only machines, colleagues or the site would read it."""
    found = [bare(complaint.contact_email)] if complaint.contact_email else addresses_of(complaint)
    found = [one for one in found if one and not is_server(one) and not _NO_REPLY.match(one)]
    ours = _ours(found)
    return next((one for one in found if one not in ours), "")


def template_of(complaint: Document, kind: str) -> tuple[str, str] | None:
    """The site's template of this kind in the customer's language, else in English, and that language; None without one."""
    for language in dict.fromkeys((language_of(complaint), "en")):
        if template := template_for(kind, language, complaint.complaint_type):
            return template, language
    return None


def said_by_template(
    complaint: Document, kind: str, more: dict[str, Any] | None = None
) -> dict[str, str] | None:
    """{subject, content} of what is said of this kind, in the customer's language, else in English; None without a template.

    Raises:
        frappe.ValidationError: the template cannot be read.
    """
    found = template_of(complaint, kind)
    if not found:
        return None
    return said_with(complaint, *found, more)


def said_with(
    complaint: Document, template: str, language: str, more: dict[str, Any] | None = None
) -> dict[str, str]:
    """{subject, content, template, language} of what a template says in the company's name.

    Raises:
        frappe.ValidationError: the template cannot be read.
    """
    ours = frappe.utils.escape_html(complaint.company or "")
    said = rendered(complaint, template, language, {"sender_name": ours, **(more or {})})
    return {**said, "template": template, "language": language}


def mail(complaint: Document, kind: str, said: dict[str, str], address: str) -> str | None:
    """Send a mail by the site itself, as an answer to what was written from that address last; the name of its Communication, None where no
    mail can leave the site."""
    if why_no_mail():
        return None
    received = last_received(complaint, address)
    message = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "sender": _sender(complaint),
            "sender_full_name": complaint.company,
            "recipients": address,
            "subject": subject_of(complaint, received, said["subject"]),
            "content": without_secrets(said["content"]),
            "email_template": said.get("template"),
            "reference_doctype": complaint.doctype,
            "reference_name": complaint.name,
            "in_reply_to": received.name if received else None,
            "message_id": get_string_between("<", get_message_id(), ">"),
            KIND_FIELD: kind,
        }
    )
    message.flags.skip_add_signature = True
    message.insert(ignore_permissions=True)
    message.content = said["content"]
    with marked("replied" if received else "generated"):
        message.send_email()
    return message.name


def without_secrets(text: str) -> str:
    """A text whose secret addresses lead to a page that asks for the secret."""
    return _SECRET.sub("", text)


def wrote_by_machine(complaint: Document) -> bool:
    """Whether all that came in about a complaint was sent by machines; answering one of those goes on for ever."""
    about = {
        "reference_doctype": complaint.doctype,
        "reference_name": complaint.name,
        "sent_or_received": "Received",
    }
    kinds = frappe.get_all("Communication", about, pluck=AUTOMATIC_FIELD, order_by="creation asc", limit=20)
    return bool(kinds) and all(kinds)


def is_flooded(kind: str, address: str) -> bool:
    """Whether an address has had all the messages of a kind that it gets within a day."""
    lately = {
        KIND_FIELD: kind,
        "recipients": address,
        "sent_or_received": "Sent",
        "creation": (">", add_to_date(now_datetime(), days=-1)),
    }
    return frappe.db.count("Communication", lately) >= MOST


@contextmanager
def marked(kind: str = "replied") -> Iterator[None]:
    """Mails that are queued inside say that a machine has written them.

    Args:
        kind: `replied` to a mail, or `generated` for another reason.
    """
    frappe.flags[_FLAG] = kind
    try:
        yield
    finally:
        frappe.flags[_FLAG] = None


def mark(queued: Document) -> None:
    """A mail is about to be queued: one that a machine writes says so."""
    if kind := frappe.flags.get(_FLAG):
        queued.message = _HEADERS.format(kind=kind) + (queued.message or "")


def _ours(addresses: list[str]) -> set[str]:
    """Those of colleagues, and of mailboxes of the site."""
    if not addresses:
        return set()
    colleagues = {"email": ("in", addresses), "user_type": "System User"}
    found = frappe.get_all("User", colleagues, pluck="email", order_by="name asc")
    found += frappe.get_all(
        "Email Account", {"email_id": ("in", addresses)}, pluck="email_id", order_by="name asc"
    )
    return {bare(one) for one in found}


def _sender(complaint: Document) -> str:
    """The mailbox to which the answer comes back where it sends too, else the site's own account."""
    box = return_address.mailbox_of(complaint.name)
    account = (
        EmailAccount.find(box.name)
        if box and box.enable_outgoing
        else EmailAccount.find_outgoing(match_by_doctype="Complaint")
    )
    return account.email_id
