"""Risk: reading a matrix of severity × occurrence, AIAG-VDA action priority, severity from harm.

Levels and cells are the site's own (ISO 14971:2019, clause 4.4: the maker defines the criteria); nothing here
depends on how many there are or what they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from complaint_qms.constants.risk import HARM_EVENTS
from complaint_qms.engine.message import Message

ACCEPTABILITY_ORDER = ("acceptable", "alarp", "unacceptable")
"""Keys from best to worst."""


class RiskError(ValueError):
    """A level, cell or rating that does not exist or makes no sense."""


@dataclass(frozen=True)
class Cell:
    """What one cell of a matrix says."""

    level: str
    acceptability: str
    color: str = ""
    required_action: str = ""


@dataclass(frozen=True)
class RiskMatrix:
    """A matrix: levels in rising order, and a cell for every ``(severity, occurrence)``."""

    severities: tuple[str, ...]
    occurrences: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class Finding:
    """One remark on a matrix. ``kind`` is ``error`` or ``warning``."""

    kind: str
    message: Message

    def __str__(self) -> str:
        return str(self.message)


def matrix_from_grid(
    occurrences: Sequence[str], grid: Mapping[str, Sequence[str]], levels: Mapping[str, Mapping[str, str]]
) -> RiskMatrix:
    """Matrix from rows of level keys: ``grid`` maps each severity, least first, to a level per occurrence, and
    ``levels`` says what a level means (``acceptability``, ``color``, ``required_action``).

    Raises:
        RiskError: a row of the wrong length or a level that is not described.
    """
    cells = {}
    for severity, row in grid.items():
        if len(row) != len(occurrences):
            raise RiskError(f"Row {severity!r} has {len(row)} cells where {len(occurrences)} are expected")
        for occurrence, level in zip(occurrences, row, strict=True):
            if level not in levels:
                raise RiskError(f"Row {severity!r} names the unknown level {level!r}")
            meaning = levels[level]
            cells[severity, occurrence] = Cell(
                level,
                meaning["acceptability"],
                meaning.get("color", ""),
                meaning.get("required_action", ""),
            )
    return RiskMatrix(tuple(grid), tuple(occurrences), cells)


def check_matrix(matrix: RiskMatrix) -> list[Finding]:
    """Everything that is wrong (``error``) or odd (``warning``) with a matrix, in reading order.

    Errors: no levels, a level named twice, a missing cell, a cell of no level, an unknown acceptability.
    Warning: a cell that is judged better than a neighbour of lower severity or occurrence.
    """
    findings: list[Finding] = []

    def note(kind: str, message: Message) -> None:
        findings.append(Finding(kind, message))

    for axis, levels in (("severity", matrix.severities), ("occurrence", matrix.occurrences)):
        if not levels:
            note("error", Message("The matrix has no {axis} levels", {"axis": axis}))
        for level in sorted({level for level in levels if levels.count(level) > 1}):
            note("error", Message("The {axis} level {level} appears twice", {"axis": axis, "level": level}))
    expected = {(s, o) for s in matrix.severities for o in matrix.occurrences}
    for severity, occurrence in sorted(set(matrix.cells) - expected):
        cell_of = {"severity": severity, "occurrence": occurrence}
        note(
            "error", Message("The cell {severity} × {occurrence} belongs to no level of the matrix", cell_of)
        )
    rank = {key: n for n, key in enumerate(ACCEPTABILITY_ORDER)}
    for row, severity in enumerate(matrix.severities):
        for column, occurrence in enumerate(matrix.occurrences):
            cell = matrix.cells.get((severity, occurrence))
            here = {"severity": severity, "occurrence": occurrence}
            if cell is None:
                note("error", Message("The cell {severity} × {occurrence} is missing", here))
                continue
            if cell.acceptability not in rank:
                unknown = here | {"acceptability": cell.acceptability}
                note(
                    "error",
                    Message(
                        "The cell {severity} × {occurrence} has the unknown acceptability {acceptability}",
                        unknown,
                    ),
                )
                continue
            for lower in _lower_neighbours(matrix, row, column):
                other = matrix.cells.get(lower)
                if other and rank.get(other.acceptability, -1) > rank[cell.acceptability]:
                    pair = here | {"lower_severity": lower[0], "lower_occurrence": lower[1]}
                    note(
                        "warning",
                        Message(
                            "{severity} × {occurrence} is judged milder than {lower_severity} × {lower_occurrence}, although it "
                            "is the graver case",
                            pair,
                        ),
                    )
    return findings


def rate(matrix: RiskMatrix, severity: str, occurrence: str) -> Cell:
    """The cell of a severity and an occurrence.

    Raises:
        RiskError: an unknown level, or a cell that the matrix lacks.
    """
    if severity not in matrix.severities:
        raise RiskError(f"{severity!r} is not a severity of this risk matrix")
    if occurrence not in matrix.occurrences:
        raise RiskError(f"{occurrence!r} is not an occurrence of this risk matrix")
    if (severity, occurrence) not in matrix.cells:
        raise RiskError(f"The risk matrix has no cell for {severity!r} × {occurrence!r}")
    return matrix.cells[severity, occurrence]


def severity_of_harm(harm: str, mapping: Mapping[str, str]) -> str:
    """The least severity that a harm calls for, from ``mapping`` of harm to severity.

    Raises:
        RiskError: a harm that the mapping does not know.
    """
    if harm not in mapping:
        raise RiskError(f"No severity is laid down for the harm {harm!r}")
    return mapping[harm]


def stated_harm(
    deaths: float | None,
    injured: float | None,
    harm: str | None,
    crash: str | None,
    fire: str | None,
    event: str | None = None,
) -> str:
    """Harm to a person as a register states it: ``death``, ``serious``, ``minor`` or ``none``.

    Counted deaths and injuries (people) first, then a kind of event that names harm, then the flags of harm, crash and
    fire (``yes``, ``no`` or None).
    """
    if (deaths or 0) > 0:
        return "death"
    named = HARM_EVENTS.get(event.strip().lower(), "") if event else ""
    if (injured or 0) > 0 or named:
        return named or "serious"
    return "minor" if "yes" in (harm, crash, fire) else "none"


def at_least(severity: str | None, floor: str, severities: Sequence[str]) -> str:
    """The graver of a chosen severity (None = not chosen) and a floor, by their order in ``severities``.

    Raises:
        RiskError: a severity that the order does not hold.
    """
    order = {key: n for n, key in enumerate(severities)}
    for key in (severity, floor):
        if key is not None and key not in order:
            raise RiskError(f"{key!r} is not a severity of this risk matrix")
    return floor if severity is None or order[severity] < order[floor] else severity


def occurrence_of_rate(
    complaints_per_unit: float, bands: Sequence[tuple[str, float, float | None]]
) -> str | None:
    """The occurrence whose band ``(key, from, to)`` holds the rate (``from`` included, ``to`` excluded; None or
    0 as ``to`` means no upper limit); None when no band does.

    Raises:
        RiskError: a negative or undefined rate.
    """
    if not complaints_per_unit >= 0:
        raise RiskError(f"A complaint rate must not be negative or undefined: {complaints_per_unit!r}")
    for key, low, high in bands:
        if low <= complaints_per_unit and (not high or complaints_per_unit < high):
            return key
    return None


def action_priority(severity: int, occurrence: int, detection: int) -> str:
    """AIAG-VDA action priority of three ratings from 1 to 10: ``H`` (act), ``M`` (act or justify), ``L``.

    Raises:
        RiskError: a rating that is not a whole number from 1 to 10.
    """
    for what, rating in (("severity", severity), ("occurrence", occurrence), ("detection", detection)):
        if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 10:
            raise RiskError(f"The {what} rating must be a whole number from 1 to 10, not {rating!r}")
    if severity == 1 or occurrence == 1:
        return "L"
    return _PRIORITY[_SEVERITY_BAND[severity]][_OCCURRENCE_BAND[occurrence]][_DETECTION_BAND[detection]]


def occurrence_rating(complaints_per_unit: float) -> int:
    """Occurrence rating, 2 to 10, of a rate: the least one whose published frequency holds it. 1 says that the failure cannot
    happen at all, which no rate does.

    Raises:
        RiskError: a negative or undefined rate.
    """
    if not complaints_per_unit >= 0:
        raise RiskError(f"A complaint rate must not be negative or undefined: {complaints_per_unit!r}")
    return next((rating for rating, most in _FREQUENCIES if complaints_per_unit <= most), 10)


def rating_of_band(low: float | None, high: float | None) -> int:
    """Occurrence rating, 2 to 10, of a band of rates: that of its upper end. Of one without an upper end (None or 0) the rates
    may be anywhere above its lower end: it is rated halfway between that and 10.

    Raises:
        RiskError: a negative or undefined rate.
    """
    return occurrence_rating(high) if high else (occurrence_rating(low or 0.0) + 11) // 2


# AIAG & VDA FMEA Handbook (2019), action priority for design and process FMEA. Rows are severity bands; each row
# lists the occurrence bands 8-10, 6-7, 4-5, 2-3, and in each the detection bands 7-10, 5-6, 2-4, 1.
_PRIORITY = {
    "9-10": ("HHHH", "HHHH", "HHHM", "HMLL"),
    "7-8": ("HHHH", "HHHM", "HMMM", "MMLL"),
    "4-6": ("HHMM", "MMML", "MLLL", "LLLL"),
    "2-3": ("MMLL", "LLLL", "LLLL", "LLLL"),
}
# The same handbook, occurrence by incidents per thousand items (its alternative tables): the most that a rating stands for.
_FREQUENCIES = ((2, 1e-6), (3, 1e-5), (4, 1e-4), (5, 5e-4), (6, 2e-3), (7, 1e-2), (8, 2e-2), (9, 5e-2))
_SEVERITY_BAND = ("", "", "2-3", "2-3", "4-6", "4-6", "4-6", "7-8", "7-8", "9-10", "9-10")
_OCCURRENCE_BAND = (-1, -1, 3, 3, 2, 2, 1, 1, 0, 0, 0)
_DETECTION_BAND = (-1, 3, 2, 2, 2, 1, 1, 0, 0, 0, 0)


def _lower_neighbours(matrix: RiskMatrix, row: int, column: int) -> list[tuple[str, str]]:
    out = []
    if row:
        out.append((matrix.severities[row - 1], matrix.occurrences[column]))
    if column:
        out.append((matrix.severities[row], matrix.occurrences[column - 1]))
    return out
