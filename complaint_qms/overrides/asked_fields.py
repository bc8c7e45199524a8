"""Which fields a request asks for, filters, sorts or counts by, under whichever name its parameters have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants.personal_data import FIELDS
from complaint_qms.permissions.personal_data import hidden_fields
from complaint_qms.services.record.sent_parts import FILTERS, fields_in_filters, read_sent, texts_in

_ORDERS: Final = (
    "order_by", "sort_by", "sort_field", "group_by", "field", "stats", "searchfield", "workflow_state_field", "aggregate_on_field",
    "based_on", "value_based_on", "group_by_based_on", "aggregate_function_based_on", "y_axis",
)  # fmt: skip
"""Parameters by which rows are sorted or counted."""
_SHOWN: Final = (
    "fields",
    "fieldname",
    "field_map",
    "fields_to_fetch",
    "filter_fields",
    "select_columns",
    "txt",
)
"""Parameters that name fields to show. The framework leaves out a hidden one, and of what is made of several it looks at the first."""
_OF_CARDS: Final = "frappe.desk.doctype.number_card.number_card."
_WORD: Final = re.compile(r"\w+")


def refuse_hidden(given: Mapping[str, Any], doctype: str | None, linked: Iterable[str], user: str) -> None:
    """The framework leaves out fields above somebody's permission levels, and filters and sorts by them all the same.

    Args:
        given: parameters of a request, or what a chart is made by.
        doctype: of the records asked for.
        linked: DocTypes whose fields are asked for through link fields.

    Raises:
        frappe.PermissionError: it goes by a field that the user does not read.
    """
    if str(given.get("cmd") or "").startswith(_OF_CARDS) or _is_path_of_cards():
        card = read_sent(given.get("doc"))
        if isinstance(card, dict):
            given = {**given, **{f"card {key}": value for key, value in card.items()}}
    named = {doctype, *linked}
    kinds = [kind for kind in FIELDS if kind in named or _mentions(given, kind)]
    closed = (
        {name.casefold(): (kind, name) for kind in kinds for name in hidden_fields(kind, user)}
        if kinds
        else {}
    )
    if not closed:
        return
    asked = {word.casefold() for text in _asked(given) for word in _WORD.findall(text)} & closed.keys()
    if asked:
        kind, field = closed[min(asked)]
        label = _(frappe.get_meta(kind).get_label(field), context=kind)
        frappe.throw(
            _("{0} is hidden from your roles: records are not filtered, sorted or counted by it.").format(
                label
            ),
            frappe.PermissionError,
        )


def _asked(given: Mapping[str, Any]) -> list[str]:
    found = []
    for key, value in given.items():
        key = key.removeprefix("card ")
        if key in FILTERS:
            found += fields_in_filters(read_sent(value))
        elif key in _ORDERS:
            found += texts_in(read_sent(value))
        elif key in _SHOWN and (key != "txt" or given.get("query")):
            # Fields that are set come with their values.
            shown = (
                []
                if key == "fieldname" and isinstance(read_sent(value), dict)
                else texts_in(read_sent(value))
            )
            found += [text for text in shown if "(" in text]
    return found


def _mentions(given: Mapping[str, Any], kind: str) -> bool:
    """Whether a DocType is named beside the fields, as in a list with rows of another one, or in what a card or chart is made by."""
    keys = (*FILTERS, *_ORDERS, *_SHOWN, "document_type", "card document_type", "ref_doctype")
    return any(kind in text for key in keys if key in given for text in texts_in(read_sent(given[key])))


def _is_path_of_cards() -> bool:
    request = getattr(frappe.local, "request", None)
    return bool(request) and request.path.rpartition("/")[2].startswith(_OF_CARDS)
