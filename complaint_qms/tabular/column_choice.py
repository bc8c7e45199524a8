"""Which column is which field: by its name and by what it holds, with the runner-up.

A column is a candidate only where its cells can be read as the field asks; good candidates compete. What a column is called
counts most, then how well it parses: dates with separators outdo bare numbers of eight digits, and no number, due date or date of
purchase becomes a date of receipt because no better one is there, unless that is said (``stands_in``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from complaint_qms.tabular import durations
from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.column_evidence import Evidence
from complaint_qms.tabular.fields import FIELDS, Field
from complaint_qms.tabular.heading_names import (
    exact,
    fold_heading,
    inside,
    names_another_date,
    numbered,
    stem_of_day,
    without_parts,
    without_remarks,
)
from complaint_qms.tabular.left_columns import Left, left_columns
from complaint_qms.tabular.profile import Profile
from complaint_qms.tabular.rows import own_columns

BY_NAME, BY_PART, BY_CONTENT, OCCURRENCE, STANDS_IN = "name", "part", "content", "occurrence", "stands_in"
LEAST_OF_CONTENT = 0.8
"""Share of the cells that must be dates in a column that nothing but its content speaks for."""
_STAND_INS = ("first_response", "", "solve_done", "closed", "life", "due", "changed")
"""In whose place a date of receipt is looked for when the file has none; "" is a date that nothing is known about."""
_WITHOUT_REMARKS = 0.95
_IN_ORDER = 0.3
_MOSTLY_YEARS = 0.8
_NUMBERS = frozenset(("id", "key", "no", "number", "nr", "ref", "code", "numero", "zip"))


@dataclass(frozen=True)
class Choice:
    """The columns of a field, why (``name``, ``part`` of a name, ``content``, ``occurrence`` for a date of
    receipt that is missing, or ``stands_in`` for another date in its place) and the runner-up, "" where there is none."""

    names: list[str]
    why: str = BY_NAME
    other: str = ""


@dataclass(frozen=True)
class Refused:
    """A column that is called as a field is and cannot be read as one: the share that can, and a cell that cannot.
    `records`: its cells only say what kind of record a row is; `each`: nearly every row has another one."""

    name: str
    share: float
    example: str
    records: bool = False
    each: bool = False


@dataclass
class Choices:
    """What was found for a file: field → choice; field → the column that only its name speaks for; the other columns."""

    found: dict[str, Choice] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, list[str]]:
        return {key: choice.names for key, choice in self.found.items()}


def choose_columns(profile: Profile, fields: tuple[Field, ...] = FIELDS) -> Choices:
    """Columns of a profiled file: exact names first, then names inside headings, then content."""
    return _Chooser(profile, fields).run()


@dataclass
class _Column:
    place: int
    name: str
    heading: str
    bare_heading: str
    evidence: Evidence


class _Chooser:
    def __init__(self, profile: Profile, fields: tuple[Field, ...]) -> None:
        # What was written about a bad row is no part of the complaint.
        self._sent = profile.columns[own_columns([c.name for c in profile.columns]) :]
        self._all = [
            _Column(place, c.name, fold_heading(c.name), without_remarks(c.name), Evidence(c))
            for place, c in enumerate(self._sent)
            if c.filled
        ]
        self._of_tasks = any(column.heading in words.TRACKERS for column in self._all)
        self._free = {column.name: column for column in self._all}
        self._fields = {spec.key: spec for spec in fields}
        self._of_failures = self._fields["occurred"].names if "occurred" in self._fields else {}
        self._exposure = fields is not FIELDS
        self._choices = Choices()

    def run(self) -> Choices:
        for why, strength in ((BY_NAME, exact), (BY_PART, inside)):
            for spec in self._fields.values():
                if spec.key not in self._choices.found:
                    self._by_name(spec, why, strength)
        if "received" in self._fields and "received" not in self._choices.found:
            self._date_of_receipt()
        if not self._exposure:
            self._in_another_sense()
            self._text()
            self._number()
            self._clocks()
            self._lengths_of_time()
        self._drop_used_runners_up()
        found = self._choices.found
        self._choices.found = {key: found[key] for key in self._fields if key in found}
        if not self._exposure:
            told = {refused.name for refused in self._choices.refused.values()}
            received = self._choices.found.get("received")
            in_place = {"occurred": "received"} if received and received.why == OCCURRENCE else {}
            self._choices.left = left_columns(self._sent, self._fields, self._choices.columns, told, in_place)
        return self._choices

    def _take(self, key: str, column: _Column, why: str, other: str = "") -> None:
        self._choices.found[key] = Choice([column.name], why, other)
        self._free.pop(column.name, None)

    def _by_name(self, spec: Field, why: str, strength: Callable[[Field, str], float]) -> None:
        offers = []
        for column in self._free.values():
            named = self._named(spec, column, strength)
            if not named:
                continue
            worded = spec.key == "text" and strength is exact and column.evidence.says_sentences
            if not worded and not column.evidence.fits(spec):
                self._refuse(spec, column)
                continue
            offers.append((-(named + column.evidence.weight(spec)), column.place, column))
        if offers:
            offers.sort(key=lambda offer: offer[:2])
            best = offers[0][2]
            others = [offer[2].name for offer in offers[1:]] or self._weaker(spec, best)
            self._take(spec.key, best, why, others[0] if others else "")

    def _named(self, spec: Field, column: _Column, strength: Callable[[Field, str], float]) -> float:
        if spec.key != "occurred" and column.heading in self._of_failures and column.evidence.dates:
            return 0.0
        if spec.key == "type" and self._of_tasks and column.heading in words.PARTS:
            return 0.0
        either = spec.key in ("id", "text") and column.heading in words.NUMBER_OR_TEXT
        if either and column.evidence.numbers_records != (spec.key == "id"):
            return 0.0
        if spec.key == "status" and column.heading.endswith("state") and not column.evidence.names_states:
            return 0.0
        if strength is exact:
            return exact(spec, column.heading) or exact(spec, column.bare_heading) * _WITHOUT_REMARKS
        if spec.kind != "date" and any(durations.is_time_until(key, column.name) for key in words.DURATIONS):
            return 0.0
        if spec.kind == "date" and self._role(column):
            return 0.0
        return inside(spec, column.heading)

    def _role(self, column: _Column) -> str:
        """Which other date than those of a complaint's way a heading names; a delivery has dates of its own."""
        return "" if self._exposure else names_another_date(column.heading)

    def _of_failure(self, column: _Column) -> bool:
        """Is a date called one of the failure or the incident? A second one of these is no date of receipt."""
        spec = self._fields.get("occurred")
        return spec is not None and bool(exact(spec, column.heading) or inside(spec, column.heading))

    def _weaker(self, spec: Field, best: _Column) -> list[str]:
        found = [
            (-named, column.place, column.name)
            for column in self._free.values()
            if column is not best
            and (named := self._named(spec, column, inside))
            and column.evidence.fits(spec)
        ]
        return [name for *_, name in sorted(found)]

    def _refuse(self, spec: Field, column: _Column) -> None:
        if spec.key not in self._choices.refused:
            share, example = column.evidence.readable(spec)
            records = spec.key == "type" and column.evidence.names_records
            each = spec.key == "type" and column.evidence.differs_in_each
            self._choices.refused[spec.key] = Refused(column.name, share, example, records, each)

    def _date_of_receipt(self) -> None:
        dated = [c for c in self._free.values() if c.evidence.dates >= LEAST_OF_CONTENT]
        plain = [c for c in dated if not self._role(c) and not _is_number(c) and not self._of_failure(c)]
        if plain:
            ranked = sorted(
                plain, key=lambda c: (-c.evidence.date_weight - _IN_ORDER * c.evidence.in_order, c.place)
            )
            other = ranked[1].name if len(ranked) > 1 else ""
            self._take("received", ranked[0], BY_CONTENT, other)
            return
        found = self._choices.found
        if "occurred" in found:
            failed = found.pop("occurred")
            found["received"] = Choice(failed.names, OCCURRENCE, failed.other)
            return
        for key in _STAND_INS:
            if key in found:
                found["received"] = Choice(found.pop(key).names, STANDS_IN)
                return
            fitting = [c for c in dated if self._role(c) == key and not _is_number(c)]
            if fitting:
                best = max(fitting, key=lambda c: (c.evidence.date_weight, -c.place))
                self._take("received", best, STANDS_IN)
                return
        # Days that no calendar has, under the name of the date of receipt: its rows are bad, each with its reason.
        refused = self._choices.refused.get("received")
        odd = self._free.get(refused.name) if refused else None
        if odd and odd.evidence.shaped_like_dates:
            self._take("received", odd, BY_NAME)

    def _in_another_sense(self) -> None:
        """Headings that mean another field where the one that they mostly name cannot be read, or is missing."""
        found = self._choices.found
        if "item" not in found and "model" in found:
            (name, *_) = found["model"].names
            if next(c for c in self._all if c.name == name).evidence.column.number_share < _MOSTLY_YEARS:
                found["item"] = found.pop("model")
        for key, (usual, headings) in words.WHERE_REFUSED.items():
            refused = self._choices.refused.get(usual)
            column = self._free.get(refused.name) if refused else None
            if not column or key in self._choices.found or column.heading not in headings:
                continue
            if column.evidence.fits(self._fields[key]):
                self._take(key, column, BY_CONTENT)
                del self._choices.refused[usual]

    def _text(self) -> None:
        found = self._choices.found
        if "text" in found:
            return
        long = [c for c in self._free.values() if c.evidence.tells_a_story]
        if long:
            ranked = sorted(long, key=lambda c: (-c.evidence.story, c.place))
            other = ranked[1].name if len(ranked) > 1 else ""
            self._take("text", ranked[0], BY_CONTENT, other)
        elif "subject" in found:
            found["text"] = found.pop("subject")
        else:
            subject = self._fields["subject"]
            titles = [
                (-exact(subject, c.heading), c.place, c)
                for c in self._free.values()
                if exact(subject, c.heading) and c.evidence.says_sentences
            ]
            # Without headings the only column of sentences is what people wrote.
            nameless = [c for c in self._free.values() if numbered(c.heading) and c.evidence.says_sentences]
            refused = self._choices.refused.get("type")
            worded = self._free.get(refused.name) if refused and refused.each else None
            if titles:
                self._take("text", min(titles, key=lambda title: title[:2])[2], BY_NAME)
            elif len(nameless) == 1:
                self._take("text", nameless[0], BY_CONTENT)
            elif worded and worded.evidence.says_sentences:
                self._take("text", worded, BY_CONTENT)

    def _number(self) -> None:
        """A number of the complaint that nothing but its ending or its place says."""
        if "id" in self._choices.found or "id" not in self._fields:
            return
        for column in self._free.values():
            ends = column.heading.rpartition(" ")[2] in _NUMBERS or column.heading.endswith(
                ("号", "编号", "番号")
            )
            others = words.NOT_WITH["id"].intersection(column.heading.split())
            if (numbered(column.name) or (ends and not others)) and column.evidence.numbers_records:
                self._take("id", column, BY_CONTENT)
                return

    def _clocks(self) -> None:
        """The time of day in a column of its own goes with its date."""
        for key, choice in list(self._choices.found.items()):
            if self._fields[key].kind != "date":
                continue
            date = next(c for c in self._all if c.name == choice.names[0])
            if date.evidence.has_clock:
                continue
            about = without_parts(date.heading)
            for column in self._free.values():
                about_time = not words.CLOCKS.isdisjoint((column.heading, *column.heading.split()))
                beside = about_time and column.place == date.place + 1
                same = bool(about) and without_parts(column.heading) == about
                stem = stem_of_day(date.heading)
                of_stem = (
                    column.heading != date.heading and bool(stem) and stem_of_day(column.heading) == stem
                )
                if (same or of_stem or beside) and column.evidence.is_clock:
                    self._choices.found[key] = Choice([*choice.names, column.name], choice.why, choice.other)
                    del self._free[column.name]
                    break

    def _lengths_of_time(self) -> None:
        """The time until a moment, where the file does not have the moment itself."""
        for key in words.DURATIONS:
            if key in self._choices.found or "received" not in self._choices.found:
                continue
            for column in self._free.values():
                if durations.is_time_until(key, column.name) and durations.unit_of(
                    column.name, column.evidence.column
                ):
                    self._take(key, column, BY_NAME)
                    break

    def _drop_used_runners_up(self) -> None:
        used = {name for choice in self._choices.found.values() for name in choice.names}
        for key, choice in self._choices.found.items():
            if choice.other in used:
                self._choices.found[key] = Choice(choice.names, choice.why)
        for key, refused in list(self._choices.refused.items()):
            if key in self._choices.found or refused.name in used:
                del self._choices.refused[key]


def _is_number(column: _Column) -> bool:
    """Bare digits that count something, by their heading or by rising one by one."""
    return column.evidence.bare and (
        not _NUMBERS.isdisjoint(column.heading.split()) or column.evidence.rises_by_one
    )


__all__ = [
    "BY_CONTENT",
    "BY_NAME",
    "BY_PART",
    "OCCURRENCE",
    "STANDS_IN",
    "Choice",
    "Choices",
    "Refused",
    "choose_columns",
]
