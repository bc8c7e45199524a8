"""A file of deliveries into the store: units by item, batch and day."""

from __future__ import annotations

import numpy as np

from complaint_qms.cli.ingest import CHUNK, parse_number, stored_texts
from complaint_qms.cli.mapping import FileMapping
from complaint_qms.cli.read.dates import parse_column
from complaint_qms.cli.read.rows import Table
from complaint_qms.cli.store import Store


def ingest_deliveries(store: Store, table: Table, mapping: FileMapping, timezone: str) -> None:
    """Read a deliveries file; rows that cannot be read are counted in the data-quality list."""
    if store.done("deliveries") < 0:
        return
    places = {key: table.columns.index(names[0]) for key, names in mapping.columns.items()}
    with store.transaction():
        store.db.execute("DELETE FROM delivery")
        for chunk in table.chunks(CHUNK):
            for row, reason, detail in chunk.bad:
                store.note_quality("deliveries", reason, 1, row, detail)
            if not chunk.cells:
                continue
            cells = list(zip(*chunk.cells, strict=True))
            days, _ = parse_column(list(cells[places["received"]]), mapping.dates["received"].order, timezone)
            units = [parse_number(t) for t in cells[places["quantity"]]]
            names = [
                stored_texts(list(cells[places[k]])) if k in places else [None] * len(units)
                for k in ("item", "batch")
            ]
            good = []
            for i, (item, batch, day, unit) in enumerate(zip(*names, days, units, strict=True)):
                if np.isnat(day) or unit is None:
                    store.note_quality("deliveries", "row_unreadable", 1, chunk.rows[i], "")
                else:
                    good.append((item, batch, str(day)[:10], unit))
            store.insert("delivery", good, 4)
        store.set_done("deliveries", -1)
