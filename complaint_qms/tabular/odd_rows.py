"""Rows without a date that are no complaint at all: what the rows above add up to, and the headings once more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from complaint_qms.engine.message import Message
from complaint_qms.tabular.heading_names import fold_heading
from complaint_qms.tabular.problems import problem

_TOTALS = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "sub total",
        "subtotal",
        "sum",
        "overall",
        "gesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "summe",
        "zwischensumme",
        "endsumme",
        "ergebnis",
        "total general",
        "sous total",
        "somme",
        "total geral",
        "soma",
        "suma",
        "合计",
        "总计",
        "小计",
        "总和",
        "汇总",
        "共计",
        "合計",
        "総計",
        "小計",
        "총계",
        "합계",
        "итого",
    ]
)
_FIGURES = re.compile(r"[\d.,%]+")


def odd_row(cells: Sequence[str], headings: Sequence[str]) -> Message | None:
    """What such a row is; None for one that may be a complaint whose date is missing."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return None
    if len(filled) > 1 and all(
        not c.strip() or c.strip() == h for c, h in zip(cells, headings, strict=False)
    ):
        return problem("row_headings")
    words = (fold_heading(_FIGURES.sub(" ", cell)) for cell in filled if len(cell) <= 40)
    return problem("row_total") if not _TOTALS.isdisjoint(words) else None
