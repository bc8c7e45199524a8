"""A record as parts of a printed page. Every text is markup that may stand in it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import BaseDocument, Document
from frappe.utils import escape_html, format_datetime, get_fullname, now_datetime

from complaint_qms.constants.paper import (
    COLUMNS,
    LEFT_OUT,
    MOST_PICTURES,
    ONLY_WITH,
    STATES,
    TABLES_LEFT_OUT,
)
from complaint_qms.services.field_action import paper as field_action_paper
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import is_shipped_word
from complaint_qms.services.record.printing import attached, is_picture, without_unit
from complaint_qms.services.reporting.access import readable_of
from complaint_qms.services.signatures.signature_sheet import signature_sections
from complaint_qms.services.story.tell import tell

_WIDE: Final = ("Text Editor", "Small Text", "Text", "Long Text")
_SHOWN: Final = (
    *_WIDE, "Data", "Link", "Dynamic Link", "Select", "Date", "Datetime", "Int", "Float", "Currency", "Percent", "Check", "Attach",
    "Duration",
)  # fmt: skip
# The framework stores 0 where nothing was entered or measured.
_EMPTY_AS_ZERO: Final = ("Int", "Float", "Currency", "Percent", "Check")
_NAMED_BY_FRAMEWORK: Final = ("DocType", "Role")
_SHA_SHOWN: Final = 16
_BESIDE: Final = {"Field Action": field_action_paper.sections}
"""DocType → sections of what stands in records of its own"""


def quality_record_sheet(doc: Document) -> dict[str, Any]:
    """What the print format of a record of the app lays out, as far as the session's user may read it.

    Returns:
        {kind, title, states: [text], sections: [{title, facts: [{label, value}], texts: [{label, value}], tables:
        [{title, heads: [text], rows: [[text]]}]}], pictures: [{picture, caption}], story: [{at, text}], printed: plain text}
    """
    if doc.doctype not in STATES:
        frappe.throw(_("{0} has no print format of its own.").format(_(doc.doctype)))
    page = _Page(doc)
    return {
        "kind": _(doc.doctype),
        "title": page.title(),
        "states": list(page.states()),
        "sections": [
            *page.sections(),
            *(_BESIDE[doc.doctype](doc) if doc.doctype in _BESIDE else ()),
            *signature_sections(doc),
        ],
        "pictures": list(page.pictures()),
        "story": [{"at": format_datetime(told.at), "text": escape_html(told.text)} for told in tell(doc)],
        "printed": _("Printed by {0} on {1}").format(get_fullname(), format_datetime(now_datetime())),
    }


def record_parts(doc: Document) -> dict[str, Any]:
    """Any record of the app as part of a longer paper: {title, states, sections} as `quality_record_sheet` has them."""
    page = _Page(doc)
    return {
        "title": page.title(),
        "states": list(page.states()),
        "sections": [*page.sections(), *(_BESIDE[doc.doctype](doc) if doc.doctype in _BESIDE else ())],
    }


class _Page:
    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self._shown = _printable(doc)
        self._names = values_of("User", self._users(), "full_name")

    def title(self) -> str:
        """Empty where it is no field of its own, or closed to the reader."""
        field = self.doc.meta.get_field(self.doc.meta.get_title_field())
        return self.value(self.doc, field) if field and field.fieldname in self._shown else ""

    def states(self) -> Iterator[str]:
        """Where it stands, as itself; the others with their labels."""
        for at, fieldname in enumerate(STATES.get(self.doc.doctype, ())):
            field = self.doc.meta.get_field(fieldname)
            if fieldname in self._shown and (said := self.value(self.doc, field)):
                label = escape_html(_(field.label, context=self.doc.doctype))
                yield _("{0}: {1}").format(label, said) if at else said

    def value(self, row: BaseDocument, field: Any) -> str:
        """A value as markup; empty for what says nothing."""
        value = row.get(field.fieldname)
        if value in (None, "") or (
            not value and field.fieldtype in _EMPTY_AS_ZERO and not _tells_zero(row, field)
        ):
            return ""
        if field.fieldtype == "Check":
            return _("Yes")
        if field.options == "User":
            return escape_html(self._names.get(value) or value)
        if is_shipped_word(field) or field.options in _NAMED_BY_FRAMEWORK:
            return escape_html(_(value))
        if field.fieldname == "sha256":
            return f"{escape_html(value[:_SHA_SHOWN])}…"
        shown = row.get_formatted(field.fieldname)
        return shown if isinstance(shown, str) else str(shown)

    def sections(self) -> Iterator[dict[str, Any]]:
        """Those of the form that hold something; one without a title of its own goes on with the one before."""
        section = _empty("")
        for field in self.doc.meta.fields:
            if field.fieldtype in ("Tab Break", "Section Break") and field.label:
                if _holds(section):
                    yield section
                section = _empty(_(field.label, context=self.doc.doctype))
            elif self._is_printed(field):
                self._add(section, field)
        if _holds(section):
            yield section

    def pictures(self) -> Iterator[dict[str, str]]:
        """Photos among the evidence, those that were struck out left out."""
        rows = self.doc.get("evidence") or () if "evidence" in self._shown else ()
        kept = [row for row in rows if row.file and not row.get("struck_out") and is_picture(row.file)]
        for row in kept[:MOST_PICTURES]:
            yield {"picture": attached(row.file), "caption": escape_html(row.caption or "")}

    def _add(self, section: dict[str, Any], field: Any) -> None:
        label = without_unit(
            _(field.label or "", context=self.doc.doctype), self.doc.doctype, field.fieldname
        )
        if field.fieldtype == "Table":
            if table := self._table(field, label):
                section["tables"].append(table)
        elif said := self.value(self.doc, field):
            part = "texts" if field.fieldtype in _WIDE else "facts"
            section[part].append({"label": label, "value": said})

    def _table(self, field: Any, label: str) -> dict[str, Any] | None:
        rows = self.doc.get(field.fieldname)
        if not rows:
            return None
        meta = frappe.get_meta(field.options)
        names = COLUMNS.get(field.options) or [each.fieldname for each in meta.fields if each.in_list_view]
        columns = [meta.get_field(name) for name in names]
        # A column that holds nothing takes the room of those that do.
        filled = [each for each in columns if any(self.value(row, each) for row in rows)]
        return {
            "title": label,
            "heads": [
                without_unit(_(each.label, context=field.options), field.options, each.fieldname)
                for each in filled
            ],
            "rows": [[self._cell(row, each) for each in filled] for row in rows],
        }

    def _cell(self, row: BaseDocument, field: Any) -> str:
        shown = self.value(row, field)
        if field.fieldtype == "Attach" and shown:
            shown = escape_html(row.get(field.fieldname).rsplit("/", 1)[-1])
        return f"<s>{shown}</s>" if shown and row.get("struck_out") else shown

    def _is_printed(self, field: Any) -> bool:
        if field.hidden or field.print_hide or field.fieldname not in self._shown:
            return False
        if field.fieldtype == "Table":
            return field.fieldname not in TABLES_LEFT_OUT
        if field.fieldname in ONLY_WITH.get(self.doc.doctype, {}) and not _tells_zero(self.doc, field):
            return False
        return field.fieldtype in _SHOWN and field.fieldname not in LEFT_OUT.get(self.doc.doctype, ())

    def _users(self) -> Iterator[str]:
        for row in (self.doc, *self.doc.get_all_children()):
            for field in row.meta.fields:
                if field.options == "User" and row.get(field.fieldname):
                    yield row.get(field.fieldname)


def _printable(doc: Document) -> set[str]:
    """Fields the reader may see. Who holds a link with a key that the print view has checked is no user: they see what
    needs no permission level, as in the framework's own format."""
    if frappe.session.user == "Guest" and frappe.form_dict.get("key"):
        return {field.fieldname for field in doc.meta.fields if not field.permlevel}
    return readable_of(doc.doctype)


def _tells_zero(row: BaseDocument, field: Any) -> bool:
    """Whether a zero of the field says something: the best that a CAPA can bring about is none at all."""
    name, wanted = ONLY_WITH.get(row.doctype, {}).get(field.fieldname, (None, None))
    return bool(name and row.get(name) and wanted in (None, row.get(name)))


def _empty(title: str) -> dict[str, Any]:
    return {"title": title, "facts": [], "texts": [], "tables": []}


def _holds(section: dict[str, Any]) -> bool:
    return bool(section["facts"] or section["texts"] or section["tables"])
