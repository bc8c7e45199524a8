"""A notice of a field action goes into the mail queue whatever its reader has unsubscribed from, and offers nobody to unsubscribe: it is no advertising,
and whoever does not read it may come to harm."""

from __future__ import annotations

from frappe import _
from frappe.email.doctype.email_queue.email_queue import QueueBuilder
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.record.input_validation import refuse


class _SafetyMail(QueueBuilder):
    def get_unsubscribed_user_emails(self) -> list[str]:
        return []


def queue_for_safety(message: Document) -> None:
    """Put the mail of a Communication into the queue.

    Raises:
        frappe.ValidationError: the queue has not taken it.
    """
    given = message.sendmail_input_dict()
    content = given.pop("content", "")
    given.pop("delayed", None)
    mail = _SafetyMail(**{**given, "message": content, "unsubscribe_message": "", "add_unsubscribe_link": 0})
    if not given or not mail.process():
        refuse(
            _("{0}: the mail queue does not take this address. Correct it in the contact, or phone the customer.").format(escape_html(message.recipients))
        )  # fmt: skip


def why_no_notice() -> str:
    """Why no notice can go by mail, with what to do; empty when one can."""
    return why_no_mail(
        _("No mail can be sent: there is no outgoing mail account. Set one up as default under Email Account; until then phone the customers and enter it by “{0}”.").format(_("Phoned …"))
    )  # fmt: skip
