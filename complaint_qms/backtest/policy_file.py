"""A policy file: read over the defaults and checked, every mistake with its place and line."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Collection
from itertools import pairwise
from pathlib import Path

import yaml

from complaint_qms.backtest.errors import POLICY, CommandError
from complaint_qms.backtest.policy import (
    COUNTED_BY,
    RULE_FIELDS,
    SERIES_KINDS,
    STAGE_HOURS,
    WEEKDAYS,
    Policy,
    default_text,
    fact_args,
    parse_day,
    parse_shift,
)
from complaint_qms.constants import reportability as reportability_data
from complaint_qms.constants import risk as risk_data
from complaint_qms.engine import risk, rules
from complaint_qms.engine.sla.clock import ClockError
from complaint_qms.tabular.errors import YamlError
from complaint_qms.tabular.yaml_file import read, short_repr

MOST_DAYS, MOST_HOURS, DAY = 36_525, 100_000, 24 * 60


def load(path: Path | None) -> Policy:
    """The default policy, overlaid with the file at `path`; raises CommandError naming the place of a mistake."""
    data = yaml.safe_load(default_text())
    if path is None:
        return Policy(data)
    try:
        given, tree = read(path)
    except YamlError as error:
        raise CommandError(error.message.key, POLICY, **error.message.params) from None
    if given is None:
        return Policy(data)

    def fail(place: str, why: str) -> None:
        raise CommandError(
            "policy_invalid", POLICY, file=path, line=_line(tree, place), where=place or "-", why=why
        )

    if not isinstance(given, dict):
        fail("", "a mapping of sections is expected")
    _overlay(data, given, "", fail)
    policy = Policy(data)
    try:
        check(policy, fail)
        _ = policy.text, policy.calendar, policy.matrix, policy.severity_words, policy.ruleset
    except RecursionError:
        fail("", "nested too deep")
    return policy


# Sections whose keys a policy may choose freely: they are replaced as a whole, not key by key.
_OPEN = frozenset({"risk.grid", "risk.levels", "risk.harm", "reportability.answers", "sop.stage_hours"})


def check(policy: Policy, fail: Callable[[str, str], None]) -> None:
    """Everything a wrong value could break later is found here, with its place."""
    data = policy.data
    if data["version"] != 1:
        fail("version", f"1 is expected, not {short_repr(data['version'])}")
    _check_calendar(policy, fail)
    _check_sop(data["sop"], fail)
    _check_risk(policy, fail)
    for problem in rules.check(
        data["rules"], fields=RULE_FIELDS, facts=("complaint_count",), severities=policy.severities
    ):
        fail(problem.path, problem.message)
    for place, args in fact_args(data["rules"], "rules"):
        if not isinstance(args.get("by"), str) or args["by"] not in COUNTED_BY:
            fail(f"{place}.by", f"one of {', '.join(COUNTED_BY)} is expected")
        _number(args.get("days"), f"{place}.days", fail, low=1, high=MOST_DAYS, whole=True)
    signals = data["signals"]
    _each_once(signals["by"], SERIES_KINDS, "signals.by", fail)
    _number(signals["min_total"], "signals.min_total", fail, low=1, high=1_000_000, whole=True)
    _number(signals["max_series"], "signals.max_series", fail, low=1, high=1_000_000, whole=True)
    _number(signals["false_discovery_rate"], "signals.false_discovery_rate", fail, low=1e-9, high=0.5)
    _number(data["similar"]["duplicate"], "similar.duplicate", fail, low=0.01, high=1)
    _number(data["similar"]["days"], "similar.days", fail, low=1, high=MOST_DAYS, whole=True)
    _check_reportability(data["reportability"], fail)


def _overlay(base: dict, given: dict, prefix: str, fail: Callable[[str, str], None]) -> None:
    for key, value in given.items():
        place = f"{prefix}{key}"
        if not isinstance(key, str) or key not in base:
            fail(place, f"unknown; expected one of: {', '.join(map(str, base))}")
        known = base[key]
        if value is None:
            fail(place, "a value is expected")
        if isinstance(known, dict) and not isinstance(value, dict):
            fail(place, "a mapping is expected")
        if isinstance(known, list) and not isinstance(value, list):
            fail(place, "a list is expected")
        if isinstance(known, dict) and place not in _OPEN:
            _overlay(known, value, f"{place}.", fail)
        else:
            base[key] = copy.deepcopy(value)


def _each_once(given: list, known: Collection[str], place: str, fail: Callable) -> None:
    """Every value is one of `known`, and stands there once."""
    for number, value in enumerate(given):
        if not isinstance(value, str) or value not in known:
            fail(f"{place}[{number}]", f"one of {', '.join(known)} is expected, not {short_repr(value)}")
        if value in given[:number]:
            fail(f"{place}[{number}]", f"{short_repr(value)} stands there a second time")


def _check_calendar(policy: Policy, fail: Callable) -> None:
    section = policy.data["calendar"]
    spans = []
    for day, name in enumerate(WEEKDAYS):
        shifts = section["shifts"].get(name)
        if shifts is not None and not isinstance(shifts, list):
            fail(f"calendar.shifts.{name}", f"a list of shifts is expected, not {short_repr(shifts)}")
        for number, shift in enumerate(shifts or ()):
            place = f"calendar.shifts.{name}[{number}]"
            found = parse_shift(shift) if isinstance(shift, str) else None
            if found is None:
                fail(place, f"a shift such as 09:00-17:30 is expected, not {short_repr(shift)}")
            start, end = (t.hour * 60 + t.minute for t in found)
            spans.append((day * DAY + start, day * DAY + (end if end > start else end + DAY), place))
    spans.sort()
    first_again = [(start + 7 * DAY, end + 7 * DAY, place) for start, end, place in spans[:1]]
    for (_, end, one), (start, _, other) in pairwise([*spans, *first_again]):
        if start < end and one != other:
            fail(other, f"overlaps with {one}")
    for number, holiday in enumerate(section["holidays"]):
        if parse_day(holiday) is None:
            fail(
                f"calendar.holidays[{number}]",
                f"a date such as 2024-12-25 is expected, not {short_repr(holiday)}",
            )
    if not isinstance(section["timezone"], str):
        fail("calendar.timezone", f"the name of a zone is expected, not {short_repr(section['timezone'])}")
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
        _number(hours, f"sop.stage_hours.{stage}", fail, low=0.01, high=MOST_HOURS)
    for key in ("first_response_hours", "total_hours"):
        _number(section[key], f"sop.{key}", fail, low=0.01, high=MOST_HOURS)
    _number(section["warn_at"], "sop.warn_at", fail, low=0.01, high=1)
    for number, step in enumerate(section["ladder"]):
        place = f"sop.ladder[{number}]"
        if not isinstance(step, dict) or set(step) != {"at", "to"} or not isinstance(step["to"], str):
            fail(place, "at (share of the limit) and to (who) are expected")
        _number(step["at"], f"{place}.at", fail, low=0.01, high=1000)
        if number and step["at"] <= section["ladder"][number - 1]["at"]:
            fail(f"{place}.at", "the steps of the ladder must rise")


def _check_risk(policy: Policy, fail: Callable) -> None:
    section = policy.data["risk"]
    for axis, keys in (("severities", ("key", "name")), ("occurrences", ("key", "name", "rate", "count"))):
        for number, level in enumerate(section[axis]):
            place = f"risk.{axis}[{number}]"
            if not isinstance(level, dict) or any(level.get(k) is None for k in keys):
                fail(place, f"{', '.join(keys)} are expected")
            _check_level(level, place, fail)
        _each_once(
            [level["key"] for level in section[axis]],
            [level["key"] for level in section[axis]],
            f"risk.{axis}",
            fail,
        )
        if not section[axis]:
            fail(f"risk.{axis}", "at least one level is expected")
    for by in ("rate", "count"):
        previous = -1.0
        for number, level in enumerate(section["occurrences"]):
            place = f"risk.occurrences[{number}].{by}"
            _number(level[by], place, fail, low=0, high=1e9)
            if level[by] <= previous:
                fail(place, "must be larger than that of the level before")
            previous = level[by]
        if section["occurrences"] and section["occurrences"][0][by] != 0:
            fail(f"risk.occurrences[0].{by}", "the first level begins at 0")
    for key, level in section["levels"].items():
        known = risk.ACCEPTABILITY_ORDER
        if not isinstance(key, str) or not isinstance(level, dict):
            fail(f"risk.levels.{key}", "a name with a mapping is expected")
        if not isinstance(level.get("acceptability"), str) or level["acceptability"] not in known:
            fail(
                f"risk.levels.{key}",
                f"acceptability: one of {', '.join(known)} is expected",
            )
        _check_level({"key": key, **level}, f"risk.levels.{key}", fail)
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(level.get("color", "#000000"))):
            fail(f"risk.levels.{key}.color", "a colour such as #C0392B is expected")
    if set(section["grid"]) != set(policy.severities):
        fail("risk.grid", f"exactly the rows {', '.join(policy.severities)} are expected")
    for key, row in section["grid"].items():
        if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
            fail(f"risk.grid.{key}", "a list of levels is expected")
    section["grid"] = {key: section["grid"][key] for key in policy.severities}
    try:
        findings = risk.check_matrix(policy.matrix)
    except (risk.RiskError, TypeError, ValueError, KeyError) as error:
        fail("risk.grid", str(error))
        return
    for finding in findings:
        if finding.kind == "error":
            fail("risk.grid", str(finding))
    for harm, severity in section["harm"].items():
        if harm not in risk_data.HARM_LEVELS:
            fail(f"risk.harm.{harm}", f"one of {', '.join(risk_data.HARM_LEVELS)} is expected")
        if not isinstance(severity, str) or severity not in policy.severities:
            fail(f"risk.harm.{harm}", f"unknown severity {short_repr(severity)}")
    if section["severity_unknown"] not in policy.severities:
        fail("risk.severity_unknown", f"one of {', '.join(policy.severities)} is expected")
    _number(section["window_days"], "risk.window_days", fail, low=1, high=MOST_DAYS, whole=True)


def _check_level(level: dict, place: str, fail: Callable) -> None:
    """Names are texts, the words of a file a list of them."""
    for key in ("key", "name", "name_zh"):
        if level.get(key) is not None and not isinstance(level[key], str):
            fail(f"{place}.{key}", f"a text is expected, not {short_repr(level[key])}")
    words = level.get("words")
    if words is not None and not (isinstance(words, list) and all(isinstance(w, str | int) for w in words)):
        fail(f"{place}.words", f"a list of words is expected, not {short_repr(words)}")


def _check_reportability(section: dict, fail: Callable) -> None:
    _each_once(
        section["jurisdictions"],
        list(reportability_data.JURISDICTIONS),
        "reportability.jurisdictions",
        fail,
    )
    for harm, questions in section["answers"].items():
        place = f"reportability.answers.{harm}"
        if harm not in risk_data.HARM_LEVELS:
            fail(place, f"one of {', '.join(risk_data.HARM_LEVELS)} is expected")
        if questions is not None and not isinstance(questions, list):
            fail(place, f"a list of questions is expected, not {short_repr(questions)}")
        _each_once(questions or [], list(reportability_data.QUESTIONS), place, fail)


def _number(
    value: object, place: str, fail: Callable, low: float = 0, high: float | None = None, whole: bool = False
) -> None:
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        fail(place, f"a {'whole ' if whole else ''}number is expected, not {short_repr(value)}")
    if not math.isfinite(value) or value < low or (high is not None and value > high):
        limits = f"from {low:g}" + (f" to {high:g}" if high is not None else "")
        fail(place, f"must be {limits}, is {short_repr(value)}")


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
