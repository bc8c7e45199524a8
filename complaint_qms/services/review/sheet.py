"""A review as the pages of a document, in its own language: what the template lays out. Every text is plain; the template escapes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import format_datetime, formatdate, get_fullname, get_url_to_list, get_url_to_report

from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.review.drawing import chart_svg
from complaint_qms.services.review.frozen import cell_text, is_number, left_out_text
from complaint_qms.services.review.making import sections_of

_ENDS_TEXT: Final = re.compile(r"[\"'\\\\<>{}\x00-\x1f]")
_FIGURES: Final = "templates/print/management_review_figures.html"
_TEMPLATE: Final = "templates/print/management_review.html"


def management_review_sheet(doc: Document) -> dict[str, Any]:
    """What the pages say.

    Returns:
        {title, company, period, state, facts: [{label, value}], words: {contents, comment, definitions, …}, sections: [{number, title, clauses,
        numbers, tables: [{title, heads, rows, more}], svg, told, refused, link, commentary}], conclusion, actions, attendees, language}
    """
    with print_language(doc.language or "en"):
        return _sheet(doc)


def review_markup(doc: Document) -> str:
    """The pages as markup, styles included."""
    return frappe.render_template(_TEMPLATE, {"page": management_review_sheet(doc)})


def shown_sections(doc: Document) -> list[dict[str, Any]]:
    """The sections for the form: {key, number, title, clauses, figures_html}."""
    if doc.is_new():
        return []
    with print_language(doc.language or "en"):
        shown = [_section(number, one) for number, one in enumerate(sections_of(doc), start=1)]
        words = {"words": _words()}
        return [
            {
                **{name: one[name] for name in ("key", "number", "title", "clauses")},
                "figures_html": frappe.render_template(_FIGURES, {"section": one, "page": words}),
            }
            for one in shown
        ]


def _sheet(doc: Document) -> dict[str, Any]:
    people = values_of("User", {*(row.responsible for row in doc.actions if row.responsible), *(row.user for row in doc.attendees if row.user)}, "full_name")  # fmt: skip
    return {
        "name": doc.name,
        "title": doc.title or "",
        "foot": _for_style(f"{doc.title} · {doc.company}"),
        "page_word": _for_style(_("Page", context="Management Review")),
        "company": doc.company,
        "kind": _("Management Review"),
        "period": _("{0} to {1}").format(formatdate(doc.from_date), formatdate(doc.to_date)),
        "state": _state(doc),
        "language": doc.language or "en",
        "facts": list(_facts(doc)),
        "words": _words(),
        "sections": [_section(number, one) for number, one in enumerate(sections_of(doc), start=1)],
        "conclusion": as_typed(doc.conclusion or ""),
        "actions": [
            {
                "action": as_typed(row.action or ""),
                "responsible": people.get(row.responsible) or row.responsible or "",
                "due": formatdate(row.due_date) if row.due_date else "",
                "status": word(row.status),
                "capa": row.capa or "",
            }
            for row in doc.actions
        ],
        "attendees": [
            {
                "name": as_typed(row.attendee or "") or people.get(row.user) or row.user or "",
                "function": as_typed(row.job or ""),
            }
            for row in doc.attendees
        ],
    }


def _section(number: int, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": data["key"],
        "number": number,
        "title": data.get("title", ""),
        "clauses": data.get("clauses", []),
        "numbers": [{**one, "link": _report_link(one)} for one in data.get("numbers", ())],
        "tables": [_table(one) for one in data.get("tables", ()) if one["rows"]],
        "svg": chart_svg(data.get("chart"), data.get("title", "")),
        "told": data.get("told", []),
        "refused": data.get("refused", ""),
        "link": _report_link(data) or _list_link(data.get("list")),
        "commentary": data.get("commentary", ""),
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    columns, tones = table["columns"], table.get("tones") or []
    return {
        "title": table["title"],
        "heads": [{"label": one["label"], "definition": one["definition"], "is_number": is_number(one)} for one in columns],
        "rows": [
            [
                {"text": cell_text(cell, one), "is_number": is_number(one), "tone": (tones[at][place] or "") if at < len(tones) else ""}
                for place, (cell, one) in enumerate(zip(row, columns, strict=True))
            ]
            for at, row in enumerate(table["rows"])
        ],
        "more": left_out_text(table),
    }  # fmt: skip


def _facts(doc: Document) -> Iterator[dict[str, str]]:
    facts = (
        (_("Company"), doc.company),
        (
            _("Period", context="Management Review"),
            _("{0} to {1}").format(formatdate(doc.from_date), formatdate(doc.to_date)),
        ),
        (_("Figures as of"), format_datetime(doc.figures_at) if doc.figures_at else ""),
        (_("Figures Taken By"), get_fullname(doc.figures_by) if doc.figures_by else ""),
        (_("Last Review"), doc.previous_review),
        (_("Submitted By"), get_fullname(doc.submitted_by) if doc.submitted_by else ""),
        (_("Submitted At"), format_datetime(doc.submitted_at) if doc.submitted_at else ""),
        (_("Amends"), doc.amended_from),
    )
    return ({"label": label, "value": value} for label, value in facts if value)


def _words() -> dict[str, str]:
    return {
        "contents": _("Contents"),
        "comment": _("Comment", context="Management Review"),
        "no_comment": _("No comment."),
        "definitions": _("What the numbers mean"),
        "open": _("Open what the figures are counted on"),
        "conclusion": _("Conclusion"),
        "actions": _("Decisions and Actions"),
        "attendees": _("Attendees"),
        "action": _("Decision or Action"),
        "responsible": _("Responsible", context="Management Review"),
        "due": _("Due Date"),
        "status": _("Status"),
        "capa": _("CAPA"),
        "none": _("None."),
        "inputs": _("Inputs by clause of ISO 9001:2015 9.3.2 and ISO 13485:2016 5.6.2"),
    }


def _state(doc: Document) -> str:
    if doc.docstatus.is_cancelled():
        return _("CANCELLED")
    return _("DRAFT") if doc.docstatus.is_draft() else ""


def _for_style(text: str) -> str:
    """Without what would end a text of a style sheet."""
    return _ENDS_TEXT.sub(" ", text)


def _report_link(data: Mapping[str, Any]) -> str:
    if not data.get("report"):
        return ""
    address = get_url_to_report(data["report"], "Script Report")
    return f"{address}?{urlencode({name: value for name, value in data.get('filters', {}).items() if value})}"


def _list_link(listed: list | None) -> str:
    if not listed:
        return ""
    doctype, filters = listed
    return f"{get_url_to_list(doctype)}?{urlencode({name: frappe.as_json(one, indent=None) for name, one in filters.items()})}"
