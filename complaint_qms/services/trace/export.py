"""The picture of a genealogy as a table, as CSV, and on paper with the table below it."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import format_datetime, get_fullname, now_datetime
from frappe.utils.pdf import get_pdf

from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.trace.labels import WAYS, quantity_text
from complaint_qms.services.trace.picture import LOT, SUPPLIER
from complaint_qms.services.trace.report import REPORT
from complaint_qms.tabular.rows import guarded

MOST_BYTES: Final = 12_000_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PREFIX: Final = "data:image/png;base64,"
_TEMPLATE: Final = "complaint_qms/templates/print/genealogy_picture.html"


def flow_rows(picture: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each edge and lot: from what, to what, how much of which."""
    nodes = {node["id"]: node for node in picture["nodes"]}
    rows = []
    for edge in picture["edges"]:
        ends = [nodes[edge["source"]], nodes[edge["target"]]]
        # Goods that came back went the other way.
        source, target = reversed(ends) if edge["back"] else ends
        rows += [
            {
                "from_kind": source["kind"],
                "from": _named(source),
                "to_kind": target["kind"],
                "to": _named(target),
                "lot": one["lot"],
                "item_code": one["item_code"],
                "item_name": one["item_name"],
                "qty": one["qty"],
                "uom": _unit(one),
                "date": source["date"] or target["date"],
                "on_path": edge["on_path"],
            }
            for one in edge["quantities"]
        ]
    return rows


def lot_rows(picture: dict[str, Any]) -> list[dict[str, Any]]:
    """Lots with what came in and what became of it, those that were asked about first."""
    tracked = [node for node in picture["nodes"] if node["type"] == LOT and "equation" in node]
    return sorted(tracked, key=lambda node: not node["is_start"])


def as_csv(picture: dict[str, Any]) -> bytes:
    """Both tables, one below the other; no cell of it is a formula, and spreadsheets read it as Unicode."""
    text = io.StringIO()
    written = csv.writer(text)
    written.writerow(
        [_("From Type"), _("From"), _("To Type"), _("To"), _("Batch or Serial No"), _("Item"), _("Item Name"), _("Quantity"), _("UOM"), _("Date")]
    )  # fmt: skip
    for row in flow_rows(picture):
        named = [row[key] for key in ("from_kind", "from", "to_kind", "to", "lot", "item_code", "item_name")]
        written.writerow([*map(guarded, named), row["qty"], guarded(row["uom"]), row["date"] or ""])
    written.writerow([])
    written.writerow(
        [_("Batch or Serial No"), _("Item"), _("Item Name"), _("On Hand"), _("On Its Record"), _("Difference in Quantity"), _("UOM"), _("In and Out"), _("Explanation"), _("Marks")]
    )  # fmt: skip
    for node in lot_rows(picture):
        marks = ", ".join(mark["label"] for mark in node["marks"])
        recorded = "" if node["recorded"] is None else node["recorded"]
        named = [guarded(node[key]) for key in ("title", "item_code", "item_name")]
        figures = [node["on_hand"], recorded, node["difference"], guarded(_unit(node))]
        written.writerow([*named, *figures, *map(guarded, (node["equation"], node["explanation"], marks))])
    return text.getvalue().encode("utf-8-sig")


def as_pdf(picture: dict[str, Any], title: str, drawing: str, asked: Sequence[str] = ()) -> bytes:
    """On paper, by the framework's own way to PDF.

    Args:
        drawing: what the desk has drawn, a PNG as a data address; empty for the tables alone.
        asked: what was asked, a line each.
    """
    told = {
        "heading": _(REPORT),
        "title": title,
        "drawing": _checked(drawing),
        "flows": flow_rows(picture),
        "lots": lot_rows(picture),
        "notes": picture["notes"],
        "asked": asked,
        "printed": _("Printed by {0} on {1}").format(get_fullname(), format_datetime(now_datetime())),
        "quantity_text": quantity_text,
        "lang": frappe.local.lang,
    }
    html = frappe.get_template(_TEMPLATE).render(told)
    return get_pdf(html, {"orientation": "Landscape", "page-size": "A4"})


def asked_lines(kind: str, name: str, way: str, supplier: str) -> list[str]:
    """What a picture was made of, for who has the paper alone: direction, supplier, company."""
    meta = frappe.get_meta(kind) if frappe.db.exists("DocType", kind) else None
    company = frappe.db.get_value(kind, name, "company") if meta and meta.has_field("company") else ""
    told = {_("Direction"): WAYS[way](), _("Supplier"): supplier, _("Company"): company}
    return [f"{label}: {value}" for label, value in told.items() if value]


def _named(node: dict[str, Any]) -> str:
    """A supplier goes with the number that it gave what it sent."""
    return " · ".join(filter(None, (node["title"], node["subtitle"] if node["type"] == SUPPLIER else "")))


def _unit(told: dict[str, Any]) -> str:
    unit = told["uom"]
    return _(unit)


def _checked(drawing: str) -> str:
    """The drawing again, written anew from its bytes, so that nothing else than a PNG comes onto the page."""
    if not drawing:
        return ""
    try:
        content = base64.b64decode(drawing.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not drawing.startswith(_PREFIX) or not content.startswith(_PNG):
        refuse(_("“drawing” has to be a PNG picture as a data address."))
    if len(content) > MOST_BYTES:
        refuse(_("The drawing is too large. Collapse a part of it, or leave it out."))
    return _PREFIX + base64.b64encode(content).decode()
