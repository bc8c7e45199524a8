"""First look at a file: how many rows, how each column is filled, what its dates look like.

The beginning of a file nearly always says it all, and then the rest of it is not read here (:func:`first_look`). The
whole is read (:func:`profile`) when a column is empty so far or the order of day and month is not beyond doubt yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from complaint_qms.tabular.dates import BLANKS, DateVotes
from complaint_qms.tabular.rows import Table

CHUNK = 5_000
DISTINCT_CAP = 50_000
EXAMPLES = 3
SAMPLE = 200
"""Different cells of a column that are kept to be looked at."""
FULL_CHUNKS = 2
"""Chunks whose values are looked at one by one; later ones only fill counts and date forms."""
CLEAR_VOTES = 100
"""Dates that must have told day from month before the rest of the file is taken at its word."""
_LONGEST_BLANK = max(map(len, BLANKS))


@dataclass
class ColumnProfile:
    """Facts about one column. `distinct` counts at most DISTINCT_CAP, in the `inspected` cells of the first chunks."""

    name: str
    seen: int = 0
    filled: int = 0
    characters: int = 0
    numbers: int = 0
    values: set[int] = field(default_factory=set)
    capped: bool = False
    examples: list[str] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    votes: DateVotes = field(default_factory=DateVotes)
    chunks: int = 0
    inspected: int = 0

    @property
    def distinct(self) -> int:
        return len(self.values)

    @property
    def mean_length(self) -> float:
        return self.characters / self.inspected if self.inspected else 0.0

    @property
    def number_share(self) -> float:
        return self.numbers / self.inspected if self.inspected else 0.0

    @property
    def date_share(self) -> float:
        """Share of filled cells that have the shape of a date (bare numbers do not)."""
        return self.votes.dates / self.filled if self.filled else 0.0

    def add(self, values: Sequence[str]) -> None:
        """Take in a chunk of raw cells, in file order."""
        self.chunks += 1
        self.seen += len(values)
        # Only a column that looks like dates so far, or is still empty, is watched for dates.
        votes = self.votes
        if votes.filled == 0 or votes.dates + votes.numbers_as_dates > 0.2 * votes.filled:
            before = votes.dates
            votes.add(values)
            if votes.dates - before > 0.9 * len(values) and self.inspected:
                self.filled += votes.dates - before
                return
        if self.chunks > FULL_CHUNKS and self.inspected:
            self.filled += len(values) - values.count("")
            return
        different = Counter(values)
        self._keep_some(list(different))
        filled = [
            (text, count)
            for value, count in different.items()
            if (len(text := value.strip()) > _LONGEST_BLANK or text.lower() not in BLANKS)
            and text != self.name  # the headings once more, between two months
        ]
        cells = sum([count for _text, count in filled])
        self.filled += cells
        self.inspected += cells
        self.characters += sum([len(text) * count for text, count in filled])
        self.examples += [text for text, _count in filled[: EXAMPLES - len(self.examples)]]
        self.numbers += sum(
            [
                count
                for text, count in filled
                if text[0] in "0123456789+-."
                and text.replace(",", "").replace(".", "", 1).lstrip("+-").isdigit()
            ]
        )
        if not self.capped:
            hashes = [hash(text) for text, _count in filled]
            self.values.update(hashes[: DISTINCT_CAP - len(self.values)])
            self.capped = len(self.values) >= DISTINCT_CAP

    @property
    def filled_share(self) -> float:
        """Share of the cells looked at that hold something."""
        return self.filled / self.seen if self.seen else 0.0

    @property
    def clear(self) -> bool:
        """Nothing that is still to come can change how the column is read, unless its kind changes on the way."""
        votes = self.votes
        low, high = sorted((votes.day_first, votes.month_first))
        numeric = votes.families.get("numeric", 0)
        return bool(self.filled) and (
            numeric <= 0.2 * votes.filled or (high >= CLEAR_VOTES and low * 20 <= high)
        )

    def _keep_some(self, uniques: Sequence[str]) -> None:
        """The first ones, which follow each other as in the file, and others from all over the chunk."""
        room = SAMPLE - len(self.sample)
        if room <= 0:
            return
        first, rest = uniques[: room // 4], uniques[room // 4 :]
        step = max(1, len(rest) // max(1, room - len(first)))
        for value in (*first, *rest[::step][: room - len(first)]):
            text = value.strip()
            if text and text.lower() not in BLANKS and text != self.name:
                self.sample.append(text)


@dataclass
class Profile:
    """A file after the first look; `records` counts data records, good and bad, and is an estimate unless `whole`."""

    records: int
    columns: list[ColumnProfile]
    whole: bool = True

    def column(self, name: str) -> ColumnProfile | None:
        return next((c for c in self.columns if c.name == name), None)


def profile(table: Table, tick: Callable[[int], None] = lambda n: None) -> Profile:
    """Stream the whole file once; `tick(n)` is called with the records of each chunk."""
    return _stream(table, tick, lambda columns: False)


def first_look(table: Table, tick: Callable[[int], None] = lambda n: None) -> Profile:
    """Read as much of the file as is needed to tell how its columns are to be read."""
    return _stream(table, tick, lambda columns: all(column.clear for column in columns))


def _stream(
    table: Table, tick: Callable[[int], None], enough: Callable[[list[ColumnProfile]], bool]
) -> Profile:
    columns = [ColumnProfile(name) for name in table.columns]
    records = consumed = 0
    for number, chunk in enumerate(table.chunks(CHUNK), 1):
        consumed += chunk.consumed
        records += len(chunk.rows) + len(chunk.bad)
        for column, values in zip(columns, zip(*chunk.cells, strict=True), strict=False):
            column.add(values)
        tick(chunk.consumed)
        if number == FULL_CHUNKS and chunk.consumed == CHUNK and enough(columns):
            estimate = table.estimate_records(consumed)
            if estimate is not None:
                return Profile(max(records, estimate), columns, whole=False)
    return Profile(records, columns)
