"""Whose complaint a mail is that a colleague has passed on."""

from __future__ import annotations

from frappe.model.document import Document

from complaint_qms.engine.mail.mail_parser import Mail, read_mail
from complaint_qms.services.inbox.senders import party_of
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.mailbox import accounts


def written_by(item: Document, mail: Mail | None = None) -> dict[str, str]:
    """Who wrote what a colleague has forwarded, as fields of Complaint; empty for any other mail, and where it does not say.
    For `constants/inbox.AUTHORS`."""
    mail = mail or read_mail(raw_of(item))
    name, address = mail.parts.origin
    if not (name or address) or not accounts.is_colleague(mail.author[1], accounts.account_of(item)):
        return {}
    party = party_of(address, name)
    known = party | {
        "complainant_name": name or party.get("complainant_name") or address,
        "contact_email": address,
    }
    return {field: value for field, value in known.items() if value}
