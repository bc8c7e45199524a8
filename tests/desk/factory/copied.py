"""Builds again what was built before, by writing the same rows under new names: 5 ms in place of a user's 100, a sale's 600.

Nothing here knows what ERPNext writes. A builder is watched as it works, and copied once it has written the same twice; until
then, and whenever the two differ, it works itself. `test_factory` compares a copy with what a builder has made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import frappe
from frappe.model.naming import getseries
from frappe.utils import get_datetime, now, nowdate

Rows = dict[str, list[dict]]
INSERT = re.compile(r"\s*insert\s+(?:ignore\s+)?into\s+`([^`]+)`", re.IGNORECASE)
NUMBERED = re.compile(r"(.*\D)(\d{5})")
# Rows that have no name of their own: the counters of series, which count on, and the passwords.
COUNTERS, PASSWORDS = "tabSeries", "__Auth"
# The audit trail tells of what was built; a copy of what it tells would be told by nobody.
TRAIL = "tabQuality Audit Entry"
WHEN = ("creation", "modified")
RANDOM = ("name", "userid")
SHORTEST = 8  # of a name that stands for itself wherever it is found
_built: dict[Hashable, Rows] = {}
_trusted: set[Hashable] = set()


def build(kind: Hashable, words: dict[str, str], make: Callable[[], object]) -> None:
    """Have the rows written that `make` writes: by a copy where two runs of it for the same `kind` wrote the same.

    Args:
        kind: what else the rows depend on, e.g. the roles of a user.
        words: the names that `make` is to give, each under the word for it that is the same for all of the kind. Of short
            ones nothing is copied: other texts may hold them.
    """
    if any(len(name) < SHORTEST for name in words.values()):
        make()
        return
    kind = (kind, frappe.session.user, frappe.local.lang, nowdate())
    if kind in _trusted:
        write(_built[kind], words)
        return
    with watched() as rows:
        make()
    found = spelled(rows, {name: word for word, name in words.items()})
    if kind in _built and alike(_built[kind], found):
        _trusted.add(kind)
    _built[kind] = found


@contextmanager
def watched() -> Iterator[Rows]:
    """The rows that are inserted within, as they are at the end, in the order in which they were made."""
    rows: Rows = {}
    before: dict[str, set[str]] = {}
    database = frappe.local.db
    sql = database.sql

    def listening(query: object, *args: object, **kwargs: object) -> object:
        table = INSERT.match(str(query))
        if table and table[1] not in (COUNTERS, TRAIL, *before):
            before[table[1]] = {name for (name,) in sql(f"select name from `{table[1]}`")}
        return sql(query, *args, **kwargs)

    held = vars(database).get("sql")
    database.sql = listening
    try:
        yield rows
    finally:
        if held:
            database.sql = held
        else:
            del database.sql
    for table, names in before.items():
        order = "" if table == PASSWORDS else "order by creation, idx"
        now_there = frappe.db.sql(f"select * from `{table}` {order}", as_dict=True)
        # What was written and taken away again in one go leaves nothing to copy.
        if added := [row for row in now_there if row["name"] not in names]:
            rows[table] = added


def spelled(rows: Rows, names: dict[str, str]) -> Rows:
    """The rows with these names in place of those they hold, in whatever text they stand."""
    if not names:
        return rows
    old = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))

    def other(value: object) -> object:
        return old.sub(lambda found: names[found[0]], value) if isinstance(value, str) else value

    return {
        table: [{column: other(value) for column, value in row.items()} for row in found]
        for table, found in rows.items()
    }


def alike(one: Rows, other: Rows) -> bool:
    """Whether two runs wrote the same but for times and for names that are numbered or random."""
    return _compared(one) == _compared(other)


def write(rows: Rows, words: dict[str, str]) -> None:
    """Insert the rows under new names, as if written now."""
    rows = spelled(rows, words | _new_names(rows, words))
    late = max(get_datetime(row["modified"]) for found in rows.values() for row in found if "modified" in row)
    delay = get_datetime(now()) - late
    for table, found in rows.items():
        columns = list(found[0])
        values = [[_later(column, row[column], delay) for column in columns] for row in found]
        frappe.db.sql(
            f"insert into `{table}` ({', '.join(f'`{column}`' for column in columns)}) values {', '.join(['%s'] * len(values))}",
            values,
        )


def _later(column: str, value: object, delay: timedelta) -> object:
    return value + delay if column in WHEN and isinstance(value, datetime) else value


def _new_names(rows: Rows, words: dict[str, str]) -> dict[str, str]:
    """A new name for each that is not made of the words: the next of its series, or a random one."""
    return {name: _next_name(name) for name in _random_names(rows) if not any(word in name for word in words)}


def _random_names(rows: Rows) -> dict[str, str]:
    """What is another one each time, and the place where it stands first."""
    places: dict[str, str] = {}
    for table in sorted(rows.keys() - {PASSWORDS}):
        for number, row in enumerate(rows[table]):
            for column in RANDOM:
                if len(name := row.get(column) or "") >= SHORTEST:
                    places.setdefault(name, f"<{table} {number} {column}>")
    return places


def _next_name(name: str) -> str:
    numbered = NUMBERED.fullmatch(name)
    if numbered and frappe.db.get_value("Series", numbered[1], "name", order_by=None):
        return numbered[1] + getseries(numbered[1], len(numbered[2]))
    return frappe.generate_hash(length=len(name))


def _compared(rows: Rows) -> dict[str, list[str]]:
    """Rows as text, without their times, each random name as the place where it stands first."""
    bare = {
        table: [{k: v for k, v in row.items() if not _differs(k)} for row in found]
        for table, found in rows.items()
    }
    return {
        table: [repr(row) for row in found] for table, found in spelled(bare, _random_names(rows)).items()
    }


def _differs(column: str) -> bool:
    return column in WHEN or column.endswith(("_time", "_datetime", "password"))
