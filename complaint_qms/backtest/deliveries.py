"""A file of deliveries into the store: units by item, batch and day."""

from __future__ import annotations

import math

import numpy as np

from complaint_qms.backtest import file_quality
from complaint_qms.backtest.bad_rows_file import reason_and_detail
from complaint_qms.backtest.ingest import CHUNK
from complaint_qms.backtest.store import Store
from complaint_qms.backtest.stored_cells import stored_numbers, stored_texts
from complaint_qms.tabular.amounts import parse_number
from complaint_qms.tabular.dates import parse_column
from complaint_qms.tabular.mapping import FileMapping
from complaint_qms.tabular.rows import Table

FIELD = "deliveries"
MOST_UNITS = 1e12
"""More than anybody delivers of one item in a day."""


def ingest_deliveries(store: Store, table: Table, mapping: FileMapping, timezone: str) -> None:
    """Read a deliveries file; rows that cannot be read are counted in the data-quality list."""
    if store.done(FIELD) < 0:
        return
    places = {key: table.columns.index(names[0]) for key, names in mapping.columns.items()}
    with store.transaction():
        store.db.execute("DELETE FROM delivery")
        for chunk in table.chunks(
            CHUNK, needed=[name for names in mapping.columns.values() for name in names]
        ):
            for row, problem in chunk.bad:
                reason, detail = reason_and_detail(problem)
                store.note_quality(FIELD, reason, 1, row, detail)
            if chunk.short:
                store.note_quality(FIELD, "row_short", len(chunk.short), chunk.short[0], mapping.name)
            if not chunk.cells:
                continue
            cells = list(zip(*chunk.cells, strict=True))
            days, _ = parse_column(list(cells[places["received"]]), mapping.dates["received"].order, timezone)
            mark = mapping.decimals.get("quantity", "")
            units = [parse_number(t, mark) for t in cells[places["quantity"]]]
            items = stored_texts(list(cells[places["item"]])) if "item" in places else [None] * len(units)
            batches = (
                stored_numbers(list(cells[places["batch"]])) if "batch" in places else [None] * len(units)
            )
            good = []
            for i, (item, batch, day, unit) in enumerate(zip(items, batches, days, units, strict=True)):
                if np.isnat(day) or unit is None or not math.isfinite(unit) or abs(unit) > MOST_UNITS:
                    example = " | ".join(chunk.cells[i])
                    store.note_quality(FIELD, "row_unreadable", 1, chunk.rows[i], example)
                else:
                    good.append((item, batch, str(day)[:10], unit))
            store.insert("delivery", good, 4)
        file_quality.store(store, mapping, FIELD)
        store.set_done(FIELD, -1)
