"""Reads what the filters of a report hold, and refuses in words what they cannot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Final

import frappe
from frappe import _
from frappe.utils import add_months, getdate

from complaint_qms.services.record.input_validation import read_day, refuse
from complaint_qms.services.record.language import comma_list, labelled
from complaint_qms.services.record.scalars import shown

MOST_VALUES: Final = 500

LABELS: Final[Mapping[str, Callable[[], str]]] = {
    "from_date": lambda: _("From Date"),
    "to_date": lambda: _("To Date", context="Complaint"),
    "period": lambda: _("Period"),
    "date_of": lambda: _("Period Of"),
    "state": lambda: _("State", context="Complaint"),
    "complaint_type": lambda: _("Complaint Type"),
    "territory": lambda: _("Territory"),
    "item_group": lambda: _("Item Group"),
    "company": lambda: _("Company"),
    "item_code": lambda: _("Item"),
    "batch_no": lambda: _("Batch", context="Complaint QMS"),
    "customer": lambda: _("Customer"),
    "severity": lambda: _("Severity"),
    "channel": lambda: _("Channel"),
    "supplier": lambda: _("Supplier"),
    "sop": lambda: _("SOP"),
    "complaint_owner": lambda: _("Handler"),
    "customer_group": lambda: _("Customer Group"),
    "capa": lambda: _("CAPA"),
}


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _back(first: date, months: int) -> tuple[date, date]:
    """The `months` before the day on which a period begins."""
    return getdate(add_months(first, -months)), first - timedelta(days=1)


PERIODS: Final[Mapping[str, Callable[[date], tuple[date, date]]]] = {
    "last_30_days": lambda today: (today - timedelta(days=29), today),
    "last_90_days": lambda today: (today - timedelta(days=89), today),
    "last_12_months": lambda today: (getdate(add_months(today, -12)) + timedelta(days=1), today),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_month": lambda today: _back(today.replace(day=1), 1),
    "this_quarter": lambda today: (_quarter(today), today),
    "last_quarter": lambda today: _back(_quarter(today), 3),
    "this_year": lambda today: (date(today.year, 1, 1), today),
    "last_year": lambda today: _back(date(today.year, 1, 1), 12),
}
"""What `period` may ask for → its first and last day, seen from today. What still runs ends today."""


def check_known(given: Mapping, shared: Collection[str], own: Collection[str]) -> None:
    """Refuse the name of a filter that there is not.

    Raises:
        frappe.ValidationError: naming it.
    """
    unknown = sorted(str(name) for name in given if name not in shared and name not in own)
    if unknown:
        refuse(
            _("This report has no filter {0}. Check the spelling, or leave it out.").format(
                comma_list(shown(name) for name in unknown)
            )
        )


def read_choice(given: Mapping, name: str, choices: Collection[str]) -> str:
    """One of `choices`, empty for none.

    Raises:
        frappe.ValidationError: it is another.
    """
    value = given.get(name) or ""
    if value and not (isinstance(value, str) and value in choices):
        refuse(
            labelled(
                _label(name),
                _("“{0}” is not among the choices {1}.").format(shown(value), comma_list(choices)),
            )
        )
    return value


def read_chosen(given: Mapping, name: str) -> tuple[str, ...]:
    """The names that a filter holds, each once, in the order given.

    Raises:
        frappe.ValidationError: it holds anything but names, or too many.
    """
    sent = given.get(name)
    if isinstance(sent, str) and sent.startswith("["):
        sent = _list_of(sent)
    values = sent if isinstance(sent, list | tuple) else [sent] if sent else []
    if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
        refuse(labelled(_label(name), _("send a name, or a list of names.")))
    if len(values) > MOST_VALUES:
        refuse(
            labelled(
                _label(name),
                _("at most {0} values at once, and these are {1}. Choose a group of them.").format(
                    MOST_VALUES, len(values)
                ),
            )
        )
    return tuple(dict.fromkeys(_storable(str(value)) for value in values if value != ""))


def read_period(given: Mapping, today: date) -> tuple[date | None, date | None]:
    """First and last day; a period that is named goes before days that are.

    Raises:
        frappe.ValidationError: a day is none, or the period ends before it begins.
    """
    named = read_choice(given, "period", PERIODS)
    if named:
        return PERIODS[named](today)
    first = read_day(_label("from_date"), given.get("from_date"))
    last = read_day(_label("to_date"), given.get("to_date"))
    if first and last and first > last:
        refuse(_("The period ends before it begins: From Date must not be after To Date."))
    return first, last


def _label(name: str) -> str:
    """A filter that one report alone has is called by its key."""
    return LABELS[name]() if name in LABELS else name


def _list_of(text: str) -> str | list:
    """The list that the text is the JSON of; the text itself where it is none."""
    try:
        parsed = frappe.parse_json(text)
    except (ValueError, RecursionError):
        return text
    return parsed if isinstance(parsed, list) else text


def _storable(text: str) -> str:
    """The text, without what the database would not even compare."""
    return text.encode("utf-8", "replace").decode()
