"""The document: cover with what was asked, contents with pages, chapters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import format_datetime, get_fullname, get_system_timezone
from frappe.www.printview import get_letter_head
from pypdf import PdfWriter

from complaint_qms.services.case_file.binding import FRONT, UNKNOWN_PAGE, add_outline
from complaint_qms.services.case_file.chapters import Part
from complaint_qms.services.case_file.paper import Paper
from complaint_qms.services.inspection.chapters import IndexContent, index_parts
from complaint_qms.services.inspection.scope import InspectionScope

_STYLE: Final = "@page { size: A4 landscape; margin: 15mm 12mm 14mm } .cover { height: 210mm; padding-top: 14mm } .cover .head { min-height: 16mm; margin-bottom: 8mm } .cover dl { margin-top: 8mm } .rows { font-size: 7.6pt } .rows td { white-space: pre-line }"


def bind_index(scope: InspectionScope, content: IndexContent, folder: Path, path: Path) -> int:
    """Write the document; how many pages it has.

    Args:
        folder: for what is laid out before it is bound.
    """
    paper = Paper(
        folder, f"{_('Index of Complaints for an Inspection')} · {format_datetime(content.now)}", _STYLE
    )
    parts = list(index_parts(content))
    at = 1 + paper.count([_front(scope, content, parts, [UNKNOWN_PAGE] * len(parts), 0)])
    begins = []
    for part in parts:
        begins.append(at)
        at += paper.lay(part.pieces, at)
    laid, pages = paper.bound(), at - 1
    paper.lay([_front(scope, content, parts, begins, pages)], 1)
    writer = PdfWriter()
    for one in (*paper.bound(), *laid):
        writer.append(str(one), import_outline=False)
    add_outline(writer, parts, begins)
    writer.add_metadata({"/Title": _("Inspector's Index"), "/Author": get_fullname(), "/Producer": "Complaint QMS"})  # fmt: skip
    with path.open("wb") as file:
        writer.write(file)
    writer.close()
    return pages


def _front(scope: InspectionScope, content: IndexContent, parts: list[Part], begins: list[int], pages: int) -> str:  # fmt: skip
    lines = [{"number": part.chapter, "title": part.heading, "page": page} for part, page in zip(parts, begins, strict=True)]  # fmt: skip
    page = {
        "letter_head": get_letter_head(frappe._dict(), 0).get("content") or "",
        "kind": _("Index of Complaints for an Inspection"),
        "name": _("Inspector's Index"),
        "title": scope.sentence(),
        "facts": [{"label": label, "value": value} for label, value in _facts(scope, content, pages)],
        "note": _("It lists what the person who had it made may see. Complaints and records that are closed to them are neither listed nor counted."),
        "contents": _("Contents"),
        "lines": lines,
    }  # fmt: skip
    return frappe.render_template(FRONT, {"page": page})


def _facts(scope: InspectionScope, content: IndexContent, pages: int) -> Iterator[tuple[str, Any]]:
    yield from scope.told()
    yield _("Made By"), get_fullname()
    yield _("Made At"), format_datetime(content.now)
    yield _("Time Zone"), get_system_timezone()
    yield _("Complaints"), str(len(content.rows))
    yield _("Pages"), str(pages or UNKNOWN_PAGE)
