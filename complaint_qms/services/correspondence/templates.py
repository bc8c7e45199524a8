"""Templates of the site for messages to customers: which one is used for a complaint, and what it says then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, strip_html
from frappe.utils.jinja import get_jenv
from jinja2 import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from complaint_qms.constants.correspondence import KIND_FIELD, LANGUAGE_FIELD, OF_FIELD_ACTIONS, TYPE_FIELD
from complaint_qms.constants.field_action import NOTICE_FIELDS
from complaint_qms.services.correspondence.merge_fields import merge_field_names, merge_fields
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list, speaking

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
    complaint: Document, template: str | Document, language: str, more: dict[str, Any] | None = None
) -> dict[str, str]:
    """{subject, content} of a template for a complaint.

    Args:
        template: its name, or one that is not saved.
        more: merge fields beside those of `merge_fields`, or in place of them; safe as markup.

    Raises:
        frappe.ValidationError: there is no such template, or it cannot be read.
    """
    return filled(template, language, lambda: merge_fields(complaint) | (more or {}))


def filled(
    template: str | Document, language: str, fields_of: Callable[[], dict[str, Any]]
) -> dict[str, str]:
    """{subject, content} of a template with these merge fields, which are made in its language.

    Raises:
        frappe.ValidationError: there is no such template, or it cannot be read.
    """
    if isinstance(template, str):
        if not frappe.db.exists(TEMPLATE, template):
            frappe.throw(_("There is no Email Template “{0}”.").format(escape_html(template)))
        template = frappe.get_cached_doc(TEMPLATE, template)
    try:
        with speaking(language):
            fields = fields_of()
            return {
                "subject": strip_html(template.get_formatted_subject(fields)),
                "content": template.get_formatted_response(fields),
            }
    except Exception as error:  # what a site writes into its templates may raise anything
        frappe.clear_last_message()
        reason = (
            strip_html(str(error)).strip().rpartition("\n")[2]
        )  # the rest tells of the framework's own code
        frappe.throw(
            _("Email Template “{0}” cannot be used: {1}. Correct it or choose another one.").format(
                escape_html(template.name), escape_html(reason)
            )
        )


def check_template(doc: Document) -> None:
    """A template for messages on complaints is saved: each of its texts can be read, and names nothing that there is not, which the
    customer would read between its brackets.

    Raises:
        frappe.ValidationError: naming the field and the remedy.
    """
    if not doc.get(KIND_FIELD):
        return
    changed = [
        field
        for field in (KIND_FIELD, "use_html", *_texts_of(doc))
        if doc.is_new() or doc.has_value_changed(field)
    ]
    if wrong := _unreadable(doc) or (_strange(doc) if changed else []):
        refuse(*wrong)


def strange_fields(doc: Document) -> list[str]:
    """Merge fields that a template names and that there are not, in sentences.

    Raises:
        frappe.ValidationError: a text of it cannot be read; naming the field and the remedy.
    """
    if wrong := _unreadable(doc):
        refuse(*wrong)
    return _strange(doc)


def _texts_of(doc: Document) -> tuple[str, str]:
    return "subject", "response_html" if cint(doc.use_html) else "response"


def _unreadable(doc: Document) -> list[str]:
    wrong = []
    for field in _texts_of(doc):
        try:
            get_jenv().parse(doc.get(field) or "")
        except TemplateSyntaxError as error:
            wrong.append(
                _(
                    "{0}: line {1} cannot be read ({2}). Look there for a bracket or a condition that is not closed."
                ).format(_(doc.meta.get_label(field).strip()), error.lineno, escape_html(error.message or ""))
            )
    return wrong


def _strange(doc: Document) -> list[str]:
    """Merge fields that there are not, by the text that names them."""
    of_field_action = doc.get(KIND_FIELD) in OF_FIELD_ACTIONS
    names = {*NOTICE_FIELDS} if of_field_action else merge_field_names()
    known, wrong = names | get_jenv().globals.keys(), []
    for field in _texts_of(doc):
        if strange := sorted(find_undeclared_variables(get_jenv().parse(doc.get(field) or "")) - known):
            label = _(doc.meta.get_label(field).strip())
            named = comma_list(f"“{escape_html(one)}”" for one in strange)
            if of_field_action:
                told = _("{0}: there is no merge field {1}. Correct it; these may stand there: {2}.")
                wrong.append(told.format(label, named, comma_list(NOTICE_FIELDS)))
                continue
            told = _(
                "{0}: there is no merge field {1}. Correct it; customer_name, product and every field of a complaint by its name may stand there."
            )
            wrong.append(told.format(label, named))
    return wrong


def _branch_of(complaint_type: str | None) -> list[str]:
    """The type and those above it, the nearest first."""
    place = complaint_type and frappe.db.get_value("Complaint Type", complaint_type, ["lft", "rgt"])
    if not place:
        return []
    above = {"lft": ("<=", place[0]), "rgt": (">=", place[1])}
    return frappe.get_all("Complaint Type", above, pluck="name", order_by="lft desc")
