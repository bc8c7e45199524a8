"""What a rule writes to a customer: said by the site itself, and so to whom, how often and with which marks as all that it says; a robot's
words answer nothing."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.correspondence import BY_RULE
from complaint_qms.services.chat import site_words
from complaint_qms.services.correspondence import by_itself
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.correspondence.merge_fields import language_of


def tell_customer(complaint: Document, template: str) -> None:
    """Say what an Email Template says, in the chat in which the customer complained, else by mail.

    Raises:
        frappe.ValidationError: the customer is not told, with the reason.
    """
    in_chat = site_words.can_tell(complaint)
    address = "" if in_chat else by_itself.reachable_at(complaint)
    if refusal := _why_not(complaint, in_chat, address):
        frappe.throw(refusal)
    said = by_itself.said_with(complaint, template, language_of(complaint))
    if in_chat:
        site_words.tell_in_chat(complaint, BY_RULE, said)
    else:
        by_itself.mail(complaint, BY_RULE, said, address)


def _why_not(complaint: Document, in_chat: bool, address: str) -> str:
    if not by_itself.is_told(complaint):
        return _("The complaint was imported, or its channel says No Automatic Messages.")
    if by_itself.wrote_by_machine(complaint):
        return _("All that came in about the complaint was sent by machines.")
    if in_chat:
        return ""
    if not address:
        return _("The complaint has no address of a customer who may be written to automatically.")
    if by_itself.is_flooded(BY_RULE, address):
        return _("The customer has had {0} automatic messages within a day.").format(by_itself.MOST)
    return why_no_mail()
