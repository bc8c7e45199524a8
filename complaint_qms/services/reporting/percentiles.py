"""Exact percentiles of a column by group over millions of rows, without sorting them.

One pass counts the rows by bucket of their value (the root of it, so that short times are told apart finely and long ones coarsely), a
second pass reads the exact values of only those buckets in which a wanted rank lies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import frappe
import numpy as np
from frappe.query_builder.functions import Count
from frappe.utils import cint
from pypika.functions import Floor, Sqrt
from pypika.queries import QueryBuilder
from pypika.terms import Term

PERCENTILES: Final = (50, 90)
_SIGN: Final = "|"

Key = tuple[Any, ...]


def bucket_of(value: Term) -> Term:
    """What the first pass groups by beside its keys; null where there is no value."""
    return Floor(Sqrt(value))


def percentiles(
    query: QueryBuilder,
    keys: Sequence[Term],
    value: Term,
    buckets: Mapping[Key, Mapping[int, int]],
    whole: Mapping[int, int] | None = None,
) -> dict[Key, dict[int, float]]:
    """Key → percent → value, between two values in proportion (as numpy's "linear"). One query, none without values.

    Args:
        query: over the rows, with nothing selected.
        keys: terms of the groups; null counts as an empty text.
        value: whole numbers of at least 0, null where there is none.
        buckets: key → bucket → how many, from a pass over the same rows.
        whole: bucket → how many of all rows; with it the percentiles of all stand under the empty key.
    """
    if whole:
        buckets = {**buckets, (): whole}
    places = {key: _places(held) for key, held in buckets.items() if held}
    wanted = {(*key, bucket) for key, place in places.items() for bucket, _below in place.values()}
    if not wanted:
        return {}
    values = _values(query, keys, value, wanted)
    found: dict[Key, dict[int, float]] = {}
    for key, place in places.items():
        at = {
            rank: _value_at(values[(*map(_folded, key), bucket)], rank - below)
            for rank, (bucket, below) in place.items()
        }
        count = sum(buckets[key].values())
        found[key] = {}
        for percentage in PERCENTILES:
            low, high, weight = _ranks(count, percentage)
            found[key][percentage] = at[low] + (at[high] - at[low]) * weight
    return found


def _values(
    query: QueryBuilder, keys: Sequence[Term], value: Term, wanted: set[Key]
) -> dict[Key, list[tuple[int, int]]]:
    """(key as texts, bucket) → (value, how many), smallest first, for the buckets asked for."""
    bucket = bucket_of(value)
    # As one text: rows of values are at times not found by MariaDB 10.11.19 where two of them begin alike.
    texts = sorted(_SIGN.join(map(_text, one)) for one in wanted)
    filled = [frappe.qb.functions("IFNULL", key, "") for key in keys]
    of_groups = frappe.qb.functions("CONCAT_WS", _SIGN, *filled, bucket).isin(texts)
    of_all = sorted(one[0] for one in wanted if len(one) == 1)
    query = (
        query.select(*keys, bucket, value, Count("*"))
        # The bucket alone first, which costs less than putting texts together.
        .where(bucket.isin(sorted({one[-1] for one in wanted})))
        .where(of_groups | bucket.isin(of_all) if keys and of_all else of_groups)
        .groupby(*keys, bucket, value)
        .orderby(value)
    )
    found: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for *key, at, one, count in query.run():
        pair = (cint(one), cint(count))
        if key:
            found[(*map(_folded, key), int(at))].append(pair)
        if at in of_all:
            found[(int(at),)].append(pair)
    return found


def _text(part: Any) -> str:
    return "" if part is None else str(part)


def _folded(part: Any) -> str:
    """As the database groups: it may name a group by another spelling in each query."""
    return _text(part).casefold()


def _ranks(count: int, percentage: int) -> tuple[int, int, float]:
    """The two ranks (from 0) that a percentile of `count` values lies between, and how far along."""
    at = (count - 1) * percentage / 100
    low = int(np.floor(at))
    return low, min(low + 1, count - 1), at - low


def _places(held: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Rank → (bucket in which it lies, values in the buckets before), for the ranks that percentiles need."""
    order = sorted(held)
    ends = np.cumsum([held[bucket] for bucket in order])
    ranks = sorted({rank for p in PERCENTILES for rank in _ranks(int(ends[-1]), p)[:2]})
    spots = np.searchsorted(ends, ranks, side="right")
    return {rank: (order[at], int(ends[at - 1]) if at else 0) for rank, at in zip(ranks, spots, strict=True)}


def _value_at(values: list[tuple[int, int]], rank: int) -> int:
    """The value of that rank (from 0) among values given with their counts."""
    for value, count in values:
        if rank < count:
            return value
        rank -= count
    raise ValueError(f"rank beyond the {len(values)} values of its bucket")
