"""What comes and goes beside a demo complaint: photos as evidence, and the mails exchanged with the customer."""

from __future__ import annotations

from random import Random
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants import correspondence
from complaint_qms.demo import pictures
from complaint_qms.demo.stories import ACKNOWLEDGEMENT, ACKNOWLEDGEMENT_ZH, QUESTION, THANKS, THANKS_ZH, Story
from complaint_qms.demo.supply import Sale

WRITTEN_CHANNELS = ("Email", "Web Form")
_ALWAYS = ("Safety or Harm", "Damaged in Transport")
_SHOWN = (
    "Appearance or Finish",
    "Broken or Damaged",
    "Contamination or Foreign Body",
    "Dimension or Fit",
    "Early Wear",
    "Leak",
)
_PHOTO_SHARE, _LABEL_SHARE, _THANKS_SHARE = 0.6, 0.5, 0.6


def photos(story: Story, sale: Sale, about: dict[str, Any], random: Random) -> list[dict[str, Any]]:
    """Rows of evidence with what the customer took photos of; their files are stored as the present user's."""
    kind = story.complaint_type
    if kind not in _ALWAYS and not (kind in _SHOWN and random.random() < _PHOTO_SHARE):
        return []
    taken = [(_caption(story, "photo"), pictures.of_product(sale.item_code, kind, random))]
    if about.get("batch_no") and (kind in _ALWAYS or random.random() < _LABEL_SHARE):
        lines = [sale.item_code, f"LOT  {about['batch_no']}"]
        if about.get("serial_no"):
            lines.append(f"SN  {about['serial_no']}")
        title = frappe.get_cached_value("Item", sale.item_code, "item_name")
        taken.append((_caption(story, "label"), pictures.of_label(title, lines, random)))
    return [
        {"file": _stored(content, f"photo-{number}.jpg"), "kind": "photo", "caption": caption}
        for number, (caption, content) in enumerate(taken, 1)
    ]


class Correspondence:
    """The mails about one complaint, each an answer to the one before; none leaves the site."""

    def __init__(self, doc: Document, chinese: bool) -> None:
        self.doc, self.chinese = doc, chinese
        self.customer = doc.contact_email or _contact_mail(doc.customer)
        self.last: str | None = None

    def write_in(self) -> None:
        """The customer's own mail or form, as it came in."""
        if self.doc.channel in WRITTEN_CHANNELS and self.customer:
            self._mail(self.customer, self.doc.subject, self.doc.description, at=self.doc.received_at)

    def acknowledge(self, agent: str) -> None:
        """The first answer: it has arrived, this is its number."""
        text = ACKNOWLEDGEMENT_ZH if self.chinese else ACKNOWLEDGEMENT
        self._answer(agent, text.format(name=self.doc.name))

    def answer(self, agent: str, reply: str) -> None:
        """What was found and what the customer gets."""
        self._answer(agent, reply, correspondence.ANSWER)

    def ask(self, agent: str) -> None:
        """Something that only the customer can tell."""
        self._answer(agent, QUESTION, correspondence.QUESTION)

    def thank(self, random: Random) -> None:
        """Some customers write once more."""
        if self.last and random.random() < _THANKS_SHARE:
            self._mail(self.customer, f"Re: {self.doc.subject}", THANKS_ZH if self.chinese else THANKS)

    def _answer(self, agent: str, text: str, kind: str | None = None) -> None:
        if self.last:
            self._mail(agent, f"Re: {self.doc.subject} ({self.doc.name})", text, sent=True, kind=kind)

    def _mail(
        self,
        sender: str,
        subject: str,
        text: str,
        *,
        sent: bool = False,
        at: Any = None,
        kind: str | None = None,
    ) -> None:
        mail = frappe.get_doc(
            {
                "doctype": "Communication",
                "communication_type": "Communication",
                "communication_medium": "Email",
                "sent_or_received": "Sent" if sent else "Received",
                "subject": subject,
                "content": text,
                "sender": sender,
                "recipients": self.customer if sent else self.doc.received_by,
                "communication_date": at or frappe.utils.now_datetime(),
                "reference_doctype": self.doc.doctype,
                "reference_name": self.doc.name,
                "in_reply_to": self.last,
                "read_receipt": 0,
                correspondence.KIND_FIELD: kind,
            }
        ).insert(ignore_permissions=True)
        self.last = mail.name


def _caption(story: Story, shown: str) -> str:
    captions = {"photo": ("As the customer found it", "客户拍摄"), "label": ("Its label", "产品标签")}
    return captions[shown][int(story.chinese)]


def _stored(content: bytes, name: str) -> str:
    values = {"doctype": "File", "file_name": name, "content": content, "is_private": 1}
    return frappe.get_doc(values).insert().file_url


def _contact_mail(customer: str) -> str | None:
    contact = frappe.get_cached_value("Customer", customer, "customer_primary_contact")
    return frappe.db.get_value("Contact", contact, "email_id") if contact else None
