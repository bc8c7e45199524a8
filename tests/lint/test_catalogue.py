"""The Chinese catalogue is a table with its header on top: one row a text and context, in order, so that two changes meet in few places."""

from __future__ import annotations

import csv
from itertools import pairwise

from scripts.bench import CHECKOUT

CATALOGUE = CHECKOUT / "complaint_qms" / "translations" / "zh.csv"


def test_the_catalogue_is_in_order_and_says_nothing_twice() -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["source", "translation", "context"]
    assert not [row for row in rows if len(row) != 3 or not row[0] or not row[1]]
    keys = [(source, context) for source, _translation, context in rows]
    assert [(one, other) for one, other in pairwise(keys) if not one < other] == []
