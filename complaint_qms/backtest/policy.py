"""The policy of a replay: stages, calendar, risk matrix, rules and thresholds, with the app's own as defaults.

The defaults come from :mod:`complaint_qms.constants`, so a new site and a back-test judge alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from pathlib import Path
from textwrap import fill
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.templates import environment
from complaint_qms.constants import reportability as reportability_data
from complaint_qms.constants import risk as risk_data
from complaint_qms.constants import vocabulary
from complaint_qms.engine import reportability, risk, rules
from complaint_qms.engine.similar import Settings
from complaint_qms.engine.sla.clock import WorkCalendar
from complaint_qms.tabular import severity_words
from complaint_qms.tabular.heading_names import fold_heading

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STAGE_HOURS = tuple((stage, seconds / 3600) for stage, seconds, _who, _next in vocabulary.SOP_STAGES)
SERIES_KINDS = ("all", "item", "batch", "type", "supplier", "region", "channel", "model")
COUNTED_BY = ("customer", "item", "batch", "type", "supplier")
RULE_FIELDS = [
    "id",
    "customer",
    "item",
    "model",
    "batch",
    "serial",
    "supplier",
    "type",
    "severity",
    "channel",
    "region",
    "status",
    "expectation",
    "cost",
    "risk",
    "tags",
]
_ZH = {
    "negligible": "可忽略", "minor": "轻微", "serious": "严重", "critical": "危急", "catastrophic": "灾难性",
    "improbable": "极不可能", "remote": "很少", "occasional": "偶尔", "probable": "很可能", "frequent": "频繁",
    "low": "低", "medium": "中", "high": "高", "extreme": "极高",
}  # fmt: skip
_COUNTS = {"improbable": 0, "remote": 2, "occasional": 5, "probable": 15, "frequent": 50}


def default_text(language: str = "en") -> str:
    """The default policy as YAML, with comments in the language."""
    templates = environment(Path(__file__).parent, autoescape=False, keep_trailing_newline=True)

    def listed(words: list[str]) -> str:
        text = ", ".join(f'"{word}"' if word.isdigit() else word for word in words)
        return fill(text, 110, subsequent_indent=" " * 8, break_on_hyphens=False, break_long_words=False)

    sop = vocabulary.DEFAULT_SOP
    return templates.get_template("default_policy.yaml.jinja").render(
        t=lambda key: phrase(key, language).format(),
        shifts=", ".join(f'"{begin[:5]}-{end[:5]}"' for begin, end in vocabulary.SHIFTS),
        workdays=[(day, day.title() in vocabulary.WORKDAYS) for day in WEEKDAYS],
        first_response_hours=f"{sop['first_response_time'] / 3600:g}",
        total_hours=f"{sop['resolution_time'] / 3600:g}",
        warn_at=f"{sop['warn_percent'] / 100:g}",
        stage_hours=[(stage, f"{hours:g}") for stage, hours in STAGE_HOURS],
        severities=[
            {
                "key": s["key"],
                "name": s["name"],
                "name_zh": _ZH[s["key"]],
                "words": listed(severity_words.of_level(s["key"])),
            }
            for s in risk_data.SEVERITIES
        ],
        harm=[(s["harm_level"], s["key"]) for s in risk_data.SEVERITIES if s["harm_level"]],
        occurrences=[
            {
                "key": o["key"],
                "name": o["name"],
                "name_zh": _ZH[o["key"]],
                "rate": f"{o['rate_from']:.7f}".rstrip("0").rstrip(".") or "0",
                "count": _COUNTS[o["key"]],
            }
            for o in risk_data.OCCURRENCES
        ],
        levels=[{"key": k, "name_zh": _ZH[k], **v} for k, v in risk_data.RISK_LEVELS.items()],
        grid=list(risk_data.DEFAULT_GRID.items()),
    )


@dataclass(frozen=True)
class Policy:
    """A checked policy. `text` is the canonical YAML of `data` (what the run is identified by)."""

    data: dict[str, Any]

    @cached_property
    def text(self) -> str:
        return yaml.safe_dump(self.data, allow_unicode=True, sort_keys=True)

    @property
    def timezone(self) -> str:
        return self.data["calendar"]["timezone"]

    @cached_property
    def calendar(self) -> WorkCalendar:
        section = self.data["calendar"]
        shifts = {
            day: tuple(parse_shift(s) for s in section["shifts"].get(name) or ())
            for day, name in enumerate(WEEKDAYS)
        }
        return WorkCalendar(shifts, frozenset(parse_day(h) for h in section["holidays"]), section["timezone"])

    @cached_property
    def matrix(self) -> risk.RiskMatrix:
        section = self.data["risk"]
        return risk.matrix_from_grid(self.occurrences, section["grid"], section["levels"])

    @property
    def severities(self) -> tuple[str, ...]:
        return tuple(s["key"] for s in self.data["risk"]["severities"])

    @property
    def occurrences(self) -> tuple[str, ...]:
        return tuple(o["key"] for o in self.data["risk"]["occurrences"])

    @cached_property
    def severity_words(self) -> dict[str, str]:
        """Word of a file -> severity key; without accents as well, where that is no other word."""
        words = {}
        for level in self.data["risk"]["severities"]:
            for word in (level["key"], level["name"], level.get("name_zh"), *(level.get("words") or ())):
                if word is not None:
                    words[str(word).strip().lower()] = level["key"]
        for word, key in list(words.items()):
            words.setdefault(fold_heading(word), key)
        return words

    @cached_property
    def severity_of(self) -> Callable[[str], str | None]:
        """The severity that a word of a file names; None where the policy does not know it."""

        def known(word: str) -> str | None:
            keys = map(self.severity_words.get, severity_words.spellings(word))
            return next((key for key in keys if key), None)

        return lru_cache(maxsize=10_000)(known)

    def worst_rank(self, kind: str) -> tuple[str, str]:
        """Among ranks of a kind (`severity_words.rank`) that the policy knows: the figure of the worst, and its severity."""
        ranks = [
            (self.severities.index(key), found[1] != "0", -int(found[1]), found[1], key)
            for word, key in self.severity_words.items()
            if (found := severity_words.rank(word)) and found[0] == kind
        ]
        return max(ranks)[3:]

    def bands(self, by: str) -> list[tuple[str, float, float | None]]:
        """Occurrence bands ``(key, from, to)`` over `by`: ``rate`` or ``count``."""
        rows = self.data["risk"]["occurrences"]
        lows = [float(o[by]) for o in rows]
        return [(o["key"], low, high) for o, low, high in zip(rows, lows, [*lows[1:], None], strict=True)]

    @cached_property
    def ruleset(self) -> rules.RuleSet:
        return rules.compile_rules(self.data["rules"], fields=RULE_FIELDS, severities=self.severities)

    @cached_property
    def reporting(self) -> tuple[reportability.ReportingRule, ...]:
        return reportability.rules_from_data(reportability_data.RULES)

    @property
    def similar(self) -> Settings:
        section = self.data["similar"]
        return Settings(duplicate=section["duplicate"], similar=section["case"])


def fact_args(node: object, place: str) -> Iterator[tuple[str, dict]]:
    """Every use of a fact inside the rules, as (place of its args, args)."""
    if isinstance(node, dict):
        if "fact" in node:
            yield f"{place}.args", node.get("args") or {}
        for key, value in node.items():
            yield from fact_args(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from fact_args(value, f"{place}[{number}]")


def fact_uses(policy: Policy) -> list[tuple[str, int]]:
    """Distinct ``(by, days)`` of the complaint counts that the rules ask for."""
    uses = {(args["by"], args["days"]) for _, args in fact_args(policy.data["rules"], "rules")}
    return sorted(uses)


def parse_shift(text: object) -> tuple[time, time] | None:
    """``09:00-17:30`` as two times; None when it is no shift."""
    match = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", str(text).strip())
    if not match:
        return None
    h1, m1, h2, m2 = map(int, match.groups())
    if h1 > 23 or h2 > 24 or m1 > 59 or m2 > 59 or (h2 == 24 and m2):
        return None
    return time(h1, m1), time(h2 % 24, m2)


def parse_day(value: object) -> date | None:
    """A day as YAML or text gives it; None when it is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def is_zone(name: str) -> bool:
    """Whether a time zone of this name is known."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
