"""Links entries into the chain once they are committed, and keeps its head outside the database.

Only one process links at a time, by a lock of the database that is asked for and not waited for; whoever writes entries knows
nothing of it. What is not linked yet is the tail: marked with the site's key, counted, and linked within minutes.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import frappe
from frappe.query_builder import Order
from pypika import CustomFunction, Parameter
from pypika.functions import Cast, Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import ValueWrapper

from complaint_qms.constants.audit import ENTRY
from complaint_qms.engine.audit_chain import GENESIS, digest_of_text
from complaint_qms.engine.audit_entry import COLUMNS, site_mark
from complaint_qms.services.compliance.audit_trail.clock import note_set_back
from complaint_qms.services.compliance.audit_trail.entries import key

_AT_ONCE: Final = 2000
_MOMENTS: Final = ("creation", "happened_at")
_HEAD: Final = "complaint_qms_audit_head.json"
_take = CustomFunction("GET_LOCK", ["name", "seconds"])
_drop = CustomFunction("RELEASE_LOCK", ["name"])
_join = CustomFunction("CONCAT_WS", ["separator", *COLUMNS])


class Head(NamedTuple):
    """The last link of the chain: its number and its hash."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


class ForeignHead(ValueError):
    """The file with the head does not carry the mark of this site."""


def seal() -> int:
    """Link what is committed and not linked yet, in the order of its names; how many entries. Commits."""
    with _alone() as mine:
        if not mine:
            return 0
        note_set_back()
        frappe.db.commit()  # the lock may have come from somebody whose links this transaction does not see yet
        head, linked = last_link(), 0
        while rows := _unlinked(_AT_ONCE):
            for name, text in rows:
                sequence = head.sequence + 1
                digest = digest_of_text(sequence, head.hash, text)
                frappe.db.sql(_linking(), (sequence, head.hash, digest, name))
                head = Head(sequence, digest)
            frappe.db.commit()
            linked += len(rows)
        if linked:
            keep_head(head)
        return linked


def last_link() -> Head:
    """The head of the chain as the database has it."""
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(table.sequence, table.hash).where(table.sequence > 0)
    rows = query.orderby(table.sequence, order=Order.desc).limit(1).run()
    return Head(*rows[0]) if rows else Head(0, GENESIS)


def entry_text(table: Any) -> Any:
    """The text of an entry (`engine.audit_entry`) as a term of a query."""
    columns = [Cast(table[name], "CHAR") if name in _MOMENTS else table[name] for name in COLUMNS]
    return _join(ValueWrapper("\n"), *(Coalesce(column, "") for column in columns))


def head_path() -> Path:
    return Path(frappe.get_site_path("private", "files", _HEAD))


def kept_head() -> Head | None:
    """The head as the file outside the database has it; None where there is no such file.

    Raises:
        ForeignHead: this site has not written the file.
        ValueError: the file says something else.
    """
    try:
        said = json.loads(head_path().read_text("utf-8"))
        head, mark = Head(int(said["sequence"]), str(said["hash"])), str(said.get("mark"))
    except FileNotFoundError:
        return None
    except (AttributeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if not hmac.compare_digest(mark.encode(), site_mark(key(), str(head)).encode()):
        raise ForeignHead(str(head))
    return head


def keep_head(head: Head) -> None:
    """Write the head into its file, unless that knows of more than the chain has: somebody has to look first."""
    try:
        kept = kept_head()
    except ValueError:
        return
    if kept and not holds(kept):
        return
    path = head_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    said = {"site": frappe.local.site, **head._asdict(), "mark": site_mark(key(), str(head))}
    draft.write_text(json.dumps(said) + "\n", "utf-8")
    os.replace(draft, path)


def holds(head: Head) -> bool:
    """Whether the chain has this link."""
    if head.sequence == 0:
        return head.hash == GENESIS
    found = frappe.get_all(ENTRY, {"sequence": head.sequence}, pluck="hash", order_by="name asc", limit=2)
    return found == [head.hash]


def remove_head() -> None:
    """When the app leaves the site."""
    head_path().unlink(missing_ok=True)


def unlinked() -> QueryBuilder:
    """Name and text of entries that are not linked yet, in their order."""
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(table.name, entry_text(table))
    return query.where(table.sequence == 0).orderby(table.name, order=Order.asc)


@lru_cache(maxsize=1)
def _linking() -> str:
    """Link one entry, found by its key alone. An UPDATE of many at once may run through the table and lock all of it, with the gaps
    into which writers insert: they and whoever links would wait for each other."""
    table, place = frappe.qb.DocType(ENTRY), Parameter("%s")
    query = frappe.qb.update(table).set(table.sequence, place).set(table.previous_hash, place)
    return query.set(table.hash, place).where(table.name == place).get_sql()


def _unlinked(most: int) -> list[tuple[str, str]]:
    return list(unlinked().limit(most).run())


@contextmanager
def _alone() -> Iterator[bool]:
    lock = f"complaint-audit:{frappe.conf.db_name}"[:64]
    mine = bool(frappe.qb.select(_take(lock, 0)).run()[0][0])
    try:
        yield mine
    finally:
        if mine:
            frappe.qb.select(_drop(lock)).run()
