"""Rows of a query as dictionaries."""

from __future__ import annotations

from typing import Any

from complaint_qms.backtest.store import Store


def rows(store: Store, sql: str, parameters: tuple = ()) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    cursor = store.db.execute(sql, parameters)
    names = [c[0] for c in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
