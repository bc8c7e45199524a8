"""How long a record is kept, and what stands in the way of letting it go (G8).

Days are dates of the company's own place. A term of years ends on the same day of the year; one that began on 29 February
ends on 1 March, so that it is never a day short. Terms by record class lie in ``constants/retention.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, need

BEGINNINGS = ("released", "received", "event", "ended")


@dataclass(frozen=True)
class Term:
    """How long records of one class are kept.

    Attributes:
        years: whole years at least, counted from ``counts_from``.
        counts_from: fact that the years count from, one of ``BEGINNINGS``; the day of receipt where it is unknown.
        life: whether the record also lives as long as the product is expected to.
        source: the clause that asks for it.
    """

    years: int
    counts_from: str = "released"
    life: bool = True
    source: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.years, bool) or self.years < 0:
            raise ValueError(f"A record cannot be kept for {self.years!r} years")
        if self.counts_from not in BEGINNINGS:
            raise ValueError(
                f"Years count from one of {', '.join(BEGINNINGS)}, not from {self.counts_from!r}"
            )


@dataclass(frozen=True)
class Retention:
    """``until``: the last day on which the record has to be there. ``because``: what decided: ``years``, ``life``,
    ``expiry`` or ``receipt``."""

    until: date
    because: str


def keep_until(facts: Mapping[str, Any], term: Term) -> Retention:
    """The latest day that any of the reasons to keep a record asks for.

    Facts: received (a date, always known); released, event, ended: dates or None; life_years: expected life of the
    product in years, counted from its release; expiry: date printed on the product, or None.

    A complaint may arrive when the product's own term is nearly over: it is kept for the term's years from receipt too.
    """
    received = facts["received"]
    reasons = {"years": after(facts.get(term.counts_from) or received, term.years)}
    if term.life:
        reasons["life"] = after(facts.get("released") or received, facts.get("life_years") or 0)
        if facts.get("expiry"):
            reasons["expiry"] = facts["expiry"]
    reasons["receipt"] = after(received, term.years)
    because = max(reasons, key=lambda reason: reasons[reason])
    return Retention(reasons[because], because)


def after(start: date, years: int) -> date:
    """The day ``years`` years after ``start``; the last day of the calendar where that is later still."""
    year = start.year + years
    if year > date.max.year:
        return date.max
    try:
        return start.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def disposal_missing(facts: Mapping[str, Any]) -> list[Missing]:
    """What a record lacks to be disposed of; nothing is ever disposed of by itself.

    Facts: name; ended: whether its procedure is over; retain_until; today; legal_hold: why it is kept beyond its term, or
    empty; linked: [{name, retain_until}] records that rest on it; disposal_reason; requested_by; user.
    """
    found: list[Missing] = []
    name, today, until = facts.get("name"), facts["today"], facts.get("retain_until")
    if not facts.get("ended"):
        found.append(
            Missing(
                "G8", "", Message("{name} is still open: only an ended record can be let go.", {"name": name})
            )
        )
    if until is None:
        found.append(
            Missing(
                "G8",
                "retain_until",
                Message("It is not known how long {name} has to be kept.", {"name": name}),
            )
        )
    elif today <= until:
        found.append(
            Missing(
                "G8",
                "retain_until",
                Message("{name} has to be kept until {date}.", {"name": name, "date": until}),
            )
        )
    if facts.get("legal_hold"):
        found.append(
            Missing(
                "G8",
                "legal_hold",
                Message("{name} is held: {reason}", {"name": name, "reason": facts["legal_hold"]}),
            )
        )
    for row in facts.get("linked") or []:
        if row["retain_until"] is None or today <= row["retain_until"]:
            found.append(
                Missing(
                    "G8",
                    "",
                    Message(
                        "{linked} rests on {name} and is kept longer.", {"linked": row["name"], "name": name}
                    ),
                )
            )
    found += need(facts, "G8", [("disposal_reason", "Write why the record is let go.")])
    if facts.get("user") and facts["user"] == facts.get("requested_by"):
        found.append(
            Missing("G6", "", Message("You asked for the disposal: somebody else has to decide on it."))
        )
    return found
