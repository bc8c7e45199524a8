"""What customers read of a field action, in each language of its scope: its own text is in the language of the site, others are rows."""

from __future__ import annotations

import json
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html

from complaint_qms.constants.field_action import CUSTOMER
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list

TEXTS: Final = ("reason", "hazard", "instruction")


def texts_for(action: Document, language: str | None) -> dict[str, str]:
    """{reason, hazard, instruction} as a customer of this language reads them; its own where no row is in it."""
    rows = {row.language: row for row in action.get("texts") or ()}
    found = action
    if not _is_own(language):
        found = next((rows[one] for one in _tried(language) if one in rows), action)
    return {name: cstr(found.get(name)) for name in TEXTS}


def languages_without_text(action: Document) -> str:
    """Languages of customers who are to be told and for whom there is no text, by name; empty where there is one for all."""
    if action.is_new():
        return ""
    spoken = frappe.get_all(
        CUSTOMER,
        {"field_action": action.name, "is_left_out": 0},
        pluck="language",
        order_by="language asc",
    )
    rows = {row.language for row in action.get("texts") or ()}
    missing = [
        one for one in dict.fromkeys(filter(None, spoken)) if not _is_own(one) and not rows & {*_tried(one)}
    ]
    return comma_list(_named(one) for one in missing)


def check_texts(action: Document) -> None:
    """Raises:
    frappe.ValidationError: a language has two rows, is the site's own, or a row is empty.
    """
    wrong, seen = [], set()
    for row in action.get("texts") or ():
        if row.language in seen:
            wrong.append(
                _("Texts for Customers: {0} is there twice. Remove one row.").format(_named(row.language))
            )
        if row.language and row.language == _own():
            wrong.append(
                _("Texts for Customers: {0} is the language of the fields above. Remove the row.").format(_named(row.language))
            )  # fmt: skip
        if any(blank(row.get(name)) for name in TEXTS):
            wrong.append(
                _("Texts for Customers: row {0} lacks words. Write reason, hazard and instruction.").format(
                    row.idx
                )
            )
        seen.add(row.language)
    if wrong:
        refuse(*wrong)


def signed_texts(action: Document) -> dict[str, str]:
    """The rows as a signature holds for them; nothing where there are none, as with actions signed before there were rows."""
    rows = [
        [cstr(row.get(name)).replace("\r\n", "\n") for name in ("language", *TEXTS)]
        for row in action.get("texts") or ()
    ]
    return {"texts": json.dumps(sorted(rows), ensure_ascii=False)} if rows else {}


def _own() -> str:
    return frappe.db.get_default("lang") or "en"


def _is_own(language: str | None) -> bool:
    # English of Britain and of America read the same text.
    return not language or _own() in _tried(language)


def _tried(language: str) -> tuple[str, ...]:
    return (language, language.partition("-")[0])


def _named(language: str | None) -> str:
    name = frappe.get_cached_value("Language", language, "language_name") if language else ""
    return escape_html(_(name or language or ""))
