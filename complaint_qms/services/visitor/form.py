"""The form of a complaint, of the public page and of the portal: its fields, what each may hold, what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate, nowdate, validate_email_address

from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.visitor import LONGEST_LINE, LONGEST_TEXT, WISHES
from complaint_qms.engine import phone_number
from complaint_qms.services.inbox import draft, store
from complaint_qms.services.record import mail_address
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, labelled
from complaint_qms.services.record.scalars import FIRST_YEAR, is_storable, shown

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


def checked(sent: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, without what was left empty.

    Raises:
        frappe.ValidationError: naming every field that is missing or wrong.
    """
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for field in (*_LINES, "description", "happened_on", "code"):
        value = sent.get(field)
        if value not in (None, "") and not isinstance(value, str):
            wrong.append(_("{0}: enter a text.").format(_label(field)))
            values[field] = ""  # it is not missing as well
        elif value and not is_storable(value):
            wrong.append(_("{0}: something in it is no letter or sign. Type it again.").format(_label(field)))
            values[field] = ""
        elif value and value.strip():
            values[field] = value.replace("\r\n", "\n").strip()
    values |= _wishes(sent.get("wishes"), wrong)
    for field in _LINES:
        _check_length(values, field, LONGEST_LINE, wrong)
    _check_length(values, "description", LONGEST_TEXT, wrong)
    if "description" not in values:
        wrong.append(_("{0}: tell us in your own words.").format(_label("description")))
    if "name" not in values:
        wrong.append(_("Your name: enter how we may call you."))
    _check_address(values, wrong)
    _check_day(values, wrong)
    if wrong:
        refuse(*wrong)
    return values


def told(values: dict[str, Any]) -> str:
    """What was written, and below it the number of an order, in which the desk finds it again, and a telephone number as it was typed
    where its field cannot hold all of that. In the language of whoever has written it."""
    lines = [values["description"]]
    if values.get("order"):
        lines.append(_line("order", values["order"]))
    if phone_number.says_more(values.get("phone")):
        lines.append(_line("phone", values["phone"]))
    return "\n".join(lines)


def fields_of(item: Document, values: dict[str, Any]) -> dict[str, Any]:
    """Fields of the complaint that a kept form becomes; those without a value are left out."""
    wishes = values.get("wishes") or []
    further = comma_list(word(wish) for wish in wishes[1:])
    fields = {
        "source_doctype": DOCTYPE,
        "source_name": item.name,
        "subject": item.subject,
        "description": draft.paragraphs(item.text or ""),
        "complainant_name": values["name"],
        "contact_email": values.get("email"),
        "contact_phone": phone_number.storable(values.get("phone")),
        "product_model": values.get("product"),
        "reported_lot": values.get("number"),
        "incident_date": _day(values.get("happened_on"), item),
        "expectation": wishes[0] if wishes else None,
        "expectation_note": _("Also wants: {0}").format(further) if further else None,
        "channel": item.channel,
        "company": item.company,
        "language": item.language,
        "received_at": item.received_at,
    }
    return {name: value for name, value in fields.items() if value}


def told_of(item: Document) -> dict[str, Any]:
    """The teller of these roads (`constants/inbox.TELLERS`): the fields of a complaint that was sent; none of what goes on with one."""
    values = json.loads(store.raw_of(item) or b"{}")
    return fields_of(item, values) if "description" in values else {}


def _line(field: str, value: str) -> str:
    return labelled(LABELS[field](), value)


def _day(written: str | None, item: Document) -> date | None:
    """The day on which it happened as the site counts it: not after the one on which it was told."""
    return min(date.fromisoformat(written), getdate(item.received_at)) if written else None


def _check_length(values: dict[str, Any], field: str, longest: int, wrong: list[str]) -> None:
    if (length := len(values.get(field, ""))) > longest:
        wrong.append(
            _("{0}: at most {1} characters, and these are {2}. Shorten it.").format(
                _label(field), longest, length
            )
        )


def _wishes(sent: Any, wrong: list[str]) -> dict[str, list[str]]:
    if sent in (None, "", []):
        return {}
    if not isinstance(sent, list) or not all(isinstance(wish, str) and wish in WISHES for wish in sent):
        known = comma_list(_(WORDS[wish], context="Complaint QMS") for wish in WISHES)
        wrong.append(_("{0}: choose among {1}.").format(_label("wishes"), known))
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
    if phone and not phone_number.storable(phone):
        wrong.append(_("{0}: “{1}” is no number that can be called.").format(_label("phone"), shown(phone)))


def _check_day(values: dict[str, Any], wrong: list[str]) -> None:
    if not (written := values.get("happened_on")):
        return
    try:
        day = date.fromisoformat(written)
    except ValueError:
        wrong.append(_("{0}: choose a day.").format(_label("happened_on")))
        return
    # East of the site's zone it is tomorrow already.
    if day > getdate(add_days(nowdate(), 1)):
        wrong.append(_("{0}: the day cannot lie ahead.").format(_label("happened_on")))
    elif day.year < FIRST_YEAR:
        wrong.append(_("{0}: choose a day.").format(_label("happened_on")))


def _label(field: str) -> str:
    """What the form calls a field, before a colon: a question without its mark."""
    return LABELS[field]().rstrip("?？") if field in LABELS else field
