"""Messages to the customer over the wire: compose, look, send, note what was said."""

from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.email.email_body import get_formatted_html
from frappe.model.document import Document
from frappe.utils import get_url
from frappe.utils.html_utils import sanitize_html

from complaint_qms.api.arguments import checked, read_by_the_framework, read_names
from complaint_qms.constants.correspondence import LANGUAGE_FIELD
from complaint_qms.constants.knowledge import ANSWERED, ARTICLE
from complaint_qms.constants.personal_data import TALK_IS
from complaint_qms.permissions.personal_data import check_sees
from complaint_qms.services.correspondence import composing, counting, messages
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.correspondence.templates import rendered, strange_fields
from complaint_qms.services.field_action import notice_text
from complaint_qms.services.knowledge import uses
from complaint_qms.services.knowledge.proposing import reply_of
from complaint_qms.services.record.input_validation import read_object, refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import Wrong, moment

_TEXTS: Final = ("subject", "response", "response_html", "use_html", LANGUAGE_FIELD)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def compose(
    name: str, kind: str | None = None, template: str | None = None, article: str = ""
) -> dict[str, Any]:
    """A message to start from: addresses, language, template, subject, text, and why no mail can be sent, if so.

    Args:
        article: published Help Article whose reply text stands where the template has the reply.
    """
    doc = _complaint(name)
    if article:
        doc.update({"reply": reply_of(article)["text"], "reply_sent_at": None})
    return composing.compose(doc, kind or None, template or None)


@frappe.whitelist(methods=["POST"])
@checked
def preview(name: str, subject: str, content: str) -> str:
    """The mail as its reader will see it, as a page of its own."""
    _complaint(name)
    with read_by_the_framework("subject", "content"):
        return get_formatted_html(subject, sanitize_html(content), with_container=True)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def preview_template(template: str, complaint: str | None = None, unsaved: Any = None) -> dict[str, Any]:
    """What a template says for a complaint, as its customer reads it: {complaint, subject, page, wrong}. Nothing is sent or saved, and
    the links are examples. `wrong`: what the template names that there is not, in sentences.

    Args:
        complaint: by default the newest one that the user may write to the customer about.
        unsaved: {subject, response, response_html, use_html, complaint_language} as they stand in the form; takes the right to write.
    """
    shown = frappe.get_doc("Email Template", template)
    shown.check_permission("write" if unsaved else "read")
    if unsaved:
        sent = read_object(unsaved, _("Send the texts of the template as an object in “unsaved”."))
        shown.update({field: sent[field] for field in _TEXTS if isinstance(sent.get(field), str | int)})
    wrong = strange_fields(shown)
    if notice_text.is_for_field_actions(shown):
        said = notice_text.preview_of_template(shown)
        page = get_formatted_html(said["subject"], sanitize_html(said["content"]), with_container=True)
        return {"complaint": said["record"], "subject": said["subject"], "page": page, "wrong": wrong}
    name = complaint or next(
        iter(frappe.get_list("Complaint", pluck="name", order_by="creation desc", limit=1)), None
    )
    if not name:
        refuse(_("There is no complaint to show it with. Register one first."))
    doc = _complaint(name)
    links = {"tracking_link": get_url("/complaint/track"), "survey_link": get_url("/complaint-survey")}
    language = shown.get(LANGUAGE_FIELD) or language_of(doc)
    said = rendered(doc, shown, language, {**links, "sender_name": doc.company or ""})
    content = sanitize_html(said["content"])
    return {
        "complaint": name,
        "subject": said["subject"],
        "page": get_formatted_html(said["subject"], content, with_container=True),
        "wrong": wrong,
    }


@frappe.whitelist(methods=["POST"])
@checked
def send(
    name: str,
    kind: str,
    recipients: str,
    subject: str,
    content: str,
    cc: str = "",
    bcc: str = "",
    template: str = "",
    in_reply_to: str = "",
    attachments: Any = None,
    send_me_a_copy: int = 0,
    read_receipt: int = 0,
    article: str = "",
) -> dict[str, Any]:
    """Send a mail to the customer. It is the first response where there was none, and the reply when `kind` says so.

    Args:
        kind: "Answer", "Question" or "Information".
        recipients, cc, bcc: mail addresses with commas between them.
        attachments: names of Files of the complaint, as a list or its JSON text.
        article: published Help Article that the text was taken from, which is counted.

    Returns:
        {message (name of the Communication), not_sent_to, values (fields of the complaint that changed)}
    """
    complaint = _complaint(name)
    mail = messages.Mail(
        kind=kind,
        recipients=recipients,
        subject=subject,
        content=content,
        cc=cc,
        bcc=bcc,
        template=template,
        in_reply_to=in_reply_to,
        attachments=read_names("attachments", attachments) if attachments else (),
        send_me_a_copy=bool(send_me_a_copy),
        read_receipt=bool(read_receipt),
    )
    message = messages.send_mail(complaint, mail)
    _count_use(article, name)
    left_out = message.exclude_emails_list(include_sender=mail.send_me_a_copy)
    return {"message": message.name, "not_sent_to": comma_list(left_out), "values": counting.values_of(name)}


@frappe.whitelist(methods=["POST"])
@checked
def note(
    name: str, kind: str, medium: str, said: str, at: str | None = None, article: str = ""
) -> dict[str, Any]:
    """Note what the customer was told on the phone or face to face; it counts as a mail does.

    Args:
        medium: "Phone", "Visit", "Meeting", "Chat", "SMS" or "Other".
        at: when, in the time zone of the site unless it names its own; now by default.
        article: published Help Article whose solution was told, which is counted.
    """
    message = messages.note(_complaint(name), kind, medium, said, moment_of(at))
    _count_use(article, name)
    return {"message": message.name, "values": counting.values_of(name)}


def moment_of(text: str | None) -> datetime | None:
    """When somebody says that something was; None where they say nothing."""
    if not text:
        return None
    try:
        return moment(text)
    except Wrong:
        refuse(
            _("When: “{0}” is no moment. Write it as 2026-01-31 14:30.").format(
                frappe.utils.escape_html(text)
            )
        )


def _count_use(article: str, complaint: str) -> None:
    if article and frappe.db.exists(ARTICLE, {"name": article, "published": 1}):
        uses.count(ANSWERED, [article], complaint)


def _complaint(name: str) -> Document:
    """Who may write to customers about a complaint is a right of its own, as with the framework's composer."""
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    doc.check_permission("email")
    check_sees(TALK_IS)
    return doc
