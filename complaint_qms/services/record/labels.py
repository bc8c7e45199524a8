"""Names of stable keys as people read them, in the user's language."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.constants.import_columns import COLUMN_NAMES, STAGE_ENDS
from complaint_qms.constants.labels import CONTEXT, OWN_NAMES, WORDS
from complaint_qms.constants.records import BY_DOCTYPE, DOCTYPES, VOCABULARY

COLUMN = "Complaint Import Column"
# Copied from a level of the risk matrix.
_WORDS_COPIED = ("risk_level", "required_action")
# Hand-over checks of the procedures that are shipped; others read as somebody wrote them.
_WORDS_OF_ROWS = (("Complaint Checklist Item", "check"),)


def word(key: str | None, doctype: str = "") -> str:
    """Name of a stable key, of records of `doctype` where they have one of their own; empty for no key, and what is no key as it is."""
    if not key:
        return ""
    name = OWN_NAMES.get(doctype, {}).get(key) or WORDS.get(key)
    return _(name, context=CONTEXT) if name else key


def choice(key: str | None, doctype: str) -> str:
    """Name of a choice of a Select field of a DocType of the app."""
    return column_name(key or "") if doctype == COLUMN else word(key, doctype)


def column_name(key: str) -> str:
    """What a column of an imported file can be, as the form of a complaint calls it."""
    if key in STAGE_ENDS:
        return _("End of {0}").format(word(STAGE_ENDS[key]))
    return _(COLUMN_NAMES[key]) if key in COLUMN_NAMES else key


def is_shipped_word(field: Any) -> bool:
    """Whether a field holds a word of a vocabulary, which the app ships with translations, as text or as a link."""
    if field.fieldtype == "Link":
        return field.options in BY_DOCTYPE and BY_DOCTYPE[field.options].kind == VOCABULARY
    return field.fieldname in _WORDS_COPIED or (field.parent, field.fieldname) in _WORDS_OF_ROWS


def choice_words() -> dict[str, str]:
    """`key:DocType` → name, for every choice of the app's Select fields.

    The desk translates a choice within its DocType, so that the framework's own controls show these names in the app's
    forms and filters, and nothing else changes.
    """
    fields = frappe.get_all(
        "DocField",
        filters={"parent": ("in", DOCTYPES), "parenttype": "DocType", "fieldtype": "Select"},
        fields=["parent", "options"],
        order_by="parent asc, idx asc",
    )
    named: dict[str, str] = {}
    for field in fields:
        for key in filter(None, (field.options or "").split("\n")):
            if (said := choice(key, field.parent)) != key:
                named[f"{key}:{field.parent}"] = said
    return named
