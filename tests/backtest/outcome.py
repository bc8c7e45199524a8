"""What a run of the command left behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def query(out: Path, sql: str) -> list[tuple]:
    """Rows of the database that a back-test wrote into the folder `out`."""
    database = sqlite3.connect(out / "replay.sqlite")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()
