"""A complaint that a visitor sends: checked, kept in the inbox as it was sent, and registered at once where it can be."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.inbox import PAGE
from complaint_qms.constants.visitor import LINK
from complaint_qms.engine.phone_number import storable
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.inbox import store
from complaint_qms.services.inbox.outcomes import Added, Registered, Waits
from complaint_qms.services.inbox.store import InboundMessage, Sender
from complaint_qms.services.intake import matching
from complaint_qms.services.intake.register import register
from complaint_qms.services.record.subjects import subject_of
from complaint_qms.services.visitor import conversation, form, links, page, product_codes, submissions


def file_complaint(
    sent: dict[str, Any], key: str, tokens: list[str], *, without_place: bool
) -> dict[str, Any]:
    """Take a complaint in: {number, link}. The same key again is the same complaint, however often it is sent; what says more than
    it did is added to it. `link` is empty where its links were made invalid.

    Args:
        sent: description, name, email, phone, product, number, order, happened_on, wishes and code (of a QR code).
        key: what the visitor's browser calls this one complaint.
        tokens: of files that have arrived.
        without_place: remove the place from photos and videos.

    Raises:
        frappe.ValidationError: naming what is missing or wrong.
    """
    values = form.checked(sent)
    language = frappe.local.lang
    text = form.told(values)
    with acting_as():
        message = InboundMessage(
            road=PAGE,
            sender=Sender(values["name"], values.get("email") or storable(values.get("phone"))),
            subject=subject_of(values["description"]),
            text=text,
            payload=json.dumps(values | {"without_place": without_place}, ensure_ascii=False),
            channel=page.channel(),
            company=page.company(),
            language=language,
        )
        item = submissions.keep_with_files(message, key, PAGE, tokens, without_place=without_place)
        complaint = submissions.own_complaint(item)
        # Who made the links invalid has a reason; the form that is sent again is no way around it.
        ended = links.is_ended(item) or bool(complaint and links.links_of(complaint, revoked=1))
        link = "" if ended else links.make_link(complaint=complaint, inbox_item=item, language=language)
    return {"number": complaint or item, "link": link}


def read_filed(item: Document) -> Registered | Added | Waits:
    """The reader of this road (`constants/inbox.ROADS`): a new complaint, or what goes on with one."""
    values = json.loads(store.raw_of(item))
    if link := values.get("link"):
        return conversation.added(item, frappe.db.get_value(LINK, link, "complaint"), values)
    earlier = submissions.sent_before(item)
    if isinstance(earlier, Waits):
        return earlier
    if earlier:
        return conversation.added(item, earlier, values)
    return Registered(_registered(item, values))


def _registered(item: Document, values: dict[str, Any]) -> str:
    product = product_codes.product_of(values.get("code") or "") or {}
    known = {field: value for field, value in product.items() if _exists(field, value)}
    return register(_party(values, item.company) | form.fields_of(item, values) | known).name


def _party(values: dict[str, Any], company: str | None) -> dict[str, str]:
    """Customer and contact where the visitor can be nobody else; others are proposed on the form."""
    details = matching.ContactDetails(
        phone=storable(values.get("phone")), email=values.get("email"), name=values.get("name")
    )
    return matching.sure_party(details, company)


def _exists(field: str, value: str) -> bool:
    doctype = {"item_code": "Item", "batch_no": "Batch", "serial_no": "Serial No"}[field]
    return bool(frappe.db.exists(doctype, value, cache=True))
