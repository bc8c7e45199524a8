"""The tables of a review as XLSX: a sheet for the numbers and one for each table, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import openpyxl
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import getdate
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from complaint_qms.services.record.labels import word
from complaint_qms.services.review.making import sections_of
from complaint_qms.tabular.rows import guarded

_LONGEST: Final = 31
"""Letters of a sheet's name."""
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDTHS: Final = (10, 60)
_OWN: Final = "own"
"""Type of a column that holds what the app wrote: a change such as “+4 %” needs no guard against being a formula."""
_FORMATS: Final = {"Int": "#,##0", "Percent": "0.0", "Float": "#,##0.00", "Currency": "#,##0.00", "Date": "yyyy-mm-dd"}  # fmt: skip


def review_workbook(doc: Document) -> bytes:
    """The workbook in the language of the review."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    with print_language(doc.language or "en"):
        sheets = list(_sheets(doc))
    for title, heads, types, rows in sheets:
        sheet = book.create_sheet(_free(title, taken))
        sheet.append([_safe(one) for one in heads])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for row in rows:
            sheet.append([_typed(value, kind) for value, kind in zip(row, types, strict=True)])
            for cell, kind in zip(sheet[sheet.max_row], types, strict=True):
                cell.number_format = _FORMATS.get(kind, "General")
        sheet.freeze_panes = "A2"
        for at, column in enumerate(zip(heads, *rows, strict=True), start=1):
            width = max((len(str(one)) for one in column if one is not None), default=0) + 2
            sheet.column_dimensions[get_column_letter(at)].width = min(max(width, _WIDTHS[0]), _WIDTHS[1])
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _sheets(doc: Document) -> Iterator[tuple[str, list[str], list[str], list[list[Any]]]]:
    """Name, headings, types of the columns, rows."""
    sections = sections_of(doc)
    numbers = [[one.get("title", ""), number["label"], number["value"], number.get("change", ""), number["definition"]] for one in sections for number in one.get("numbers", ())]  # fmt: skip
    yield (
        _("Numbers", context="Management Review"),
        [
            _("Section", context="Management Review"),
            _("Number", context="Management Review"),
            _("Value"),
            _("Change"),
            _("Definition"),
        ],
        ["Data", "Data", "Data", _OWN, "Data"],
        numbers,
    )
    for number, one in enumerate(sections, start=1):
        for table in one.get("tables", ()):
            yield (
                f"{number} {table['title'] or one['title']}",
                [column["label"] for column in table["columns"]],
                [column["type"] for column in table["columns"]],
                table["rows"],
            )
        if chart := one.get("chart"):
            series = chart["series"]
            rows = [
                [label, *(each["values"][at] for each in series)] for at, label in enumerate(chart["labels"])
            ]
            told = _("{0} (chart)")
            yield told.format(_cut(f"{number} {one['title']}", _LONGEST - len(told) + len("{0}"))), ["", *[each["name"] for each in series]], ["Data", *["Float"] * len(series)], rows  # fmt: skip
    comments = [
        [one.get("title", ""), ", ".join(one.get("clauses", ())), one["commentary"]] for one in sections
    ]
    yield (
        _("Comments", context="Management Review"),
        [_("Section", context="Management Review"), _("Clauses"), _("Comment", context="Management Review")],
        ["Data"] * 3,
        comments,
    )
    heads = [
        _("Decision or Action"),
        _("Responsible", context="Management Review"),
        _("Due Date"),
        _("Status"),
        _("CAPA"),
    ]
    actions = [[row.action, row.responsible, row.due_date and str(row.due_date), word(row.status), row.capa] for row in doc.actions]  # fmt: skip
    yield _("Decisions and Actions"), heads, ["Data", "Data", "Date", "Data", "Data"], actions


def _free(title: str, taken: set[str]) -> str:
    """A name that a sheet may have and none has yet."""
    plain = _cut(" ".join(title.translate(_FORBIDDEN).split()), _LONGEST) or "1"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _LONGEST - len(str(number)) - 1]} {number}"
    taken.add(name.casefold())
    return name


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _typed(value: Any, kind: str) -> Any:
    if kind == _OWN:
        return value
    if kind == "Date" and value:
        return getdate(value)
    return _safe(value) if isinstance(value, str) else value


def _safe(text: str) -> str:
    """No spreadsheet takes it for a formula, and it holds no sign that a workbook cannot."""
    return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", guarded(text))
