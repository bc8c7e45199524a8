"""A message to the customer to start from: to whom, in which language, from a template of the site."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.correspondence import (
    ANSWER,
    ANSWERING,
    AUTOMATIC_FIELD,
    INFORMATION,
    KINDS,
    QUESTION,
)
from complaint_qms.services.correspondence.addresses import addresses_of
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.correspondence.templates import rendered, template_for
from complaint_qms.services.record.language import comma_list


def compose(complaint: Document, kind: str | None = None, template: str | None = None) -> dict[str, Any]:
    """What the composer opens with; nothing is sent and nothing written.

    Args:
        kind: one of `KINDS`; by default what the stage calls for.
        template: Email Template to use in place of the one for this kind and language.

    Returns:
        {kind, language, recipients, known (addresses), template, subject, content, signature, in_reply_to, no_account (why no
        mail can be sent; empty when one can), held_back (why a mail waits on the site, empty where it leaves)}
    """
    kind = kind or likely_kind(complaint)
    check_kind(kind)
    language, known = language_of(complaint), addresses_of(complaint)
    template = template or template_for(kind, language, complaint.complaint_type)
    said = rendered(complaint, template, language) if template else {"subject": "", "content": ""}
    received = last_received(complaint)
    return {
        "kind": kind,
        "language": language,
        "recipients": known[0] if known else "",
        "known": known,
        "template": template or "",
        "subject": subject_of(complaint, received, said["subject"]),
        "content": said["content"],
        "signature": _signature(),
        "in_reply_to": received.name if received else "",
        "no_account": why_no_mail(),
        "held_back": why_held_back(),
    }


def check_kind(kind: str) -> None:
    """Raises:
    frappe.ValidationError: there is no such kind of message.
    """
    if kind not in KINDS:
        named = comma_list(f"{name} ({_(name)})" if _(name) != name else name for name in KINDS)
        frappe.throw(
            _("Kind of Message: there is no “{0}”. Choose one of {1}.").format(escape_html(kind), named)
        )


def likely_kind(complaint: Document) -> str:
    """What a message is for, as far as the stage tells."""
    if complaint.stage in ANSWERING:
        return ANSWER
    return QUESTION if complaint.first_response_at else INFORMATION


def why_no_mail(without_account: str = "") -> str:
    """Why no mail can leave this site, with what to do; empty when one can.

    Args:
        without_account: what is said where there is no outgoing account; by default what fits the answer to a complaint.
    """
    account = _account()
    if account and account.get("awaiting_password"):
        return _(
            "No mail can be sent: the Email Account {0} waits for its password. Enter it there, or untick “{1}”."
        ).format(escape_html(account.name), _("Awaiting password"))
    if account:
        return ""
    return without_account or _(
        "No mail can be sent: there is no outgoing mail account. Set one up as default under Email Account; until then note here how the customer was answered."
    )


def why_held_back() -> str:
    """Why what is sent stays in the queue of this site, by the wish of whoever runs it; empty where it leaves."""
    if not frappe.are_emails_muted():
        return ""
    return _(
        "Mails of this site do not leave it: “mute_emails” is set in its site_config.json. They count as sent and wait in the Email Queue. Whoever runs the server takes the setting out."
    )


def subject_of(complaint: Document, received: frappe._dict | None, subject: str) -> str:
    """What a mail about a complaint is headed with: as what it answers, else as its template says."""
    return _traceable(complaint, _answering(received.subject) if received else subject or complaint.subject)


def last_received(complaint: Document, sender: str | None = None) -> frappe._dict | None:
    """The newest mail about a complaint that a person wrote to us: {name, subject}.

    Args:
        sender: its address; by default anybody's, also a supplier's.
    """
    about = {
        "reference_doctype": complaint.doctype,
        "reference_name": complaint.name,
        "sent_or_received": "Received",
        "communication_medium": "Email",
        AUTOMATIC_FIELD: ("is", "not set"),
    } | ({"sender": sender} if sender else {})
    rows = frappe.get_all("Communication", about, ["name", "subject"], order_by="creation desc", limit=1)
    return rows[0] if rows else None


def _account() -> Document | None:
    account = EmailAccount.find_outgoing(match_by_doctype="Complaint")
    # Where mails are muted the framework stands in with an account that is none: it has no address.
    return account if account and account.email_id else None


def _signature() -> str:
    """Of who writes, else of the account that sends."""
    own = frappe.db.get_value("User", frappe.session.user, "email_signature")
    account = _account()
    return own or (account.signature if account and account.get("add_signature") else "") or ""


def _traceable(complaint: Document, subject: str) -> str:
    """The framework finds the record of a reply whose references are lost by this end of its subject."""
    mark = f"(#{complaint.name})"
    return subject if subject.endswith(mark) else f"{subject} {mark}"


def _answering(subject: str | None) -> str:
    said = subject or ""
    return said if said.lower().startswith(("re:", "回复", "答复")) else f"Re: {said}"
