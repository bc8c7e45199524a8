"""By what the assistant goes: phrases and limits, as data that a site may add to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Final

from complaint_qms.constants import dialog as words
from complaint_qms.engine.classify.lexicon import Lexicon, default_lexicon
from complaint_qms.engine.text import HAN, fold

_HARM_WEIGHT: Final = 5.0
_HAN_CHAR: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class Rules:
    """Phrases by meaning and language, and limits.

    Attributes:
        asks: what is asked for, in this order; of `happened`, `product`, `order`, `photos`, `name`, `contact`.
        most_asked: how often one thing is asked for before it is left out.
        most_misunderstood: turns in a row that are not understood until a person is called.
        most_summaries: how often a summary is shown until a person is called.
        most_turns: turns of a conversation until a person is called.
        longest: signs of a turn that are read.
        new_after: silence after the end of a conversation that makes the next turn a new one.
        confident: least confidence, 0 … 1, of an article that is given as an answer.
        confident_unasked: the same for what is not put as a question.
        margin: by how much the best article has to be better than the next, as a share of its score.
        tells_status: whether the caller answers `status` itself; else a person does.
        products: names of products to be found in what is written.
    """

    short: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: words.SHORT)
    anywhere: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: words.ANYWHERE)
    harm: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: words.HARM)
    not_harm: Mapping[str, str] = field(default_factory=lambda: words.NOT_HARM)
    not_complaint: Mapping[str, str] = field(default_factory=lambda: words.NOT_COMPLAINT)
    asks: tuple[str, ...] = ("happened", "product", "order", "photos")
    most_asked: int = 2
    most_misunderstood: int = 2
    most_summaries: int = 3
    most_turns: int = 40
    longest: int = 4_000
    new_after: timedelta = timedelta(hours=12)
    confident: float = 0.5
    confident_unasked: float = 0.7
    margin: float = 0.15
    tells_status: bool = False
    products: tuple[str, ...] = ()

    def extended(self, more: Mapping[str, Mapping[str, str]]) -> Rules:
        """The same with further phrases `{meaning: {language: "phrase, phrase"}}`; meanings as in `constants.dialog`."""
        return replace(self, short=_joined(self.short, more), anywhere=_joined(self.anywhere, more))

    @cached_property
    def meanings(self) -> Mapping[str, frozenset[str]]:
        """Short phrase → what it may mean."""
        found: dict[str, set[str]] = {}
        for meaning, languages in self.short.items():
            for phrase in _phrases(languages.values()):
                found.setdefault(phrase, set()).add(meaning)
        return {phrase: frozenset(listed) for phrase, listed in found.items()}

    @cached_property
    def short_pattern(self) -> re.Pattern[str]:
        return _any_of(self.meanings)

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """Meaning → pattern that finds it anywhere."""
        return {
            meaning: _any_of(_phrases(languages.values())) for meaning, languages in self.anywhere.items()
        }

    @cached_property
    def harmless(self) -> re.Pattern[str]:
        return _any_of(_phrases(self.not_harm.values()))

    @cached_property
    def no_complaint(self) -> re.Pattern[str]:
        """Sayings of no complaint."""
        return _any_of(_phrases(self.not_complaint.values()))

    @cached_property
    def lexicon(self) -> Lexicon:
        more = {
            severity: dict.fromkeys(_phrases(languages.values()), _HARM_WEIGHT)
            for severity, languages in self.harm.items()
        }
        return default_lexicon().extended({"harm": more})

    @cached_property
    def product_names(self) -> re.Pattern[str] | None:
        names = [fold(name) for name in self.products]
        names = [name for name in names if len(name) > 1]
        return _any_of(names) if names else None


def pattern_of(listed: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any phrase of these lists, whose phrases have commas between them."""
    return _any_of(_phrases(listed))


def _phrases(listed: Iterable[str]) -> list[str]:
    return [phrase for text in listed for one in text.split(",") if (phrase := fold(one))]


def _joined(
    own: Mapping[str, Mapping[str, str]], more: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    return {
        meaning: {
            language: ", ".join(
                part
                for part in (languages.get(language, ""), more.get(meaning, {}).get(language, ""))
                if part
            )
            for language in {**languages, **more.get(meaning, {})}
        }
        for meaning, languages in own.items()
    }


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern of fixed texts, the longest first; Latin ones as whole words."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    han = [re.escape(phrase) for phrase in ordered if _HAN_CHAR.search(phrase)]
    latin = [re.escape(phrase) for phrase in ordered if not _HAN_CHAR.search(phrase)]
    parts = []
    if latin:
        parts.append(r"(?<![a-z0-9'])(?:" + "|".join(latin) + r")(?![a-z0-9'])")
    if han:
        parts.append("|".join(han))
    return re.compile("|".join(parts) or r"(?!)")


RULES: Final = Rules()
