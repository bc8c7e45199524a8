"""Columns of a file that were taken for no field, and why: nothing of a file goes unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from complaint_qms.tabular import durations
from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.column_evidence import Evidence
from complaint_qms.tabular.fields import Field
from complaint_qms.tabular.heading_names import (
    exact,
    fold_heading,
    inside,
    names_another_date,
    without_remarks,
)
from complaint_qms.tabular.profile import ColumnProfile

EMPTY, TYPED, RECORDS, DURATION, WORKING, SECOND, DATE, UNKNOWN = (
    "empty", "typed", "records", "duration", "working", "second", "date", "unknown",
)  # fmt: skip
REASONS = (SECOND, "due", "changed", "life", DATE, DURATION, WORKING, RECORDS, TYPED, UNKNOWN, EMPTY)
"""In the order in which they are told; `due`, `changed` and `life` are dates of another kind."""


@dataclass(frozen=True)
class Left:
    """A column of no field; `field`: the one that another column is taken for, where this one might have been."""

    name: str
    why: str
    field: str = ""


def left_columns(
    columns: Iterable[ColumnProfile],
    fields: Mapping[str, Field],
    taken: Mapping[str, list[str]],
    told: set[str],
    in_place: Mapping[str, str],
) -> list[Left]:
    """Of every column that no field has; `told`: those of which more is said elsewhere; `in_place`: field that has no column →
    the one that its column stands in for."""
    known = {name for names in taken.values() for name in names} | told
    return [_left(column, fields, taken, in_place) for column in columns if column.name not in known]


def _left(
    column: ColumnProfile,
    fields: Mapping[str, Field],
    taken: Mapping[str, list[str]],
    in_place: Mapping[str, str],
) -> Left:
    if not column.filled:
        return Left(column.name, EMPTY)
    evidence = Evidence(column)
    heading, bare = fold_heading(column.name), without_remarks(column.name)
    if heading in words.KEEPS_THE_RECORD:
        return Left(column.name, TYPED)
    if exact(fields["type"], heading) and evidence.names_records:
        return Left(column.name, RECORDS)
    dated = evidence.dates >= 0.5
    if dated and (role := names_another_date(heading)):
        return Left(column.name, role)
    if until := next((key for key in words.DURATIONS if durations.is_time_until(key, column.name)), ""):
        if durations.looks_so(column) and until not in taken:
            return Left(column.name, DURATION, until)
        if until in taken:
            return Left(column.name, SECOND, until)
    if durations.of_working_time(column.name) and durations.looks_so(column):
        return Left(column.name, WORKING)
    offers = [
        (max(exact(spec, heading), exact(spec, bare), inside(spec, heading)), key)
        for key, spec in fields.items()
        if (key in taken or key in in_place) and evidence.fits(spec)
    ]
    strength, key = max(offers, key=lambda offer: offer[0], default=(0.0, ""))
    if strength:
        return Left(column.name, SECOND, in_place.get(key, key))
    return Left(column.name, DATE if dated else UNKNOWN)


__all__ = ["REASONS", "Left", "left_columns"]
