"""What similarity works on and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from complaint_qms.engine.reasons import Reason

FIELDS: tuple[str, ...] = ("customer", "item", "batch", "order", "serial", "region")


@dataclass(frozen=True, slots=True)
class Record:
    """One complaint as far as similarity is concerned. Unknown fields stay empty and count neither way."""

    id: str
    text: str
    customer: str = ""
    item: str = ""
    batch: str = ""
    order: str = ""
    date: date | None = None
    serial: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A record that resembles the one asked about; ``score`` and ``agreement`` of the texts 0 … 1, reasons strongest first.

    ``told_twice``: both tell of one event (``score`` says how surely); else it is a similar case.
    """

    id: str
    score: float
    reasons: tuple[Reason, ...] = ()
    agreement: float = 0.0
    told_twice: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that resemble each other; ``left`` came first in the input. ``told_twice`` as of a :class:`Match`."""

    left: str
    right: str
    score: float
    reasons: tuple[Reason, ...] = ()
    told_twice: bool = False


def _agree() -> dict[str, float]:
    return {"customer": 1.0, "item": 0.4, "batch": 0.7, "order": 1.5, "serial": 2.0, "region": 0.0}


def _differ() -> dict[str, float]:
    return {"customer": -0.8, "item": -0.7, "batch": -0.4, "order": -0.7, "serial": -0.4, "region": 0.0}


@dataclass(frozen=True)
class Settings:
    """Weights in log-odds, thresholds in score, limits in records.

    ``agree`` / ``differ``: added when both records name the field and it is equal / not equal.
    ``date_near`` is added for the same day and fades with ``date_scale`` days; ``date_far`` is added after
    ``date_limit`` days, between them it fades linearly.
    ``window``: within one blocking key, how many following records each record is compared with;
    a key shared by a whole history therefore costs no more than a rare one.
    ``neighbours``: pairs kept per record, best first.
    ``steepness`` and ``middle`` turn the agreement of the texts (cosine, 0 … 1) into log-odds:
    ``steepness * (cosine - middle)``; ``length`` is added per unit of log length ratio, since a story told again has
    about its old length; ``little`` is added, in proportion, below ``enough`` words, since a few words (a title) agree
    by chance and are no story. ``duplicate``: score from which a pair is one complaint told twice (:mod:`.told_twice_many`),
    ``similar``: from which it is a similar case. ``sketch``: features kept per text; shorter texts are compared exactly, longer ones
    by a consistent sample.
    """

    duplicate: float = 0.75
    similar: float = 0.5
    agree: dict[str, float] = field(default_factory=_agree)
    differ: dict[str, float] = field(default_factory=_differ)
    date_near: float = 0.5
    date_scale: float = 14.0
    date_far: float = -0.5
    date_limit: float = 365.0
    steepness: float = 20.0
    middle: float = 0.67
    length: float = -2.0
    little: float = -10.0
    enough: int = 8
    sketch: int = 128
    whole_serials: bool = True
    """Whether a serial number names a unit. Of one that is cut (11 of the 17 signs of a vehicle's), or a model's, only another one
    tells something: of another unit."""
    window: int = 4
    neighbours: int = 10
