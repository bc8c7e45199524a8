"""Templates of the site for messages to customers: which one is used for a complaint, and what it says then."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, strip_html

from complaint_qms.constants.correspondence import KIND_FIELD, LANGUAGE_FIELD, TYPE_FIELD
from complaint_qms.services.correspondence.merge_fields import merge_fields
from complaint_qms.services.record.language import speaking

TEMPLATE: Final = "Email Template"


def template_for(kind: str, language: str, complaint_type: str | None = None) -> str | None:
    """The site's template for this kind in this language, or in its parent language: the one for the complaint's type, else for
    the nearest type above it, else the one for all types. One that is not marked never."""
    languages = [language, language.split("-")[0]]
    types = [*_branch_of(complaint_type), None]
    rows = frappe.get_all(
        TEMPLATE,
        {KIND_FIELD: kind, LANGUAGE_FIELD: ("in", languages)},
        ["name", LANGUAGE_FIELD, TYPE_FIELD],
        order_by="creation asc, name asc",
    )
    fitting = [row for row in rows if (row[TYPE_FIELD] or None) in types]
    if not fitting:
        return None
    return min(
        fitting, key=lambda row: (types.index(row[TYPE_FIELD] or None), languages.index(row[LANGUAGE_FIELD]))
    ).name


def rendered(
    complaint: Document, template: str, language: str, more: dict[str, Any] | None = None
) -> dict[str, str]:
    """{subject, content} of a template for a complaint.

    Args:
        more: merge fields beside those of `merge_fields`, or in place of them; safe as markup.

    Raises:
        frappe.ValidationError: there is no such template, or it cannot be read.
    """
    if not frappe.db.exists(TEMPLATE, template):
        frappe.throw(_("There is no Email Template “{0}”.").format(escape_html(template)))
    doc = frappe.get_cached_doc(TEMPLATE, template)
    try:
        with speaking(language):
            fields = merge_fields(complaint) | (more or {})
            return {
                "subject": strip_html(doc.get_formatted_subject(fields)),
                "content": doc.get_formatted_response(fields),
            }
    except Exception as error:  # what a site writes into its templates may raise anything
        frappe.clear_last_message()
        reason = (
            strip_html(str(error)).strip().rpartition("\n")[2]
        )  # the rest tells of the framework's own code
        frappe.throw(
            _("Email Template “{0}” cannot be used: {1}. Correct it or choose another one.").format(
                escape_html(template), escape_html(reason)
            )
        )


def _branch_of(complaint_type: str | None) -> list[str]:
    """The type and those above it, the nearest first."""
    place = complaint_type and frappe.db.get_value("Complaint Type", complaint_type, ["lft", "rgt"])
    if not place:
        return []
    above = {"lft": ("<=", place[0]), "rgt": (">=", place[1])}
    return frappe.get_all("Complaint Type", above, pluck="name", order_by="lft desc")
