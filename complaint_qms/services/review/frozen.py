"""What a report shows, as data that stays as it is: numbers with their definitions, tables, a chart, and what it says in words.

All of it is JSON, in the language it was made in, so that a review tells years later what its readers saw.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from frappe import _
from frappe.utils import cint, flt, fmt_money, formatdate, strip_html

from complaint_qms.services.reporting.columns import PERCENT_PLACES

MOST_ROWS: Final = 12
"""Lines of a table: what fits a page."""
_NUMBERS: Final = ("Int", "Float", "Percent", "Currency")
_MOST_LABELS: Final = 24


def frozen_number(card: Mapping[str, Any]) -> dict[str, str]:
    """A number above a report: {label, value, definition}."""
    value = card["value"]
    shown = fmt_money(value, precision=0) if card.get("datatype") == "Int" and value is not None else value
    return {
        "label": card["label"],
        "value": "–" if shown in (None, "") else str(shown),
        "definition": card.get("definition", ""),
    }


def frozen_table(title: str, columns: Iterable[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], fields: Sequence[str], most: int = MOST_ROWS) -> dict[str, Any]:  # fmt: skip
    """The first rows of a report's table: {title, columns: [{label, type, places, definition}], rows: [[cell]], left_out}.

    Args:
        fields: columns that are kept, in their order; those that the report does not have are left out.
    """
    there = {one["fieldname"]: one for one in columns}
    kept = [there[name] for name in fields if name in there]
    return {
        "title": title,
        "columns": [
            {
                "label": one["label"],
                "type": one["fieldtype"],
                "places": cint(one.get("precision", 2)),
                "definition": one.get("definition", ""),
            }
            for one in kept
        ],
        "rows": [[_cell(row.get(one["fieldname"])) for one in kept] for row in rows[:most]],
        "left_out": max(len(rows) - most, 0),
    }


def frozen_chart(chart: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A report's chart: {labels, series: [{name, values, line}], stacked, mark: {label, value} or None, colors}."""
    if not chart:
        return None
    data, kind = chart["data"], chart.get("type", "bar")
    mark = next(iter(data.get("yMarkers", ())), None)
    return {
        "labels": [str(one) for one in data["labels"][:_MOST_LABELS]],
        "series": [
            {
                "name": one["name"],
                "values": [None if value is None else flt(value) for value in one["values"][:_MOST_LABELS]],
                "line": (one.get("chartType") or kind) == "line",
            }
            for one in data["datasets"]
        ],
        "stacked": bool(chart.get("barOptions", {}).get("stacked")),
        "mark": mark and {"label": mark["label"], "value": flt(mark["value"])},
        "colors": list(chart.get("colors", ())),
    }


def told_plainly(message: str | None) -> list[str]:
    """The sentences of a report's message, without markup."""
    paragraphs = (message or "").replace("</p>", "\n").split("\n")
    said = (html.unescape(strip_html(one)).strip() for one in paragraphs)
    return [one for one in said if one]


def cell_text(value: Any, column: Mapping[str, Any]) -> str:
    """A cell for a reader, in the present language."""
    if value is None or value == "":
        return "–" if column["type"] in _NUMBERS else ""
    if column["type"] == "Int":
        return fmt_money(value, precision=0)
    if column["type"] == "Percent":
        return f"{fmt_money(value, precision=PERCENT_PLACES)} %"
    if column["type"] in ("Float", "Currency"):
        return fmt_money(value, precision=column["places"])
    return formatdate(value) if column["type"] == "Date" else str(value)


def is_number(column: Mapping[str, Any]) -> bool:
    """Whether a column stands to the right."""
    return column["type"] in _NUMBERS


def left_out_text(table: Mapping[str, Any]) -> str:
    """What a table says of the lines that it does not show."""
    if not table.get("left_out"):
        return ""
    return _("The first {0} lines; the report shows {1} more.").format(len(table["rows"]), table["left_out"])


def _cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return str(value)
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | float | str) else str(value)
