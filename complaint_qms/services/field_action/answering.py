"""The link of a notice, without a login: what it shows, and what the customer says by it.

A link that was tampered with, is over, or never was is refused alike, so that nobody learns which. Once its action has ended it still shows what was
told and whom to call. What staff has entered stays when the customer says something else afterwards; that stands beside it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, get_datetime, getdate, now_datetime

from complaint_qms.constants.field_action import (
    BY_LINK,
    CUSTOMER,
    DOCTYPE,
    LONGEST_NAME,
    LONGEST_REMARK,
    NOTICE,
    SAID,
    TOLD_BY_CUSTOMER,
)
from complaint_qms.engine.message import Message
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.field_action import classes, contact, customers, notice_text, texts
from complaint_qms.services.field_action.entered import MOST, is_split, whole_numbers_wanted
from complaint_qms.services.field_action.notices import token_hash
from complaint_qms.services.record import timeline
from complaint_qms.services.record.input_validation import refuse, too_long
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, speaking
from complaint_qms.services.record.scalars import is_storable, shown
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.record.timeline import Label, Text, line, plain_line
from complaint_qms.services.record.unit_words import unit_word

_LONGEST_TOKEN: Final = 200
_OVER: Final = ("ended", "cancelled")


def shown_by(token: str) -> dict[str, Any]:
    """What the page of a link shows; that it was opened is noted.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
    """
    notice = _open(token)
    action = frappe.get_doc(DOCTYPE, notice.field_action)
    if action.stage in _OVER:
        return _shown_after(action, frappe.get_doc(CUSTOMER, notice.field_action_customer), notice)
    customer = customers.hold_customer(notice.field_action_customer)
    now = now_datetime()
    if not notice.opened_at:
        writing.set_values(NOTICE, notice.name, {"opened_at": now}, "link opened")
    if not customer.opened_at:
        customer.opened_at = now
        customers.store(customer)
    return _shown(action, customer, notice)


def take_answer(token: str, *, name: str, quantities: list[dict[str, Any]] | None, remark: str) -> None:
    """Take in what a customer says: that they have read it, and what became of what they have. It may be said anew until the action ends, and
    then takes the place of all that they said before.

    Args:
        quantities: [{row: number from 1, still_held, to_return, destroyed, used}], each item at most once, those left out are nought; None for
            an acknowledgement alone.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
        frappe.ValidationError: naming what is missing or wrong.
    """
    notice = _open(token)
    # Written as whoever has the link, and not as the site: a customer's word stands in the timeline under nobody else's name.
    action = customers.hold_action(notice.field_action)
    customer = customers.hold_customer(notice.field_action_customer)
    # It may have ended, the customer been left out or the link replaced since it was looked at.
    if action.stage in _OVER:
        _refuse(
            _("This action has ended: nothing is taken any more. Call us where there is something to say.")
        )
    if action.stage != "under_way" or customer.is_left_out or not _notice(token, is_locked=True):
        _refuse()
    check_said(customer, name, quantities or [], remark)
    now, remark = now_datetime(), remark.strip()
    is_remarked = bool(remark) and remark != as_typed(customer.remark or "")
    if not customer.acknowledged_at:
        customer.acknowledged_at, customer.answered_by_name = now, name.strip()
    customer.update(
        {
            "opened_at": customer.opened_at or now,
            "road": customer.road or BY_LINK,
            # What they wrote before stays until they write something else.
            "remark": remark or customer.remark,
            "said_at": now,
        }
    )
    more = _more_than_known(customer, quantities or [])
    changed = _changed(customer, quantities) if quantities is not None else []
    other = _take_said(customer, quantities) if quantities is not None else []
    customers.store(customer)
    customers.refresh_figures(action.name)
    timeline.note_on(
        action,
        line(
            "{0} has acknowledged the notice by its link: {1}",
            Text(customer.customer_name),
            Text(name.strip()),
        ),
    )
    who = Text(customer.customer_name or customer.customer)
    if changed:
        timeline.note_on(action, line("{0} says by the link: {1}", who, changed))
    if is_remarked:
        timeline.note_on(action, line("{0} remarks by the link: {1}", who, Text(remark)))
    if more:
        _flag(action, customer, line("{0} has more than the records say. {1}", who, more), now)
    if other:
        _flag(
            action, customer, line("{0} says other quantities than staff has entered. {1}", who, other), now
        )


def check_said(
    customer: Document,
    name: str,
    quantities: list[dict[str, Any]],
    remark: str,
    fields: tuple[str, ...] = TOLD_BY_CUSTOMER,
) -> None:
    """Raises:
    frappe.ValidationError: all that is missing or wrong, in sentences.
    """
    wrong = []
    for text, label, most in ((name, _("Your Name"), LONGEST_NAME), (remark, _("Remark"), LONGEST_REMARK)):
        if not is_storable(text):
            wrong.append(_("{0}: something in it is no letter or sign. Type it again.").format(label))
        else:
            wrong += too_long(label, text, most)
    if not name.strip():
        wrong.append(_("Your Name: enter who acknowledges the notice."))
    seen = set()
    for given in quantities:
        place = given.get("row") if isinstance(given, dict) else None
        if (
            isinstance(place, bool)
            or not isinstance(place, int)
            or not 1 <= place <= len(customer.quantities)
            or place in seen
        ):
            wrong.append(_("The quantities do not fit the notice. Load the page again."))
            break
        if others := sorted({*given} - {"row", *fields}):
            wrong.append(_unknown(others))
            break
        seen.add(place)
        wrong += _wrong_amounts(
            customer.quantities[place - 1], given, fields, is_explained=bool(remark.strip())
        )
    if wrong:
        refuse(*wrong)


def put_quantities(
    customer: Document, quantities: list[dict[str, Any]], fields: tuple[str, ...]
) -> list[Message]:
    """Put amounts in place of those that count; what is other than before, field by field."""
    found = []
    for given in sorted(quantities, key=lambda one: one["row"]):
        row = customer.quantities[given["row"] - 1]
        for field in fields:
            was, now = flt(row.get(field)), flt(given.get(field))
            if round(was - now, 6):
                found.append(_instead(row, field, now, was))
                row.set(field, now)
    return found


def _unknown(names: list[str]) -> str:
    named = comma_list(f"“{shown(name)}”" for name in names)
    return _("{0}: no such field can be entered here. Leave it out.").format(named)


def _wrong_amounts(
    row: Document, given: dict[str, Any], fields: tuple[str, ...], *, is_explained: bool
) -> list[str]:
    item = frappe.utils.escape_html(row.item_name or row.item_code)
    amounts = []
    for field in fields:
        value = given.get(field, 0)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != value
            or not 0 <= value <= MOST
        ):
            return [_("{0}: enter numbers from 0 on.").format(item)]
        if is_split(value, row.uom):
            return [whole_numbers_wanted(item, row.uom)]
        amounts.append(value)
    said, left = _said_and_left(row, given, fields)
    # Who knows better than the records says so, and why.
    if round(said - left, 6) > 0 and not is_explained:
        return [
            _(
                "{0}: these are {1} together, and {2} were delivered and not returned. Correct them, or write in the remark what is otherwise."
            ).format(item, notice_text.amount_text(said), notice_text.amount_text(left))
        ]
    if "to_return" in fields and flt(given.get("to_return")) > flt(given.get("still_held")):
        return [_("{0}: more is to be returned than is still there.").format(item)]
    return []


def _said_and_left(row: Document, given: dict[str, Any], fields: tuple[str, ...]) -> tuple[float, float]:
    recovered = flt(row.recovered) if "recovered" not in fields else 0
    # What is to be returned is still held.
    said = sum(flt(given.get(field)) for field in fields if field != "to_return")
    return said, flt(row.at_risk) - recovered


def _more_than_known(customer: Document, quantities: list[dict[str, Any]]) -> list[Message]:
    """What a customer has beyond what the records say, item by item."""
    found = []
    for given in quantities:
        row = customer.quantities[given["row"] - 1]
        said, left = _said_and_left(row, given, TOLD_BY_CUSTOMER)
        if round(said - left, 6) > 0:
            amounts = (Text(notice_text.amount_text(value)) for value in (said, left))
            found.append(line("{0}: {1} instead of {2}", Text(row.item_name or row.item_code), *amounts))
    return found


def _changed(customer: Document, quantities: list[dict[str, Any]]) -> list[Message]:
    """What a customer says otherwise than before, also what they take back, field by field."""
    given = {one["row"]: one for one in quantities}
    found = []
    for row in customer.quantities:
        for field in TOLD_BY_CUSTOMER:
            was, now = flt(row.get(SAID[field])), flt(given.get(row.idx, {}).get(field))
            if round(was - now, 6):
                found.append(_instead(row, field, now, was))
    return found


def _instead(row: Document, field: str, now: float, was: float) -> Message:
    amounts = (Text(notice_text.amount_text(value)) for value in (now, was))
    item = Text(row.item_name or row.item_code)
    return line("{0}, {1}: {2} instead of {3}", item, Label(row.doctype, field), *amounts)


def _take_said(customer: Document, quantities: list[dict[str, Any]]) -> list[Message]:
    """Keep what a customer says of each item in place of what they said before; it counts unless staff has entered something. What is other than
    that, item by item."""
    given = {one["row"]: one for one in quantities}
    found = []
    for row in customer.quantities:
        said = {field: flt(given.get(row.idx, {}).get(field)) for field in TOLD_BY_CUSTOMER}
        row.update({SAID[field]: amount for field, amount in said.items()})
        if not customer.quantities_at:
            row.update(said)
        elif any(round(flt(row.get(field)) - amount, 6) for field, amount in said.items()):
            item = Text(row.item_name or row.item_code)
            found += [
                line("{0}, {1}: {2}", item, Label(row.doctype, field), Text(notice_text.amount_text(amount)))
                for field, amount in said.items()
            ]
    return found


def _flag(action: Document, customer: Document, told: Message, now: datetime) -> None:
    """The timeline says that somebody has to look into what a customer says, and the handler gets a task, in their language and once for the same
    words."""
    timeline.note_on(action, told)
    with speaking(
        frappe.db.get_value("User", action.handler, "language") or frappe.db.get_default("lang") or "en"
    ):
        text = plain_line(told)
    task = {
        "allocated_to": action.handler, "reference_type": DOCTYPE, "reference_name": action.name, "status": "Open",
        "description": f"<p>{escape_html(text)}</p><p>{escape_html(customer.remark or '')}</p>",
    }  # fmt: skip
    if not frappe.db.exists("ToDo", task):
        with acting_as():
            frappe.get_doc({"doctype": "ToDo", **task, "date": getdate(now), "priority": "High"}).insert(
                ignore_permissions=True
            )


def _shown(action: Document, customer: Document, notice: frappe._dict) -> dict[str, Any]:
    return {
        **_head(action, customer),
        **{name: as_typed(text) for name, text in texts.texts_for(action, notice.language).items()},
        "name": as_typed(customer.answered_by_name or notice.contact_name or ""),
        "remark": as_typed(customer.remark or ""),
        "acknowledged": bool(customer.acknowledged_at),
        "said": bool(customer.said_at),
        "entered": bool(customer.quantities_at),
        "quantities": [
            {
                "row": row.idx,
                "title": as_typed(notice_text.quantity_line(action, row)),
                "uom": unit_word(row.uom),
                "at_risk": flt(row.at_risk),
                "recovered": flt(row.recovered),
                # Their own words come back, not what staff has entered.
                **{field: flt(row.get(SAID[field])) for field in TOLD_BY_CUSTOMER},
            }
            for row in customer.quantities
        ],
    }


def _shown_after(action: Document, customer: Document, notice: frappe._dict) -> dict[str, Any]:
    """What a link shows once its action is over: what was told, unless it was withdrawn, and whom to call."""
    is_withdrawn = action.stage == "cancelled"
    told = {} if is_withdrawn else texts.texts_for(action, notice.language)
    goods = (as_typed(notice_text.goods_line(action, row)) for row in customer.quantities)
    return {
        **_head(action, customer),
        "goods": [*dict.fromkeys(goods)],
        "over": True,
        "withdrawn": is_withdrawn,
        **{name: as_typed(text) for name, text in told.items()},
    }


def _head(action: Document, customer: Document) -> dict[str, Any]:
    return {
        "number": action.name,
        "company": action.company,
        "kind": word(action.action_type),
        "class": classes.class_text(action.action_class),
        "customer": as_typed(customer.customer_name or ""),
        "contact": contact.whom_to_call(action),
    }


def _open(token: str) -> frappe._dict:
    if not 0 < len(token) <= _LONGEST_TOKEN:
        _refuse()
    notice = _notice(token)
    if not notice or not notice.expires_on or get_datetime(notice.expires_on) <= now_datetime():
        _refuse()
    if frappe.db.get_value(DOCTYPE, notice.field_action, "stage") not in ("under_way", *_OVER):
        _refuse()
    if frappe.db.get_value(CUSTOMER, notice.field_action_customer, "is_left_out"):
        _refuse()
    return notice


def _notice(token: str, *, is_locked: bool = False) -> frappe._dict | None:
    fields = [
        "name",
        "field_action",
        "field_action_customer",
        "contact_name",
        "language",
        "expires_on",
        "opened_at",
    ]
    return frappe.db.get_value(
        NOTICE, {"token_hash": token_hash(token)}, fields, as_dict=True, for_update=is_locked
    )


def _refuse(why: str = "") -> Any:
    frappe.throw(why or _("This link is not valid, or not any more."), frappe.DoesNotExistError)
