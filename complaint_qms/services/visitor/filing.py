"""A complaint that a visitor sends: checked, kept in the inbox as it was sent, and registered at once where it can be."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate, validate_email_address

from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, PAGE, REGISTERED
from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.visitor import LINK, LONGEST_LINE, LONGEST_TEXT, WISHES
from complaint_qms.engine.message import Message
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.inbox import draft, store, understanding
from complaint_qms.services.inbox.adding import add_to
from complaint_qms.services.inbox.origin import told_by_sender
from complaint_qms.services.inbox.outcomes import Added, Registered, Waits
from complaint_qms.services.inbox.store import InboundMessage, Sender
from complaint_qms.services.intake import matching
from complaint_qms.services.intake.register import register
from complaint_qms.services.record import mail_address
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import FIRST_YEAR, is_storable, shown
from complaint_qms.services.visitor import links, page, product_codes, uploads
from complaint_qms.services.visitor.agreement import enter_word

_KEY: Final = re.compile(r"[A-Za-z0-9-]{20,100}")
_BETWEEN: Final = "."
"""Between a key and the sum of what was said with it."""
_SUBJECT: Final = 100
_LEAST_DIGITS: Final = 5
# What the form calls its fields, for the sentence that refuses one
LABELS: Final[dict[str, Callable[[], str]]] = {
    "description": lambda: _("What happened?"),
    "name": lambda: _("Your name"),
    "email": lambda: _("Email"),
    "phone": lambda: _("Phone"),
    "product": lambda: _("Product"),
    "number": lambda: _("Batch or serial number"),
    "order": lambda: _("Order, delivery or invoice number"),
    "happened_on": lambda: _("When did it happen?"),
    "wishes": lambda: _("What would help you?"),
}
_LINES: Final = ("name", "email", "phone", "product", "number", "order")


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
    values = _checked(sent)
    language = frappe.local.lang
    with acting_as():
        message = InboundMessage(
            road=PAGE,
            sender=Sender(values["name"], values.get("email") or values.get("phone") or ""),
            subject=subject_of(values["description"]),
            text=_told(values),
            payload=json.dumps(values | {"without_place": without_place}, ensure_ascii=False),
            channel=page.channel(),
            company=page.company(),
            language=language,
        )
        item = keep_with_files(message, key, PAGE, tokens, without_place=without_place)
        complaint = _own_complaint(item)
        # Who made the links invalid has a reason; the form that is sent again is no way around it.
        ended = links.is_ended(item) or bool(complaint and links.links_of(complaint, revoked=1))
        link = "" if ended else links.make_link(complaint=complaint, inbox_item=item, language=language)
    return {"number": complaint or item, "link": link}


def keep_with_files(
    message: InboundMessage, key: str, scope: str, tokens: list[str], *, without_place: bool
) -> str:
    """Keep a message of a visitor and its files in the inbox, and have it read at once; the item.

    Args:
        key: what the visitor's browser calls this message; the same words and files with it again are the same one. Other words
            are a message of their own: whose answer was lost may have written on.
        scope: within what the key counts.

    Raises:
        frappe.ValidationError: the key is none, or a file has not arrived.
    """
    if not _KEY.fullmatch(key):
        refuse(_("This form is too old. Load the page again; what you have typed stays."))
    if len(tokens) > page.most_files():
        refuse(_("At most {0} files can be sent with a complaint.").format(page.most_files()))
    told = hashlib.sha256("\n".join((str(message.payload), *sorted(tokens))).encode("utf-8", "replace"))
    name = f"{key}{_BETWEEN}{told.hexdigest()[:16]}"
    kept = store.keep_message(replace(message, message_id=name, scope=scope), read_by_caller=True)
    if kept.is_new:
        uploads.take_files(tokens, DOCTYPE, kept.name, without_place=without_place)
    frappe.db.commit()  # nothing that was said is lost, whatever becomes of reading it
    understanding.understand_due([kept.name])
    return kept.name


def read_filed(item: Document) -> Registered | Added | Waits:
    """The reader of this road (`constants/inbox.ROADS`): a new complaint, or what goes on with one."""
    values = json.loads(store.raw_of(item))
    if link := values.get("link"):
        return _added(item, frappe.db.get_value(LINK, link, "complaint"), values)
    if earlier := _sent_before(item, REGISTERED):
        return _added(item, earlier.complaint, values)
    if (earlier := _sent_before(item, DISMISSED)) and earlier.decided_by:
        # Whoever put the form away has not seen these words; the decision is theirs all the same.
        return Waits(Message("The same form was put away before: {item}.", {"item": earlier.name}))
    return Registered(_registered(item, values))


def subject_of(text: str) -> str:
    """The first sentence or line, shortened at a word."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    if len(line) <= _SUBJECT:
        return line
    cut = line[:_SUBJECT]
    return (cut.rpartition(" ")[0] if " " in cut[_SUBJECT // 2 :] else cut).rstrip(" ,;，；") + "…"


def _added(item: Document, name: str, values: dict[str, Any]) -> Added:
    complaint = frappe.get_doc("Complaint", name, for_update=True)
    if verdict := values.get("verdict"):
        told_by_sender(item, complaint)
        enter_word(complaint, verdict, values["text"])
    if complaint.stage == "duplicate" and complaint.duplicate_of:
        # Whoever works on it reads it there, as with mails.
        complaint = frappe.get_doc("Complaint", complaint.duplicate_of, for_update=True)
    return Added(complaint.name, add_to(item, complaint))


def _sent_before(item: Document, state: str) -> frappe._dict | None:
    """The first item that the same form has sent, when its answer was lost and the visitor wrote on."""
    key = item.message_id.partition(_BETWEEN)[0]
    same = {"road": PAGE, "scope": item.scope, "message_id": ("like", f"{key}{_BETWEEN}%"), "state": state}
    return frappe.db.get_value(
        DOCTYPE,
        same | {"name": ("!=", item.name)},
        ["name", "complaint", "decided_by"],
        order_by="creation asc",
        as_dict=True,
    )


def _own_complaint(name: str) -> str | None:
    """The complaint that a message became, or went on with by its key; not one that somebody else has put it on."""
    item = frappe.db.get_value(DOCTYPE, name, ["state", "complaint", "decided_by"], as_dict=True)
    own = item.state == REGISTERED or (item.state == ADDED and not item.decided_by)
    return item.complaint if own else None


def _registered(item: Document, values: dict[str, Any]) -> str:
    product = product_codes.product_of(values.get("code") or "") or {}
    known = {field: value for field, value in product.items() if _exists(field, value)}
    wishes = values.get("wishes") or []
    further = comma_list(word(wish) for wish in wishes[1:])
    fields = {
        "source_doctype": DOCTYPE,
        "source_name": item.name,
        "subject": item.subject,
        "description": draft.paragraphs(item.text or ""),
        "complainant_name": values["name"],
        "contact_email": values.get("email"),
        "contact_phone": values.get("phone"),
        "product_model": values.get("product"),
        "reported_lot": values.get("number"),
        "incident_date": values.get("happened_on"),
        "expectation": wishes[0] if wishes else None,
        "expectation_note": _("Also wants: {0}").format(further) if further else None,
        "channel": item.channel,
        "company": item.company,
        "language": item.language,
        "received_at": item.received_at,
        **known,
    }
    fields = _party(values, item.company) | {name: value for name, value in fields.items() if value}
    return register(fields).name


def _party(values: dict[str, Any], company: str | None) -> dict[str, str]:
    """Customer and contact where the visitor can be nobody else; others are proposed on the form."""
    details = matching.ContactDetails(
        phone=values.get("phone"), email=values.get("email"), name=values.get("name")
    )
    return matching.sure_party(details, company)


def _exists(field: str, value: str) -> bool:
    doctype = {"item_code": "Item", "batch_no": "Batch", "serial_no": "Serial No"}[field]
    return bool(frappe.db.exists(doctype, value, cache=True))


def _told(values: dict[str, Any]) -> str:
    """What was written, and below it the number of an order, in which the desk finds it again."""
    lines = [values["description"]]
    if values.get("order"):
        lines.append(f"{LABELS['order']()}: {values['order']}")
    return "\n".join(lines)


def _checked(sent: dict[str, Any]) -> dict[str, Any]:
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for field in (*_LINES, "description", "happened_on", "code"):
        value = sent.get(field)
        if value not in (None, "") and not isinstance(value, str):
            wrong.append(_("{0}: enter a text.").format(_label(field)))
        elif value and not is_storable(value):
            wrong.append(_("{0}: something in it is no letter or sign. Type it again.").format(_label(field)))
            values[field] = ""  # it is not missing as well
        elif value and value.strip():
            values[field] = value.strip()
    values |= _wishes(sent.get("wishes"), wrong)
    for field in _LINES:
        if len(values.get(field, "")) > LONGEST_LINE:
            wrong.append(_("{0}: at most {1} characters.").format(_label(field), LONGEST_LINE))
    if len(values.get("description", "")) > LONGEST_TEXT:
        wrong.append(_("{0}: at most {1} characters.").format(_label("description"), LONGEST_TEXT))
    if "description" not in values:
        wrong.append(_("{0} Tell us in your own words.").format(_label("description")))
    if "name" not in values:
        wrong.append(_("Your name: enter how we may call you."))
    _check_address(values, wrong)
    _check_day(values, wrong)
    if wrong:
        refuse(*wrong)
    return values


def _wishes(sent: Any, wrong: list[str]) -> dict[str, list[str]]:
    if sent in (None, "", []):
        return {}
    if not isinstance(sent, list) or not all(isinstance(wish, str) and wish in WISHES for wish in sent):
        known = comma_list(_(WORDS[wish], context="Complaint QMS") for wish in WISHES)
        wrong.append(_("{0} Choose among: {1}.").format(_label("wishes"), known))
        return {}
    return {"wishes": list(dict.fromkeys(sent))}


def _check_address(values: dict[str, Any], wrong: list[str]) -> None:
    email, phone = values.get("email"), values.get("phone")
    if not values.keys() & {"email", "phone"}:
        wrong.append(_("Email or phone: enter one of them, so that we can answer."))
    if email and mail_address.is_several(email):
        wrong.append(mail_address.several(_label("email"), email))
    elif email and not validate_email_address(email):
        wrong.append(_("{0}: “{1}” is no address.").format(_label("email"), shown(email)))
    if phone and sum(sign.isdigit() for sign in phone) < _LEAST_DIGITS:
        wrong.append(_("{0}: “{1}” is no number that can be called.").format(_label("phone"), shown(phone)))


def _check_day(values: dict[str, Any], wrong: list[str]) -> None:
    if not (written := values.get("happened_on")):
        return
    try:
        day = date.fromisoformat(written)
    except ValueError:
        wrong.append(_("{0} Choose a day.").format(_label("happened_on")))
        return
    if day > getdate(nowdate()):
        wrong.append(_("{0} The day cannot lie ahead.").format(_label("happened_on")))
    elif day.year < FIRST_YEAR:
        wrong.append(_("{0} Choose a day.").format(_label("happened_on")))


def _label(field: str) -> str:
    return LABELS[field]() if field in LABELS else field
