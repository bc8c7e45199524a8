"""Is an event reportable, under which rule, and by which day.

Rules are data (:class:`Rule`): a question answered yes makes a rule apply, and the rule gives a number of calendar
or work days. The day of the event that a rule counts from (usually the day on which the maker became aware) is
day 0, so a limit of one day ends with the following day. Days are dates of the maker's own place: the caller
turns an instant into a date, because only the caller knows the zone.

The defaults live in ``constants/reportability.py``. Nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from complaint_qms.engine.message import Message

AWARENESS = "awareness"
UNITS = ("calendar", "work")
SATURDAY_SUNDAY = frozenset({5, 6})
SEARCH_DAYS = 3660
"""How many days a work-day deadline may lie ahead before the search is given up."""


class ReportabilityError(ValueError):
    """A rule, date or answer that makes no sense."""


@dataclass(frozen=True)
class ReportingRule:
    """One reporting duty. ``any_of``: questions of which one yes makes it apply; ``days`` None: the duty exists
    but no number of days is laid down; ``counts_from``: name of the event whose day is day 0."""

    key: str
    jurisdiction: str
    any_of: tuple[str, ...]
    days: int | None
    unit: str
    source: str
    counts_from: str = AWARENESS
    check: bool = False

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ReportabilityError(
                f"Rule {self.key!r}: the unit must be calendar or work, not {self.unit!r}"
            )
        if not self.any_of:
            raise ReportabilityError(f"Rule {self.key!r} has no question")
        if self.days is not None and (isinstance(self.days, bool) or self.days < 0):
            raise ReportabilityError(f"Rule {self.key!r}: days must not be negative")


@dataclass(frozen=True)
class Duty:
    """A rule that applies: why, from which day, and by which day (None when no days are laid down)."""

    rule: ReportingRule
    because: tuple[str, ...]
    day_zero: date
    deadline: date | None
    explanation: Message


@dataclass(frozen=True)
class Decision:
    """``reportable`` is True, False, or None while an open question could still make it so.

    ``duties`` are sorted by deadline, those without one last; ``open_questions`` are those whose yes would add a
    duty; ``earliest`` is the first deadline among the duties.
    """

    reportable: bool | None
    duties: tuple[Duty, ...]
    earliest: date | None
    open_questions: tuple[str, ...]
    explanation: Message


def rules_from_data(rows: Iterable[Mapping]) -> tuple[ReportingRule, ...]:
    """Rules from plain rows (see ``constants/reportability.py``).

    Raises:
        ReportabilityError: an unusable row or a key that appears twice.
    """
    rules = tuple(ReportingRule(**{**row, "any_of": tuple(row["any_of"])}) for row in rows)
    keys = [rule.key for rule in rules]
    for key in keys:
        if keys.count(key) > 1:
            raise ReportabilityError(f"The rule {key!r} appears twice")
    return rules


def deadline(
    day_zero: date,
    days: int,
    unit: str,
    holidays: Collection[date] = frozenset(),
    weekend: Collection[int] = SATURDAY_SUNDAY,
) -> date:
    """Last day of a limit of ``days`` days after ``day_zero``.

    ``calendar``: simply that many days later, whatever day it falls on. ``work``: only days count that are
    neither in ``weekend`` (0 = Monday) nor in ``holidays``; day 0 itself never counts.

    Raises:
        ReportabilityError: a datetime instead of a date, negative days, an unknown unit, no work days in reach.
    """
    _plain_date(day_zero)
    if days < 0:
        raise ReportabilityError("A time limit must not be negative")
    if unit == "calendar":
        return day_zero + timedelta(days=days)
    if unit != "work":
        raise ReportabilityError(f"The unit must be calendar or work, not {unit!r}")
    left, day = days, day_zero
    for _ in range(SEARCH_DAYS):
        if not left:
            return day
        day += timedelta(days=1)
        left -= day.weekday() not in weekend and day not in holidays
    if not left:
        return day
    raise ReportabilityError(
        f"Fewer than {days} work days within {SEARCH_DAYS} days: check weekend and holidays"
    )


def days_left(
    today: date,
    due: date,
    unit: str = "calendar",
    holidays: Collection[date] = frozenset(),
    weekend: Collection[int] = SATURDAY_SUNDAY,
) -> int:
    """Days from ``today`` to the deadline: 0 on the day itself, negative when it has passed."""
    _plain_date(today)
    _plain_date(due)
    if unit == "calendar":
        return (due - today).days
    low, high, sign = (today, due, 1) if due >= today else (due, today, -1)
    span = (low + timedelta(days=n) for n in range(1, (high - low).days + 1))
    return sign * sum(day.weekday() not in weekend and day not in holidays for day in span)


def decide(
    rules: Sequence[ReportingRule],
    answers: Mapping[str, bool | None],
    events: Mapping[str, date],
    jurisdictions: Collection[str] | None = None,
    holidays: Mapping[str, Collection[date]] | None = None,
    weekend: Collection[int] = SATURDAY_SUNDAY,
) -> Decision:
    """Which rules apply, by when, and what is still open.

    Args:
        rules: the rules of the site.
        answers: question to True, False or None; a question that is absent is open.
        events: event name to its day; ``awareness`` is needed by most rules.
        jurisdictions: only these count; None means all.
        holidays: jurisdiction to its public holidays, for work days.
        weekend: weekdays that are no work days, 0 = Monday.

    Raises:
        ReportabilityError: a rule applies whose event has no day, or a date is a datetime.
    """
    chosen = [rule for rule in rules if jurisdictions is None or rule.jurisdiction in jurisdictions]
    duties = [
        _duty(rule, because, events, (holidays or {}).get(rule.jurisdiction, frozenset()), weekend)
        for rule in chosen
        if (because := tuple(question for question in rule.any_of if answers.get(question)))
    ]
    duties.sort(key=lambda duty: (duty.deadline or date.max, duty.rule.key))
    applied = {duty.rule.key for duty in duties}
    waiting = dict.fromkeys(
        question
        for rule in chosen
        if rule.key not in applied
        for question in rule.any_of
        if answers.get(question) is None
    )
    earliest = next((duty.deadline for duty in duties if duty.deadline), None)
    reportable = True if duties else (None if waiting else False)
    explanation = _summary(duties, earliest, tuple(waiting), reportable)
    return Decision(reportable, tuple(duties), earliest, tuple(waiting), explanation)


def _duty(
    rule: ReportingRule,
    because: tuple[str, ...],
    events: Mapping[str, date],
    holidays: Collection[date],
    weekend: Collection[int],
) -> Duty:
    day_zero = events.get(rule.counts_from)
    if day_zero is None:
        raise ReportabilityError(
            f"The rule {rule.key} counts from {rule.counts_from}, whose day is not given"
        )
    _plain_date(day_zero)
    params = {"source": rule.source, "because": ", ".join(because), "day_zero": day_zero.isoformat()}
    if rule.days is None:
        return Duty(rule, because, day_zero, None, Message(_WITHOUT_DAYS, params))
    due = deadline(day_zero, rule.days, rule.unit, holidays, weekend)
    params |= {"days": str(rule.days), "deadline": due.isoformat()}
    template = _IN_WORK_DAYS if rule.unit == "work" else _IN_CALENDAR_DAYS
    return Duty(rule, because, day_zero, due, Message(template, params))


_IN_CALENDAR_DAYS = (
    "{source}: report by {deadline}, {days} calendar days after {day_zero} (because: {because})"
)
_IN_WORK_DAYS = "{source}: report by {deadline}, {days} work days after {day_zero} (because: {because})"
_WITHOUT_DAYS = "{source}: report without delay; no number of days is laid down (because: {because})"


def _summary(
    duties: Sequence[Duty], earliest: date | None, waiting: Sequence[str], reportable: bool | None
) -> Message:
    params = {"count": str(len(duties)), "questions": ", ".join(waiting)}
    if reportable is None:
        return Message("Undecided; still open: {questions}", params)
    if not reportable:
        return Message("Not reportable: every question is answered with no", params)
    params["deadline"] = earliest.isoformat() if earliest else ""
    if earliest is None:
        return Message("Reportable without delay; rules that apply: {count}", params)
    return Message("Reportable by {deadline}; rules that apply: {count}", params)


def _plain_date(day: date) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ReportabilityError(f"A day must be a date without a time, not {day!r}")
