"""Puts many complaints with their stage history straight into the tables: for reports, which only read.

Rows carry what a report reads and nothing else; no controller runs, so they are no substitute for registered ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import frappe
import numpy as np
from frappe.query_builder.functions import Concat
from pypika.terms import Interval

from complaint_qms.constants.stages import COMPLAINT_FLOW, COMPLAINT_OPEN

HOUR = 3600
PART = 1_000
LIMITS = {
    "intake": 4,
    "triage": 8,
    "investigate": 64,
    "solve": 24,
    "confirm": 40,
    "execute": 40,
    "review": 16,
}
FIELDS = (
    "name", "owner", "modified_by", "creation", "modified", "docstatus", "idx", "subject", "company", "customer", "territory",
    "item_code", "item_group", "complaint_type", "severity", "occurrence", "risk_level", "stage", "received_at", "closed_at",
    "sop", "sla_status", "stage_status", "response_status", "response_used", "first_response_at", "resolution_status",
    "resolution_used", "reportable", "currency", "settled_amount", "is_migrated", "batch_no", "supplier", "channel",
)  # fmt: skip
LOG_FIELDS = (
    "name", "owner", "modified_by", "creation", "modified", "docstatus", "idx", "parent", "parenttype", "parentfield",
    "stage", "entered_at", "left_at", "time_limit", "used_seconds", "status",
)  # fmt: skip


@dataclass
class Choices:
    """What the rows are drawn from; None among the values means "not given".

    Attributes:
        severities, occurrences: drawn with falling probability, the last one (None) seldom.
    """

    company: str
    sop: str | None
    types: list[str | None]
    severities: list[str | None]
    occurrences: list[str | None]
    customers: list[str | None] = field(default_factory=lambda: [None])
    territories: list[str | None] = field(default_factory=lambda: [None])
    items: list[str | None] = field(default_factory=lambda: [None])
    item_groups: list[str | None] = field(default_factory=lambda: [None])
    batches: list[str | None] = field(default_factory=lambda: [None])
    suppliers: list[str | None] = field(default_factory=lambda: [None])
    channels: list[str | None] = field(default_factory=lambda: [None])
    currencies: tuple[str, ...] = ("USD", "EUR")

    @classmethod
    def of_site(cls) -> Choices:
        """Everything the site has."""

        def names(doctype: str, **filters: object) -> list[str | None]:
            return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")

        return cls(
            company=names("Company")[0],
            sop=(names("Complaint SOP") or [None])[0],
            types=names("Complaint Type", is_group=0),
            severities=[*names("Risk Severity"), None],
            occurrences=[*names("Risk Occurrence"), None],
            customers=names("Customer") or [None],
            territories=names("Territory", is_group=0) or [None],
            items=names("Item") or [None],
            item_groups=names("Item Group", is_group=0) or [None],
            batches=[*names("Batch"), None],
            suppliers=[*names("Supplier"), None],
            channels=names("Complaint Channel") or [None],
        )


def insert_complaints(
    count: int, choices: Choices, *, now: datetime, prefix: str, days: int = 365, seed: int = 1
) -> None:
    """Add `count` complaints named `prefix` and a number, received over the `days` before `now`."""
    made = _make(count, choices, now, prefix, days, np.random.default_rng(seed))
    logs: list[tuple] = []

    def complaints() -> Iterator[tuple]:
        for row, history in made:
            logs.extend(history)
            yield row
            if len(logs) > 20_000:
                _insert("Complaint Stage Log", LOG_FIELDS, logs)
                logs.clear()

    _insert("Complaint", FIELDS, complaints())
    _insert("Complaint Stage Log", LOG_FIELDS, logs)


def double_complaints(prefix: str, mark: str) -> None:
    """Copy every complaint under `prefix` with its history inside the database, `mark` appended to the names.

    The copies were received and took some seconds later than the originals, so that no two are quite alike.
    """
    shift = 1 + ord(mark) % 53
    for doctype, fields, key in (
        ("Complaint", FIELDS, "name"),
        ("Complaint Stage Log", LOG_FIELDS, "parent"),
    ):
        table = frappe.qb.DocType(doctype)
        changed = {
            "name": Concat(table.name, mark),
            "parent": Concat(table.parent, mark),
            "received_at": table.received_at - Interval(seconds=shift * 997),
            "used_seconds": table.used_seconds + shift,
            "response_used": table.response_used + shift,
            "resolution_used": table.resolution_used + shift,
        }
        (
            frappe.qb.into(table)
            .columns(*fields)
            .from_(table)
            .select(*[changed.get(field, table[field]) for field in fields])
            .where(table[key].like(f"{prefix}%"))
            .run()
        )


def remove_complaints(prefix: str) -> None:
    """Take away what `insert_complaints` added under `prefix`."""
    frappe.db.delete("Complaint Stage Log", {"parent": ("like", f"{prefix}%")})
    frappe.db.delete("Complaint", {"name": ("like", f"{prefix}%")})


def _insert(doctype: str, fields: tuple[str, ...], rows: Iterable[tuple]) -> None:
    """What `bulk_insert` does, which builds a term for each value: two fifths of the time of a test of reports."""
    places, left = f"({', '.join(['%s'] * len(fields))})", iter(rows)
    while part := list(islice(left, PART)):
        frappe.db.sql(
            f"insert into `tab{doctype}` ({', '.join(f'`{name}`' for name in fields)}) values {', '.join([places] * len(part))}",
            [value for row in part for value in row],
        )


def _make(
    count: int, choices: Choices, now: datetime, prefix: str, days: int, rng: np.random.Generator
) -> Iterator[tuple[tuple, list[tuple]]]:
    first = now - timedelta(days=days)
    ages = np.sort(rng.integers(0, days * 24 * HOUR, count))
    picked = {name: _picks(rng, getattr(choices, name), count) for name in _DRAWN}
    currencies = rng.choice(len(choices.currencies), count, p=_falling(len(choices.currencies)))
    reached = rng.integers(0, len(COMPLAINT_FLOW) + 6, count)  # most of them are closed
    luck = rng.random((count, 4))
    used = rng.lognormal(mean=8.7, sigma=1.1, size=(count, len(COMPLAINT_OPEN)))
    picked |= {name: _picks(rng, getattr(choices, name), count) for name in _DRAWN_LAST}
    for at in range(count):
        began = first + timedelta(seconds=int(ages[at]))
        stage = _end_stage(int(reached[at]), luck[at, 0])
        name = f"{prefix}{at:07d}"
        values = {key: pick[at] for key, pick in picked.items()}
        history, left, late_now = _history(name, began, stage, used[at], now)
        closed = left if stage in ("closed", "rejected") else None
        answered = luck[at, 1] < 0.93
        in_time = luck[at, 2] < 0.88
        row = (
            name, "Administrator", "Administrator", began, began, 0, 0, f"Complaint {at}", choices.company,
            values["customers"], values["territories"], values["items"], values["item_groups"], values["types"],
            values["severities"], values["occurrences"], None, stage, began, closed,
            choices.sop, _standing(closed, late_now), "" if closed else _standing(None, late_now),
            "met" if answered and in_time else "missed", int(luck[at, 3] * 5 * HOUR) if answered else 0,
            began + timedelta(hours=3) if answered else None, "met" if closed and in_time else "missed" if closed else "on_track",
            int(used[at].sum()) if closed else 0, "yes" if luck[at, 3] < 0.02 else "no", choices.currencies[currencies[at]],
            round(luck[at, 1] * 300, 2) if luck[at, 0] < 0.3 else 0, 0, values["batches"], values["suppliers"], values["channels"],
        )  # fmt: skip
        yield row, history


def _history(
    name: str, began: datetime, stage: str, used: np.ndarray, now: datetime
) -> tuple[list[tuple], datetime, bool]:
    """Stage log of one complaint, when it left its last stage, and whether it is late in the one it is in."""
    rows: list[tuple] = []
    at, late = began, False
    gone = COMPLAINT_OPEN.index(stage) if stage in COMPLAINT_OPEN else len(COMPLAINT_OPEN)
    for idx, key in enumerate(COMPLAINT_OPEN[: min(gone + 1, len(COMPLAINT_OPEN))]):
        inside = key == stage
        seconds = int(used[idx])
        limit = LIMITS[key] * HOUR
        late = seconds > limit
        left = None if inside else at + timedelta(seconds=3 * seconds)
        status = "" if inside else "missed" if late else "met"
        rows.append(
            (
                f"{name}-{idx}", "Administrator", "Administrator", began, began, 0, idx + 1, name, "Complaint", "stage_log",
                key, at, left, limit, 0 if inside else seconds, status,
            )
        )  # fmt: skip
        at = left or at
    return rows, min(at, now), late


def _end_stage(reached: int, luck: float) -> str:
    if luck < 0.02:
        return "duplicate"
    if luck < 0.05:
        return "rejected"
    return COMPLAINT_FLOW[min(reached, len(COMPLAINT_FLOW) - 1)]


def _standing(closed: datetime | None, late: bool) -> str:
    if closed:
        return "missed" if late else "met"
    return "overdue" if late else "on_track"


_DRAWN = ("customers", "territories", "items", "item_groups", "types", "severities", "occurrences")
_DRAWN_LAST = ("batches", "suppliers", "channels")


def _picks(rng: np.random.Generator, values: list, count: int) -> list:
    return [values[at] for at in rng.choice(len(values), count, p=_falling(len(values)))]


def _falling(size: int) -> np.ndarray:
    """Probabilities in proportion to 1, 1/2, 1/3, …"""
    weights = 1 / np.arange(1, size + 1)
    return weights / weights.sum()
