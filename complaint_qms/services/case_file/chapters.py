"""The file of a record as chapters of parts, each a piece of markup in the present language that begins on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import create_batch, format_datetime

from complaint_qms.constants.case_file import CHAPTERS, SECRETS
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.case_file.talk import SaidThing
from complaint_qms.services.case_file.trail import CaseTrail
from complaint_qms.services.paper.sheet import record_parts
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.story.tell import tell
from complaint_qms.services.trace.answer import picture_answer
from complaint_qms.services.trace.export import flow_rows, lot_rows
from complaint_qms.services.trace.labels import quantity_text
from complaint_qms.services.trace.report import check_may_trace

_TEMPLATE: Final = "templates/print/case_file_part.html"
_ROWS: Final = 150
"""Rows of a table that are laid out at a time: what a thousand take grows faster than they do."""
_REFUSED: Final = (frappe.PermissionError, frappe.ValidationError)

TITLES: Final[dict[str, Callable[[], str]]] = {
    "complaint": lambda: _("Complaint"),
    "messages": lambda: _("Messages and Calls"),
    "genealogy": lambda: _("Genealogy"),
    "investigation": lambda: _("Investigation"),
    "root_cause": lambda: _("Root Cause"),
    "containment": lambda: _("Containment and Field Actions"),
    "capa": lambda: _("CAPA"),
    "settlement": lambda: _("Settlement"),
    "reportability": lambda: _("Reportability"),
    "survey": lambda: _("What the Customer Says About It"),
    "signatures": lambda: _("Signatures", context="Complaint"),
    "trail": lambda: _("Audit Trail"),
    "files": lambda: _("Files", context="Complaint"),
}


@dataclass(frozen=True)
class Part:
    """What begins on a page of its own.

    Attributes:
        chapter: number of its chapter.
        heading: of the chapter, where it is the first of it; else empty.
        title: its own, in the contents; empty for none.
        pieces: markup that is laid out piece by piece, one behind the other.
    is_empty: there is nothing in its chapter: it shares a page with others of the kind.
    """

    chapter: int
    heading: str
    title: str
    pieces: list[str] = field(default_factory=list)
    is_empty: bool = False


def case_parts(records: CaseRecords, talk: list[SaidThing], signatures: list[dict[str, Any]], trail: CaseTrail) -> Iterator[Part]:  # fmt: skip
    """All chapters but that of the files, whose list names pages. A chapter without anything says so."""
    tables: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "messages": lambda: _messages(talk),
        "genealogy": lambda: _genealogy(records.subject),
        "signatures": lambda: _signatures(signatures),
        "trail": lambda: _trail(records.subject, trail),
    }
    for number, (key, kinds) in enumerate(CHAPTERS.items(), start=1):
        if key == "files":
            continue
        heading = TITLES[key]()
        if key in tables:
            bodies = tables[key]()
            bodies[0] = {"heading": heading, "number": number, **bodies[0]}
            yield Part(number, heading, "", _joined(bodies), bodies[0].get("told") == [_("None.")])
            continue
        closed = [_(kind) for kind in kinds if kind in records.closed]
        shown = False
        for doc in records.documents(kinds):
            is_first = not shown
            shown = True
            about = {"heading": heading, "number": number} if is_first else {}
            title = f"{_(doc.doctype)} {doc.name}"
            yield Part(number, heading if is_first else "", title, [markup(**about, record=title, **_record(doc))])  # fmt: skip
        if not shown:
            said = _("You may not read: {0}").format(comma_list(closed)) if closed else _("None.")
            yield Part(
                number, heading, "", [markup(heading=heading, number=number, told=[said])], is_empty=True
            )


def markup(**page: Any) -> str:
    """A piece of the document: heading, number, record, title, states, sections, told, messages, table {heads, widths, rows}. What is not
    markup already is escaped by the template."""
    return frappe.render_template(_TEMPLATE, {"page": page})


def _joined(bodies: list[dict[str, Any]]) -> list[str]:
    """Markup of bodies, small ones together."""
    pieces, rows = [], 0
    for one in bodies:
        more = len(one.get("table", {}).get("rows", one.get("messages", ())))
        if pieces and rows + more <= _ROWS:
            pieces[-1] += markup(**one)
            rows += more
        else:
            pieces.append(markup(**one))
            rows = more
    return pieces


def _record(doc: Document) -> dict[str, Any]:
    parts = record_parts(doc)
    labels = {
        _(one.label, context=doc.doctype) for one in doc.meta.fields if one.fieldname in SECRETS and one.label
    }
    for section in parts["sections"]:
        section["facts"] = [fact for fact in section["facts"] if fact["label"] not in labels]
    return parts


def _messages(talk: list[SaidThing]) -> list[dict[str, Any]]:
    rows = [
        {
            "at": format_datetime(one.at),
            "way": one.way(),
            "sender": one.sender,
            "recipients": comma_list(filter(None, (one.recipients, one.cc))),
            "subject": one.subject,
            "about": f"{_(one.about[0])} {one.about[1]}",
            "lines": one.shown_text().split("\n"),
        }
        for one in talk
    ]
    return [{"messages": list(some)} for some in create_batch(rows, _ROWS)] or [{"told": [_("None.")]}]


def _genealogy(doc: Document) -> list[dict[str, Any]]:
    try:
        with messages_dropped_on(*_REFUSED):
            check_may_trace()
            picture = picture_answer("Complaint", doc.name, "both")
    except _REFUSED as error:
        return [{"told": [str(error)]}]
    flows = [
        (
            f"{one['from_kind']} {one['from']}",
            f"{one['to_kind']} {one['to']}",
            one["lot"] or "",
            comma_list(dict.fromkeys(filter(None, (one["item_code"], one["item_name"])))),
            f"{quantity_text(one['qty'])} {_(one['uom'] or '')}".strip(),
            one["date"] or "",
        )
        for one in flow_rows(picture)
    ]
    heads = [_("From"), _("To"), _("Batch"), _("Item"), _("Quantity"), _("Date")]
    found = _tables(heads, [23, 23, 14, 18, 12, 10], flows)
    lots = [
        (
            one["title"],
            comma_list(dict.fromkeys(filter(None, (one["item_code"], one["item_name"])))),
            one["equation"] or "",
            comma_list(mark["label"] for mark in one["marks"]),
        )
        for one in lot_rows(picture)
    ]
    found += _tables([_("Batch"), _("Item"), _("Quantities"), _("Marks")], [20, 24, 36, 20], lots)
    if notes := list(picture["notes"]):
        found.append({"told": [str(note) for note in notes]})
    return found or [{"told": [_("Nothing is known of what it was made of and where it went.")]}]


def _signatures(signatures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [
        (
            one["name"],
            one["meaning"],
            one["at"],
            f"{_(one['doctype'])} {one['document']}",
            _("Holds", context="Complaint")
            if one["holds"]
            else _("No longer holds: the record was changed after"),
        )
        for one in signatures
    ]
    heads = [
        _("Signed By"),
        _("Meaning", context="Complaint"),
        _("Signed At"),
        _("Document"),
        _("State", context="Complaint"),
    ]
    return _tables(heads, [20, 22, 20, 18, 20], rows) or [{"told": [_("None.")]}]


def _trail(doc: Document, trail: CaseTrail) -> list[dict[str, Any]]:
    if trail.is_closed:
        story = [(format_datetime(one.at), one.text) for one in tell(doc)]
        told = {"told": [_("You may not read the audit trail. This is the history of the complaint.")]}
        return [told, *_tables([_("Time"), _("What Happened")], [20, 80], story)]
    rows = [(one["at"], one["by"], one["kind"], one["about"], one["text"]) for one in trail.told()]
    heads = [_("Time"), _("User"), _("Kind"), _("Document"), _("What Happened")]
    return _tables(heads, [12, 15, 9, 15, 49], rows) or [{"told": [_("None.")]}]


def _tables(heads: list[str], widths: list[int], rows: list[tuple]) -> list[dict[str, Any]]:
    return [{"table": {"heads": heads, "widths": widths, "rows": list(some)}} for some in create_batch(rows, _ROWS)]  # fmt: skip
