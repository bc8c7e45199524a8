"""The complaints of a company as columns: what a scan reads, and nothing else of them; a query for each some thousand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import frappe
import numpy as np
from frappe.query_builder.functions import Coalesce, Count, Max
from pypika.functions import Replace
from pypika.queries import QueryBuilder, Table
from pypika.terms import AggregateFunction, Function, Term

from complaint_qms.constants.rules import NOT_COUNTED
from complaint_qms.constants.signals import FIELDS, ITEM_TYPE, OF_COMPLAINT
from complaint_qms.engine.signals.complaint_columns import Codes, Times, main_stretch
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.risk.matrix import level_ranks

_NONE = -1
_SEPARATOR, _END = "\x1f", "\x1e"  # the separators of units and of records in ASCII
_EPOCH = 62_167_219_200
"""What TO_SECONDS counts up to 1970."""
_BATCH = 4_000
"""Complaints that come as one text: it has to stay below the length up to which the database joins texts (1 MB unless a site says other)."""
_SEVERITY = "severity"
_READ = (*OF_COMPLAINT.values(), _SEVERITY)


@dataclass(frozen=True)
class Complaints:
    """In the order in which they came in: ``names``, ``received`` (datetime64[s]), ``codes`` of each dimension (-1: not given) with
    their ``labels``, ``harm``: the weight of each."""

    names: np.ndarray
    received: Times
    codes: dict[str, Codes]
    labels: dict[str, list[str]]
    harm: np.ndarray
    level: Codes
    """Place of the severity among the levels of the site, 0 the least; -1: nobody has judged it."""
    digest: str
    """SHA-256 over all of it."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> dict[str, int]:
        return {kind: len(labels) for kind, labels in self.labels.items()}

    @property
    def start(self) -> np.datetime64:
        """The first receipt that does not lie far from all others."""
        return self.received[main_stretch(self.received).start]


def read_complaints(
    company: str, as_of: date, since: date | None = None, *, where: Callable[[Table], Term] | None = None
) -> Complaints:
    """Complaints of a company that were received by the end of a day, without those that were merged, voided or rejected; ``where``:
    only those that a criterion over them holds of."""
    table = frappe.qb.DocType("Complaint")
    fields = [_plain(table[field]) for field in _READ]
    row = Function("CONCAT_WS", _SEPARATOR, table.name, Function("TO_SECONDS", table.received_at), *fields)
    query = (
        frappe.qb.from_(table)
        .select(table.name.as_("name"), Function("CONCAT", row, _END).as_("told"))
        .where((table.company == company) & table.stage.notin(NOT_COUNTED))
        .where(table.received_at < datetime.combine(as_of + timedelta(days=1), time.min))
        .orderby(table.name)
    )
    if since:
        query = query.where(table.received_at >= datetime.combine(since, time.min))
    if where:
        query = query.where(where(table))
    names: list[str] = []
    received: list[np.ndarray] = []
    columns = {field: _Column() for field in _READ}
    for batch in _batches(query, table):
        name, seconds, *values = zip(*(text.split(_SEPARATOR) for text in batch), strict=True)
        names += name
        received.append(np.fromiter(map(int, seconds), np.int64, len(seconds)) - _EPOCH)
        for column, part in zip(columns.values(), values, strict=True):
            column.add(part)
    moments = np.concatenate(received) if received else np.empty(0, np.int64)
    return _in_order(names, moments.astype("datetime64[s]"), columns)


def item_and_type(complaints: Complaints, code: int) -> tuple[int, int]:
    """The codes of the item and the type that a pair is made of."""
    at = int(np.flatnonzero(complaints.codes[ITEM_TYPE] == code)[0])
    return int(complaints.codes["item"][at]), int(complaints.codes["type"][at])


def _batches(query: QueryBuilder, table: Table) -> Iterator[list[str]]:
    """The rows of a query of (name, text), by name, as lists of texts; all as of one moment, which the transaction keeps.

    Many texts come as one: a driver in Python takes as long for each row as for thousands of letters. Where the database has cut it short
    the rows come one by one.
    """
    last, size = "", _BATCH
    while True:
        part = query.where(table.name > last).limit(size) if last else query.limit(size)
        of = part.as_("of")
        [(count, last_name, text)] = (
            frappe.qb.from_(of).select(Count("*"), Max(of.name), _Joined(of.told)).run()
        )
        if not count:
            return
        rows = (text or "").split(_END)
        whole = len(rows) == count + 1 and not rows[-1]
        yield rows[:-1] if whole else [one.removesuffix(_END) for _name, one in part.run()]
        last = last_name


class _Joined(AggregateFunction):
    """All texts as one."""

    def __init__(self, term: Term) -> None:
        super().__init__("GROUP_CONCAT", term)

    def get_special_params_sql(self, **_named: object) -> str:
        return "SEPARATOR ''"


def _plain(field: Term) -> Term:
    """A field as text without the signs that rows are split at."""
    return Replace(Replace(Coalesce(field, ""), _SEPARATOR, " "), _END, " ")


def _in_order(names: list[str], times: Times, columns: dict[str, _Column]) -> Complaints:
    named = np.array(names, dtype=object)
    order = np.argsort(times, kind="stable")  # at one moment by name
    codes, labels = {}, {}
    for kind, field in OF_COMPLAINT.items():
        codes[kind], labels[kind] = columns[field].renumbered(order)
    severity, severities = columns[_SEVERITY].renumbered(order)
    _add_groups(codes, labels)
    _add_item_type(codes, labels)
    digest = hashlib.sha256()
    for text in ("\n".join(named[order]), *("\n".join(labels[kind]) for kind in FIELDS)):
        digest.update(text.encode())
    for column in (times[order].astype(np.int64), *(codes[kind] for kind in FIELDS), severity):
        digest.update(np.ascontiguousarray(column).tobytes())
    level = _levels(severity, severities)
    # Each level weighs twice the one below; what is not judged, as the least.
    harm = 2.0 ** np.maximum(level, 0)
    return Complaints(named[order], times[order], codes, labels, harm, level, digest.hexdigest())


class _Column:
    """A column of texts as numbers."""

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self.parts: list[np.ndarray] = []

    def add(self, values: Sequence[str]) -> None:
        self.parts.append(np.fromiter(map(self.numbers.__getitem__, values), np.int64, len(values)))

    def renumbered(self, order: np.ndarray) -> tuple[Codes, list[str]]:
        """Codes in an order, numbered by first appearance in it."""
        labels = np.array([*self.numbers][1:], dtype=object)
        codes = (np.concatenate(self.parts) if self.parts else np.empty(0, np.int64))[order]
        first = np.full(len(labels), len(codes))
        known = np.flatnonzero(codes >= 0)
        np.minimum.at(first, codes[known], known)
        rank = np.argsort(first, kind="stable")
        place = np.empty(len(labels) + 1, np.int64)
        place[rank], place[-1] = np.arange(len(labels)), _NONE
        return place[codes], labels[rank].tolist()


class _Numbers(dict):
    def __init__(self) -> None:
        super().__init__({"": _NONE})

    def __missing__(self, label: str) -> int:
        return self.setdefault(label, len(self) - 1)


def _levels(severity: Codes, severities: Iterable[str]) -> Codes:
    ranks = level_ranks()["Risk Severity"]
    ladder = {rank: at for at, rank in enumerate(sorted(set(ranks.values())))}
    return np.array([*(ladder.get(ranks.get(name), _NONE) for name in severities), _NONE])[severity]


def _add_groups(codes: dict[str, Codes], labels: dict[str, list[str]]) -> None:
    """The group that each customer is in now."""
    group_of = values_of("Customer", labels["customer"], "customer_group")
    numbers = _Numbers()
    groups = np.array([*(numbers[group_of.get(name) or ""] for name in labels["customer"]), _NONE])
    codes["customer_group"], labels["customer_group"] = groups[codes["customer"]], [*numbers][1:]


def _add_item_type(codes: dict[str, Codes], labels: dict[str, list[str]]) -> None:
    width = max(len(labels["type"]), 1)
    given = (codes["item"] >= 0) & (codes["type"] >= 0)
    pairs, found = np.unique(codes["item"][given] * width + codes["type"][given], return_inverse=True)
    column = np.full(len(given), _NONE)
    column[given] = found
    codes[ITEM_TYPE] = column
    labels[ITEM_TYPE] = [
        f"{labels['item'][pair // width]} · {labels['type'][pair % width]}" for pair in pairs.tolist()
    ]
