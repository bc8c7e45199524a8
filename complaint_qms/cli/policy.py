"""The policy of a replay: one YAML file, checked to the line, with the app's own defaults for what it leaves out.

The defaults come from :mod:`complaint_qms.constants`, so a new site and a back-test judge alike.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import yaml

from complaint_qms.cli.errors import POLICY, CliError
from complaint_qms.constants import reportability as reportability_data
from complaint_qms.constants import risk as risk_data
from complaint_qms.constants import vocabulary
from complaint_qms.engine import reportability, risk, rules
from complaint_qms.engine.similar import Settings
from complaint_qms.engine.sla_clock import ClockError, WorkCalendar

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
# What files write for a level; the first list is ours, a policy replaces it.
_WORDS = {
    "negligible": ("negligible", "trivial", "cosmetic", "s1", "1", "可忽略", "轻微", "极低"),
    "minor": ("minor", "low", "malfunction", "s2", "2", "次要", "一般", "较低", "低"),
    "serious": ("serious", "moderate", "medium", "major", "s3", "3", "严重", "中等", "主要", "中", "较重"),
    "critical": (
        "critical",
        "high",
        "injury",
        "serious injury",
        "severe",
        "s4",
        "4",
        "重大",
        "危急",
        "高",
        "伤害",
    ),
    "catastrophic": ("catastrophic", "death", "fatal", "s5", "5", "灾难", "灾难性", "死亡", "致命", "特大"),
}
_ZH = {
    "negligible": "可忽略", "minor": "次要", "serious": "严重", "critical": "危急", "catastrophic": "灾难性",
    "improbable": "极少", "remote": "很少", "occasional": "偶尔", "probable": "经常", "frequent": "频繁",
    "low": "低", "medium": "中", "high": "高", "extreme": "极高",
}  # fmt: skip
_COUNTS = {"improbable": 0, "remote": 2, "occasional": 5, "probable": 15, "frequent": 50}


def default_text() -> str:
    """The commented default policy as YAML."""
    source = Path(__file__).with_name("default_policy.yaml.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
    )

    def quoted(words: tuple[str, ...]) -> list[str]:
        return [f'"{w}"' if w.isdigit() else w for w in words]

    sop = vocabulary.DEFAULT_SOP
    return environment.from_string(source).render(
        shifts=", ".join(f'"{begin[:5]}-{end[:5]}"' for begin, end in vocabulary.SHIFTS),
        workdays=[(day, day.title() in vocabulary.WORKDAYS) for day in WEEKDAYS],
        first_response_hours=f"{sop['first_response_time'] / 3600:g}",
        total_hours=f"{sop['resolution_time'] / 3600:g}",
        warn_at=f"{sop['warn_percent'] / 100:g}",
        stage_hours=[(stage, f"{hours:g}") for stage, hours in STAGE_HOURS],
        severities=[
            {"key": s["key"], "name": s["name"], "name_zh": _ZH[s["key"]], "words": quoted(_WORDS[s["key"]])}
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
            day: tuple(_shift(s) for s in section["shifts"].get(name) or ())
            for day, name in enumerate(WEEKDAYS)
        }
        return WorkCalendar(shifts, frozenset(_day(h) for h in section["holidays"]), section["timezone"])

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
        """Folded word of a file -> severity key."""
        words = {}
        for level in self.data["risk"]["severities"]:
            for word in (level["key"], level["name"], level.get("name_zh"), *level.get("words", ())):
                if word is not None:
                    words[str(word).strip().lower()] = level["key"]
        return words

    def bands(self, by: str) -> list[tuple[str, float, float | None]]:
        """Occurrence bands ``(key, from, to)`` over `by`: ``rate`` or ``count``."""
        rows = self.data["risk"]["occurrences"]
        lows = [float(o[by]) for o in rows]
        return [(o["key"], low, high) for o, low, high in zip(rows, lows, [*lows[1:], None], strict=True)]

    @cached_property
    def ruleset(self) -> rules.RuleSet:
        return rules.compile_rules(self.data["rules"], fields=RULE_FIELDS, severities=self.severities)

    @cached_property
    def reporting(self) -> tuple[reportability.Rule, ...]:
        return reportability.rules_from_data(reportability_data.RULES)

    @property
    def similar(self) -> Settings:
        return Settings(duplicate=self.data["similar"]["duplicate"])


def load(path: Path | None) -> Policy:
    """The default policy, overlaid with the file at `path`; raises CliError naming the place of a mistake."""
    data = yaml.safe_load(default_text())
    if path is None:
        return Policy(data)
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = yaml.safe_load(text)
        tree = yaml.compose(text)
    except OSError as error:
        raise CliError("file_unreadable", POLICY, file=path, why=error.strerror) from None
    except UnicodeDecodeError as error:
        raise CliError("file_unreadable", POLICY, file=path, why=str(error)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = getattr(error, "problem", None) or str(error)
        raise CliError("yaml_broken", POLICY, file=path, row=row, column=column, why=why) from None
    if given is None:
        return Policy(data)

    def fail(place: str, why: str) -> None:
        raise CliError(
            "policy_invalid", POLICY, file=path, line=_line(tree, place), where=place or "-", why=why
        )

    if not isinstance(given, dict):
        fail("", "a mapping of sections is expected")
    _overlay(data, given, "", fail)
    policy = Policy(data)
    check(policy, fail)
    return policy


# Sections whose keys a policy may choose freely: they are replaced as a whole, not key by key.
_OPEN = frozenset({"risk.grid", "risk.levels", "risk.harm", "reportability.answers", "sop.stage_hours"})


def _overlay(base: dict, given: dict, prefix: str, fail: Callable[[str, str], None]) -> None:
    for key, value in given.items():
        place = f"{prefix}{key}"
        if key not in base:
            fail(place, f"unknown; expected one of: {', '.join(map(str, base))}")
        known = base[key]
        if isinstance(known, dict) and not isinstance(value, dict):
            fail(place, "a mapping is expected")
        if isinstance(known, list) and not isinstance(value, list):
            fail(place, "a list is expected")
        if isinstance(known, dict) and place not in _OPEN:
            _overlay(known, value, f"{place}.", fail)
        else:
            base[key] = copy.deepcopy(value)


def check(policy: Policy, fail: Callable[[str, str], None]) -> None:
    """Everything a wrong value could break later is found here, with its place."""
    data = policy.data
    if data["version"] != 1:
        fail("version", f"1 is expected, not {data['version']!r}")
    _check_calendar(policy, fail)
    _check_sop(data["sop"], fail)
    _check_risk(policy, fail)
    for problem in rules.check(
        data["rules"], fields=RULE_FIELDS, facts=("complaint_count",), severities=policy.severities
    ):
        fail(problem.path, problem.message)
    for place, args in _fact_args(data["rules"], "rules"):
        if args.get("by") not in COUNTED_BY:
            fail(f"{place}.by", f"one of {', '.join(COUNTED_BY)} is expected")
        _number(args.get("days"), f"{place}.days", fail, low=1, whole=True)
    signals = data["signals"]
    for number, kind in enumerate(signals["by"]):
        if kind not in SERIES_KINDS:
            fail(f"signals.by[{number}]", f"one of {', '.join(SERIES_KINDS)} is expected, not {kind!r}")
    _number(signals["min_total"], "signals.min_total", fail, low=1, whole=True)
    _number(signals["max_series"], "signals.max_series", fail, low=1, whole=True)
    _number(signals["false_discovery_rate"], "signals.false_discovery_rate", fail, low=1e-9, high=1)
    _number(data["similar"]["duplicate"], "similar.duplicate", fail, low=0.01, high=1)
    _number(data["similar"]["days"], "similar.days", fail, low=1, whole=True)
    _check_reportability(data["reportability"], fail)


def _check_calendar(policy: Policy, fail: Callable) -> None:
    section = policy.data["calendar"]
    for name, shifts in section["shifts"].items():
        for number, shift in enumerate(shifts or ()):
            if _shift(shift) is None:
                fail(
                    f"calendar.shifts.{name}[{number}]",
                    f"a shift such as 09:00-17:30 is expected, not {shift!r}",
                )
    for number, holiday in enumerate(section["holidays"]):
        if _day(holiday) is None:
            fail(f"calendar.holidays[{number}]", f"a date such as 2024-12-25 is expected, not {holiday!r}")
    try:
        calendar = policy.calendar
    except ClockError as error:
        place = "calendar.timezone" if "zone" in str(error) else "calendar.shifts"
        fail(place, str(error))
        return
    if not calendar.shifts:
        fail("calendar.shifts", "there is no working time at all")


def _check_sop(section: dict, fail: Callable) -> None:
    stages = [s for s, _ in STAGE_HOURS]
    for stage, hours in section["stage_hours"].items():
        if stage not in stages:
            fail(f"sop.stage_hours.{stage}", f"one of {', '.join(stages)} is expected")
        _number(hours, f"sop.stage_hours.{stage}", fail, low=0.01)
    for key in ("first_response_hours", "total_hours"):
        _number(section[key], f"sop.{key}", fail, low=0.01)
    _number(section["warn_at"], "sop.warn_at", fail, low=0.01, high=1)
    for number, step in enumerate(section["ladder"]):
        place = f"sop.ladder[{number}]"
        if not isinstance(step, dict) or set(step) != {"at", "to"} or not isinstance(step["to"], str):
            fail(place, "at (share of the limit) and to (who) are expected")
        _number(step["at"], f"{place}.at", fail, low=0.01)
        if number and step["at"] <= section["ladder"][number - 1]["at"]:
            fail(f"{place}.at", "the steps of the ladder must rise")


def _check_risk(policy: Policy, fail: Callable) -> None:
    section = policy.data["risk"]
    for axis, keys in (("severities", ("key", "name")), ("occurrences", ("key", "name", "rate", "count"))):
        for number, level in enumerate(section[axis]):
            if not isinstance(level, dict) or any(level.get(k) is None for k in keys):
                fail(f"risk.{axis}[{number}]", f"{', '.join(keys)} are expected")
    for by in ("rate", "count"):
        previous = -1.0
        for number, level in enumerate(section["occurrences"]):
            place = f"risk.occurrences[{number}].{by}"
            _number(level[by], place, fail, low=0)
            if level[by] <= previous:
                fail(place, "must be larger than that of the level before")
            previous = level[by]
        if section["occurrences"] and section["occurrences"][0][by] != 0:
            fail(f"risk.occurrences[0].{by}", "the first level begins at 0")
    for key, level in section["levels"].items():
        if not isinstance(level, dict) or level.get("acceptability") not in risk.ACCEPTABILITY_ORDER:
            fail(
                f"risk.levels.{key}",
                f"acceptability: one of {', '.join(risk.ACCEPTABILITY_ORDER)} is expected",
            )
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(level.get("color", "#000000"))):
            fail(f"risk.levels.{key}.color", "a colour such as #C0392B is expected")
    if set(section["grid"]) != set(policy.severities):
        fail("risk.grid", f"exactly the rows {', '.join(policy.severities)} are expected")
    section["grid"] = {key: section["grid"][key] for key in policy.severities}
    try:
        findings = risk.check_matrix(policy.matrix)
    except (risk.RiskError, TypeError) as error:
        fail("risk.grid", str(error))
        return
    for finding in findings:
        if finding.kind == "error":
            fail("risk.grid", str(finding))
    for harm, severity in section["harm"].items():
        if harm not in risk_data.HARM_LEVELS:
            fail(f"risk.harm.{harm}", f"one of {', '.join(risk_data.HARM_LEVELS)} is expected")
        if severity not in policy.severities:
            fail(f"risk.harm.{harm}", f"unknown severity {severity!r}")
    if section["severity_unknown"] not in policy.severities:
        fail("risk.severity_unknown", f"one of {', '.join(policy.severities)} is expected")
    _number(section["window_days"], "risk.window_days", fail, low=1, whole=True)


def _check_reportability(section: dict, fail: Callable) -> None:
    for number, key in enumerate(section["jurisdictions"]):
        if key not in reportability_data.JURISDICTIONS:
            known = ", ".join(reportability_data.JURISDICTIONS)
            fail(f"reportability.jurisdictions[{number}]", f"one of {known} is expected, not {key!r}")
    for harm, questions in section["answers"].items():
        if harm not in risk_data.HARM_LEVELS:
            fail(f"reportability.answers.{harm}", f"one of {', '.join(risk_data.HARM_LEVELS)} is expected")
        for number, question in enumerate(questions or ()):
            if question not in reportability_data.QUESTIONS:
                known = ", ".join(reportability_data.QUESTIONS)
                fail(
                    f"reportability.answers.{harm}[{number}]", f"one of {known} is expected, not {question!r}"
                )


def _number(
    value: object, place: str, fail: Callable, low: float = 0, high: float | None = None, whole: bool = False
) -> None:
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        fail(place, f"a {'whole ' if whole else ''}number is expected, not {value!r}")
    if value < low or (high is not None and value > high):
        limits = f"from {low:g}" + (f" to {high:g}" if high is not None else "")
        fail(place, f"must be {limits}, is {value!r}")


def _fact_args(node: object, place: str):
    """Every use of a fact inside the rules, as (place of its args, args)."""
    if isinstance(node, dict):
        if "fact" in node:
            yield f"{place}.args", node.get("args") or {}
        for key, value in node.items():
            yield from _fact_args(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _fact_args(value, f"{place}[{number}]")


def fact_uses(policy: Policy) -> list[tuple[str, int]]:
    """Distinct ``(by, days)`` of the complaint counts that the rules ask for."""
    uses = {(args["by"], args["days"]) for _, args in _fact_args(policy.data["rules"], "rules")}
    return sorted(uses)


def _shift(text: object) -> tuple[time, time] | None:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", str(text).strip())
    if not match:
        return None
    h1, m1, h2, m2 = map(int, match.groups())
    if h1 > 23 or h2 > 24 or m1 > 59 or m2 > 59 or (h2 == 24 and m2):
        return None
    return time(h1, m1), time(h2 % 24, m2)


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _line(tree: yaml.Node | None, place: str) -> int:
    """Line of the deepest part of `place` that the YAML text has (1-based)."""
    node, line = tree, 1
    for step in re.findall(r"[^.\[\]]+", place):
        found = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
            found = node.value[int(step)]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line
