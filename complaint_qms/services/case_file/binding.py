"""The document: cover, contents with pages, chapters, and photos and PDFs as pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cstr, fmt_money, format_datetime, get_fullname, get_system_timezone
from frappe.www.printview import get_letter_head
from pypdf import PageObject, PdfReader, PdfWriter

from complaint_qms.constants.case_file import CHAPTERS
from complaint_qms.services.case_file.chapters import TITLES, Part, markup
from complaint_qms.services.case_file.files import CaseFile
from complaint_qms.services.case_file.paper import Paper
from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.case_file.shown_files import ShownFile, add_pages, shown_files
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import readable_of

FRONT: Final = "templates/print/case_file_front.html"
_ROWS: Final = 100
UNKNOWN_PAGE: Final = 9999
"""Stands where a page will, for the lines to break as they will."""
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Bound:
    """A document: its pages, and the files of which some page could not be read."""

    pages: int
    unread: list[CaseFile]


class Binder:
    """Binds the file of a record.

    Args:
        folder: for what is laid out before it is bound.
        made_at: moment of its making, in the time of the site.
    """

    def __init__(self, folder: Path, records: CaseRecords, files: list[CaseFile], made_at: Any) -> None:
        self.records, self.files, self.made_at = records, files, made_at
        doc = records.subject
        self.paper = Paper(folder, f"{doc.name} · {_('Whole File')} · {format_datetime(made_at)}")
        self._folder = folder

    def bind(self, parts: list[Part], path: Path, progress: Progress) -> Bound:
        """Lay everything out, and write the document.

        Args:
            progress: is told how much is done, from 0 to 1.
        """
        shown, reasons = shown_files(self.files)
        number = len(CHAPTERS)
        headings = [*parts, Part(number, TITLES["files"](), "")]
        at = 1 + self.paper.count([self._front(headings, [UNKNOWN_PAGE] * len(headings), 0)])
        begins = []
        for is_empty, found in groupby(parts, key=attrgetter("is_empty")):
            some = list(found)
            for pieces in (
                [["".join(one.pieces[0] for one in some)]] if is_empty else [one.pieces for one in some]
            ):
                begins += [at] * (len(some) if is_empty else 1)
                at += self.paper.lay(pieces, at)
                progress(0.6 * len(begins) / len(parts))
        begins.append(at)
        first = _first_pages(shown, at + self.paper.count(self._list(number, shown, reasons, {})))
        list_pages = self.paper.lay(self._list(number, shown, reasons, first), at)
        laid = self.paper.bound()
        pages = at + list_pages - 1 + sum(one.pages for one in shown)
        self.paper.lay([self._front(headings, begins, pages)], 1)
        front = self.paper.bound()
        progress(0.7)
        writer = PdfWriter()
        for one in (*front, *laid):
            writer.append(str(one), import_outline=False)
        add_outline(writer, headings, begins)
        unread = self._add_files(writer, shown, first, pages, progress)
        subject = f"{self.records.subject.name} · {_('Whole File')}"
        writer.add_metadata({"/Title": subject, "/Author": get_fullname(), "/Producer": "Complaint QMS"})
        with path.open("wb") as file:
            writer.write(file)
        writer.close()
        return Bound(pages, unread)

    def _add_files(self, writer: PdfWriter, shown: list[ShownFile], first: dict[int, int], pages: int, progress: Progress) -> list[CaseFile]:  # fmt: skip
        if not shown:
            return []
        path, unread = self._folder / "strips.pdf", []
        unreadable = ("", _("This page could not be shown. The file is in the archive."))
        self.paper.strips([*_strip_texts(shown, first, pages), unreadable], path)
        *strip_pages, notice = PdfReader(str(path)).pages
        strips: Iterator[PageObject] = iter(strip_pages)
        for done, one in enumerate(shown, start=1):
            begin = len(writer.pages)
            if not add_pages(writer, one, strips, notice):
                unread.append(one.file)
            writer.add_outline_item(f"{one.file.number}  {one.file.file_name}", begin)
            progress(0.7 + 0.3 * done / len(shown))
        return unread

    def _front(self, headings: list[Part], begins: list[int], pages: int) -> str:
        lines = []
        for part, page in zip(headings, begins, strict=True):
            if part.heading:
                lines.append({"number": part.chapter, "title": part.heading, "page": page})
            if part.title:
                lines.append({"number": "", "title": part.title, "page": page})
        doc, letter_head = self.records.subject, get_letter_head(self.records.subject, 0)
        return frappe.render_template(
            FRONT,
            {
                "page": {
                    "letter_head": letter_head.get("content") or "",
                    "kind": _("Whole File of a Complaint"),
                    "name": doc.name,
                    "title": doc.subject or "" if "subject" in readable_of("Complaint") else "",
                    "facts": [*self._facts(pages)],
                    "note": _("It holds what the person who had it made may read. The archive that belongs to it has all files, all records as data and the entries of the audit trail, and can be checked without this site."),
                    "contents": _("Contents"),
                    "lines": lines,
                }
            },
        )  # fmt: skip

    def _facts(self, pages: int) -> Iterator[dict[str, str]]:
        doc, readable = self.records.subject, readable_of("Complaint")
        for name in ("company", "customer", "item_code", "batch_no", "serial_no", "received_at", "stage"):
            if name in readable and doc.get(name):
                value = word(doc.stage) if name == "stage" else doc.get_formatted(name)
                yield {"label": _(doc.meta.get_label(name), context="Complaint"), "value": cstr(value)}
        yield {"label": _("Made By"), "value": get_fullname()}
        yield {"label": _("Made At"), "value": format_datetime(self.made_at)}
        yield {"label": _("Time Zone"), "value": get_system_timezone()}
        yield {"label": _("Records"), "value": str(len(self.records.pairs()))}
        yield {"label": _("Files", context="Complaint"), "value": str(len(self.files))}
        yield {"label": _("Pages"), "value": str(pages or UNKNOWN_PAGE)}

    def _list(self, number: int, shown: list[ShownFile], reasons: dict[int, str], first: dict[int, int]) -> list[str]:  # fmt: skip
        """The list of files, with the pages that show them."""
        heading = {"heading": TITLES["files"](), "number": number}
        if not self.files:
            return [markup(**heading, told=[_("None.")])]
        of = {one.file.number: one for one in shown}
        rows = []
        for file in self.files:
            where = reasons.get(file.number, "")
            if one := of.get(file.number):
                where = _("Page {0}", context="Complaint").format(first.get(file.number, UNKNOWN_PAGE))
                if one.pages < one.whole:
                    some = _("{0} of {1} pages", context="Complaint").format(one.pages, one.whole)
                    where = f"{where} ({some})"
            if file.differs and file.path:
                where = " · ".join((where, _("Other bytes than were recorded")))
            rows.append(
                (
                    file.number,
                    file.file_name,
                    f"{_(file.about[0])} {file.about[1]}",
                    format_datetime(file.at),
                    fmt_money(file.size, precision=0),
                    file.sha256 or file.recorded,
                    where,
                )
            )
        heads = [
            "",
            _("File"),
            _("Document"),
            _("Added At"),
            _("Bytes", context="Complaint"),
            "SHA-256",
            _("Shown", context="Complaint"),
        ]
        widths = [4, 20, 16, 12, 9, 26, 13]
        pieces = []
        for start in range(0, len(rows), _ROWS):
            table = {"heads": heads, "widths": widths, "rows": rows[start : start + _ROWS], "mono": 5}
            pieces.append(markup(**(heading if not start else {}), table=table))
        return pieces


def add_outline(writer: PdfWriter, headings: list[Part], begins: list[int]) -> None:
    """Bookmarks of a document.

    Args:
        begins: page of each heading, from 1.
    """
    parent = None
    for part, page in zip(headings, begins, strict=True):
        if part.heading:
            parent = writer.add_outline_item(f"{part.chapter}  {part.heading}", page - 1)
        if part.title:
            writer.add_outline_item(part.title, page - 1, parent=parent)


def _first_pages(shown: list[ShownFile], at: int) -> dict[int, int]:
    found = {}
    for one in shown:
        found[one.file.number] = at
        at += one.pages
    return found


def _strip_texts(shown: list[ShownFile], first: dict[int, int], pages: int) -> Iterator[tuple[str, str]]:
    for one in shown:
        for at in range(one.pages):
            name = one.file.file_name if len(one.file.file_name) < 80 else f"{one.file.file_name[:78]}…"
            said = _("File {0}: {1}, page {2} of {3}").format(one.file.number, name, at + 1, one.whole)
            yield said, _("Page {0} of {1}", context="Complaint").format(first[one.file.number] + at, pages)
