"""What comes in, what is known, and what goes out, as data."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Literal

from complaint_qms.engine.message import Message

Mode = Literal["open", "collecting", "confirming", "with_person", "done"]
MODES: Final = ("open", "collecting", "confirming", "with_person", "done")
LONGEST: Final = {"happened": 4_000, "topic": 4_000, "question": 1_000}
WHICH: Final = "which"
LONGEST_VALUE: Final = 140
MOST_COUNTED: Final = 10_000
_MOST_KEYS: Final = 20
_HALF_SIGN: Final = re.compile("[\ud800-\udfff]")
_COUNTS: Final = ("photos", "topic_files", "misunderstood", "summaries", "turns")
_KEPT: Final = ("language", "name", "contact")


@dataclass(frozen=True)
class Turn:
    """What somebody sent in one go.

    Attributes:
        text: it may be empty.
        files: how many came with it.
        at: when.
        name: what the caller knows it by.
        unheard: whether nobody has taken up so far what waits for a person.
    """

    text: str
    files: int
    at: datetime
    name: str = ""
    unheard: bool = False


@dataclass(frozen=True)
class State:
    """What is known of a conversation. A caller that knows a sender begins with `State(name=…, contact=…)`.

    Attributes:
        language: in which replies are worded: code as Frappe names it.
        happened: what went wrong, in the sender's own words.
        asked: what was asked last: a slot, `confirm`, `correction`, `helped`, `is_complaint`, `which`, or empty.
        asked_times: slot → how often it was asked.
        skipped: slots that the sender has nothing for.
        topic: the question or the text that a reply was about.
        topic_turns: names of the turns of which it was asked whether they tell of another complaint; `topic_files`: files with them.
        complaint: number of an existing complaint that was named.
        registered: whether `register` was asked of the caller.
        warned: whether the sender was told what to do in danger.
        apart: whether harm was told while another thing was taken down, so that nothing told before says what did it.
        repeated: what was said once more while a person was waited for, and is not said again.
        last_at: moment of the last turn, ISO 8601.
    """

    language: str = "en"
    mode: Mode = "open"
    name: str = ""
    product: str = ""
    order: str = ""
    serial: str = ""
    batch: str = ""
    happened: str = ""
    contact: str = ""
    photos: int = 0
    asked: str = ""
    asked_times: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    topic: str = ""
    topic_turns: tuple[str, ...] = ()
    topic_files: int = 0
    complaint: str = ""
    misunderstood: int = 0
    summaries: int = 0
    turns: int = 0
    registered: bool = False
    warned: bool = False
    apart: bool = False
    repeated: tuple[str, ...] = ()
    last_at: str = ""

    def to_data(self) -> dict[str, Any]:
        """Plain JSON."""
        data = {part.name: getattr(self, part.name) for part in fields(self)}
        return {**data, "asked_times": dict(self.asked_times), "skipped": list(self.skipped)}

    @property
    def in_question(self) -> tuple[str, ...]:
        """Names of the turns that go along if the answer now is that they tell of another complaint."""
        return self.topic_turns if self.asked == WHICH else ()

    def __post_init__(self) -> None:
        for name in _COUNTS:
            object.__setattr__(self, name, min(getattr(self, name), MOST_COUNTED))

    @classmethod
    def from_data(cls, data: object) -> State:
        """The state that `to_data` gave, of this version or another; whatever cannot be one counts as not there."""
        if not isinstance(data, Mapping):
            return cls()
        empty, values = cls(), {}
        for part in fields(cls):
            value = _tidied(part.name, data.get(part.name), getattr(empty, part.name))
            if value is not None:
                values[part.name] = value
        return replace(empty, **values)

    def released(self) -> State:
        """What a person hands back: the assistant answers again, and registers nothing of what was told before."""
        return replace(self, mode="done", asked="", misunderstood=0, repeated=())

    def anew(self) -> State:
        """The beginning of a further conversation with the same sender."""
        return State(**{name: getattr(self, name) for name in _KEPT})


@dataclass(frozen=True)
class Reply:
    """One sentence to the sender: `WORDS[key]` in the language of the state, with `values` in its places.

    Attributes:
        article: name of the Help Article that answers, to be linked.
        choices: answers to offer as buttons, keys of `WORDS`; their words or the keys themselves are understood as an answer.
    """

    key: str
    values: dict[str, str] = field(default_factory=dict)
    article: str | None = None
    choices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """What follows from a turn: the state to keep, the replies (together one message, a line each), what the caller has to do, and why.

    `register` with a state that is `with_person`: register what is there and hand over (`hands_over`).
    """

    state: State
    replies: list[Reply]
    action: Literal["register", "hand_over"] | None
    reasons: list[Message]

    @property
    def hands_over(self) -> bool:
        """Whether a person has to take over with this turn."""
        return self.action == "hand_over" or (self.action == "register" and self.state.mode == "with_person")


def clipped(name: str, text: str) -> str:
    """A text as long as the slot of this name may be."""
    return _HALF_SIGN.sub("", text)[: LONGEST.get(name, LONGEST_VALUE)]


def silence(before: str, at: datetime) -> float:
    """Seconds since the turn before; 0 where it is not known."""
    try:
        last = datetime.fromisoformat(before)
    except ValueError:
        return 0.0
    if (last.tzinfo is None) != (at.tzinfo is None):
        last, at = last.replace(tzinfo=None), at.replace(tzinfo=None)
    return (at - last).total_seconds()


def _tidied(name: str, value: Any, default: Any) -> Any:
    """A stored value as one of the kind of the default; None for one that is not."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, int):
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return min(max(int(value), 0), MOST_COUNTED) if number else None
    if isinstance(default, str):
        if not isinstance(value, str) or (name == "mode" and value not in MODES):
            return None
        return clipped(name, value)
    if isinstance(default, tuple):
        texts = [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
        return tuple(clipped(name, one) for one in texts[:_MOST_KEYS])
    if not isinstance(value, Mapping):
        return None
    counts = {key: _tidied(key, count, 0) for key, count in value.items() if isinstance(key, str)}
    return {
        clipped("key", key): count for key, count in list(counts.items())[:_MOST_KEYS] if count is not None
    }
