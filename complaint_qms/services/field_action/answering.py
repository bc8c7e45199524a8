"""The link of a notice, without a login: what it shows, and what the customer says by it.

A link that was tampered with, is over, belongs to an action that has ended, or never was is refused alike, so that nobody learns which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt, get_datetime, getdate, now_datetime

from complaint_qms.constants.field_action import (
    BY_LINK,
    CUSTOMER,
    DOCTYPE,
    LONGEST_NAME,
    LONGEST_REMARK,
    NOTICE,
    TOLD_BY_CUSTOMER,
)
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.field_action import classes, customers, notice_text, texts
from complaint_qms.services.field_action.entered import MOST, too_long
from complaint_qms.services.field_action.notices import token_hash
from complaint_qms.services.record import timeline
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.record.timeline import Text, line

_LONGEST_TOKEN: Final = 200


def shown_by(token: str) -> dict[str, Any]:
    """What the page of a link shows; that it was opened is noted.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
    """
    notice = _open(token)
    action = frappe.get_doc(DOCTYPE, notice.field_action)
    customer = customers.hold_customer(notice.field_action_customer)
    now = now_datetime()
    if not notice.opened_at:
        writing.set_values(NOTICE, notice.name, {"opened_at": now}, "link opened")
    if not customer.opened_at:
        customer.opened_at = now
        customers.store(customer)
    return _shown(action, customer, notice)


def take_answer(token: str, *, name: str, quantities: list[dict[str, Any]], remark: str) -> None:
    """Take in what a customer says: that they have read it, and what became of what they have. It may be said anew until the action ends.

    Args:
        quantities: [{row: number from 1, still_held, to_return, destroyed, used}], each item at most once; none for an acknowledgement alone.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
        frappe.ValidationError: naming what is missing or wrong.
    """
    notice = _open(token)
    # Written as whoever has the link, and not as the site: a customer's word stands in the timeline under nobody else's name.
    action = customers.hold_action(notice.field_action)
    customer = customers.hold_customer(notice.field_action_customer)
    # It may have ended, the customer been left out or the link replaced since it was looked at.
    if action.stage != "under_way" or customer.is_left_out or not _notice(token, is_locked=True):
        _refuse()
    check_said(customer, name, quantities, remark)
    now = now_datetime()
    customer.update(
        {
            "acknowledged_at": customer.acknowledged_at or now,
            "opened_at": customer.opened_at or now,
            "road": BY_LINK,
            "recorded_by": None,
            "answered_by_name": name.strip(),
            "remark": remark.strip() or None,
        }
    )
    more = _more_than_known(customer, quantities)
    put_quantities(customer, quantities, TOLD_BY_CUSTOMER)
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
    if more:
        _flag_more(action, customer, more, now)


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
        seen.add(place)
        wrong += _wrong_amounts(
            customer.quantities[place - 1], given, fields, is_explained=bool(remark.strip())
        )
    if wrong:
        refuse(*wrong)


def put_quantities(customer: Document, quantities: list[dict[str, Any]], fields: tuple[str, ...]) -> None:
    for given in quantities:
        row = customer.quantities[given["row"] - 1]
        row.update({field: flt(given.get(field)) for field in fields})


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
        if (
            row.uom
            and cint(frappe.get_cached_value("UOM", row.uom, "must_be_whole_number"))
            and value != int(value)
        ):
            return [_("{0}: enter whole numbers, because it is counted in {1}.").format(item, _(row.uom))]
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


def _more_than_known(customer: Document, quantities: list[dict[str, Any]]) -> str:
    """What a customer has beyond what the records say, in words."""
    found = []
    for given in quantities:
        row = customer.quantities[given["row"] - 1]
        said, left = _said_and_left(row, given, TOLD_BY_CUSTOMER)
        if round(said - left, 6) > 0:
            found.append(
                _("{0}: {1} instead of {2}").format(
                    row.item_name or row.item_code,
                    notice_text.amount_text(said),
                    notice_text.amount_text(left),
                )
            )
    return comma_list(found)


def _flag_more(action: Document, customer: Document, more: str, now: datetime) -> None:
    """The timeline says that a customer has more than the records say, and the handler gets a task, once for the same words."""
    timeline.note_on(
        action, line("{0} has more than the records say. {1}", Text(customer.customer_name), Text(more))
    )
    text = _("{0} has more than the records say. {1}").format(
        escape_html(customer.customer_name or customer.customer), escape_html(more)
    )
    task = {
        "allocated_to": action.handler, "reference_type": DOCTYPE, "reference_name": action.name, "status": "Open",
        "description": f"<p>{text}</p><p>{escape_html(customer.remark or '')}</p>",
    }  # fmt: skip
    if not frappe.db.exists("ToDo", task):
        with acting_as():
            frappe.get_doc({"doctype": "ToDo", **task, "date": getdate(now), "priority": "High"}).insert(
                ignore_permissions=True
            )


def _shown(action: Document, customer: Document, notice: frappe._dict) -> dict[str, Any]:
    return {
        "number": action.name,
        "company": action.company,
        "kind": word(action.action_type),
        "class": classes.class_text(action.action_class),
        "customer": as_typed(customer.customer_name or ""),
        **{name: as_typed(text) for name, text in texts.texts_for(action, notice.language).items()},
        "name": as_typed(customer.answered_by_name or notice.contact_name or ""),
        "remark": as_typed(customer.remark or ""),
        "acknowledged": bool(customer.acknowledged_at),
        "quantities": [
            {
                "row": row.idx,
                "title": as_typed(notice_text.quantity_line(row)),
                "uom": _(row.uom or ""),
                "at_risk": flt(row.at_risk),
                "recovered": flt(row.recovered),
                **{field: flt(row.get(field)) for field in TOLD_BY_CUSTOMER},
            }
            for row in customer.quantities
        ],
    }


def _open(token: str) -> frappe._dict:
    if not 0 < len(token) <= _LONGEST_TOKEN:
        _refuse()
    notice = _notice(token)
    if not notice or not notice.expires_on or get_datetime(notice.expires_on) <= now_datetime():
        _refuse()
    if frappe.db.get_value(DOCTYPE, notice.field_action, "stage") != "under_way":
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


def _refuse() -> Any:
    frappe.throw(_("This link is not valid, or not any more."), frappe.DoesNotExistError)
