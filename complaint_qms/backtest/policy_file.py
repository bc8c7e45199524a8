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
    is_zone,
    parse_day,
    parse_shift,
)
from complaint_qms.constants import reportability as reportability_data
from complaint_qms.constants import risk as risk_data
from complaint_qms.engine import risk, rules
from complaint_qms.engine.message import Message
from complaint_qms.engine.sla.clock import ClockError
from complaint_qms.tabular.errors import YamlError
from complaint_qms.tabular.yaml_file import read_yaml, short_repr

MOST_DAYS, MOST_HOURS, DAY = 36_525, 100_000, 24 * 60


def load_policy(path: Path | None) -> Policy:
    """The default policy, overlaid with the file at `path`; raises CommandError naming the place of a mistake."""
    data = yaml.safe_load(default_text())
    if path is None:
        return Policy(data)
    try:
        given, tree = read_yaml(path)
    except YamlError as error:
        raise CommandError(error.message.key, POLICY, **error.message.params) from None
    if given is None:
        return Policy(data)

    def fail(place: str, why: Message) -> None:
        raise CommandError(
            "policy_invalid", POLICY, file=path, line=_line(tree, place), where=place or "-", why=why
        )

    if not isinstance(given, dict):
        fail("", Message("policy_sections"))
    _overlay(data, given, "", fail)
    policy = Policy(data)
    try:
        check_policy(policy, fail)
        _ = policy.text, policy.calendar, policy.matrix, policy.severity_words, policy.ruleset
    except RecursionError:
        fail("", Message("policy_deep"))
    return policy


# Sections whose keys a policy may choose freely: they are replaced as a whole, not key by key.
_OPEN = frozenset(
    {"risk.grid", "risk.levels", "risk.harm", "reportability.answers", "sop.stage_hours", "procedure"}
)


def check_policy(policy: Policy, fail: Callable[[str, Message], None]) -> None:
    """Everything a wrong value could break later is found here, with its place."""
    data = policy.data
    if data["version"] != 1:
        fail("version", _wrong("policy_version", data["version"]))
    _check_calendar(policy, fail)
    _check_sop(data["sop"], fail)
    _check_risk(policy, fail)
    for problem in rules.check(
        data["rules"], fields=RULE_FIELDS, facts=("complaint_count",), severities=policy.severities
    ):
        fail(problem.path, problem.message)
    for place, args in fact_args(data["rules"], "rules"):
        if not isinstance(args.get("by"), str) or args["by"] not in COUNTED_BY:
            fail(f"{place}.by", _one_of(COUNTED_BY))
        _number(args.get("days"), f"{place}.days", fail, low=1, high=MOST_DAYS, whole=True)
    signals = data["signals"]
    _each_once(signals["by"], SERIES_KINDS, "signals.by", fail)
    _number(signals["min_total"], "signals.min_total", fail, low=1, high=1_000_000, whole=True)
    _number(signals["max_series"], "signals.max_series", fail, low=1, high=1_000_000, whole=True)
    _number(signals["false_discovery_rate"], "signals.false_discovery_rate", fail, low=1e-9, high=0.5)
    for key in ("duplicate", "case"):
        _number(data["similar"][key], f"similar.{key}", fail, low=0.01, high=1)
    _number(data["similar"]["days"], "similar.days", fail, low=1, high=MOST_DAYS, whole=True)
    _check_reportability(data["reportability"], fail)


def _overlay(base: dict, given: dict, prefix: str, fail: Callable[[str, Message], None]) -> None:
    for key, value in given.items():
        place = f"{prefix}{key}"
        if not isinstance(key, str) or key not in base:
            fail(place, Message("policy_unknown", {"known": [*map(str, base)]}))
        known = base[key]
        if value is None:
            fail(place, Message("policy_value"))
        if isinstance(known, dict) and not isinstance(value, dict):
            fail(place, Message("policy_mapping"))
        if isinstance(known, list) and not isinstance(value, list):
            fail(place, Message("policy_list"))
        if isinstance(known, dict) and place not in _OPEN:
            _overlay(known, value, f"{place}.", fail)
        else:
            base[key] = copy.deepcopy(value)


def _each_once(given: list, known: Collection[str], place: str, fail: Callable) -> None:
    """Every value is one of `known`, and stands there once."""
    for number, value in enumerate(given):
        if not isinstance(value, str) or value not in known:
            fail(f"{place}[{number}]", _wrong("policy_one_of_not", value, known=list(known)))
        if value in given[:number]:
            fail(f"{place}[{number}]", _wrong("policy_twice", value))


def _check_calendar(policy: Policy, fail: Callable) -> None:
    section = policy.data["calendar"]
    spans = []
    for day, name in enumerate(WEEKDAYS):
        shifts = section["shifts"].get(name)
        if shifts is not None and not isinstance(shifts, list):
            fail(f"calendar.shifts.{name}", _wrong("policy_shifts", shifts))
        for number, shift in enumerate(shifts or ()):
            place = f"calendar.shifts.{name}[{number}]"
            found = parse_shift(shift) if isinstance(shift, str) else None
            if found is None:
                fail(place, _wrong("policy_shift", shift))
            start, end = (t.hour * 60 + t.minute for t in found)
            spans.append((day * DAY + start, day * DAY + (end if end > start else end + DAY), place))
    spans.sort()
    first_again = [(start + 7 * DAY, end + 7 * DAY, place) for start, end, place in spans[:1]]
    for (_, end, one), (start, _, other) in pairwise([*spans, *first_again]):
        if start < end and one != other:
            fail(other, Message("policy_overlap", {"other": one}))
    for number, holiday in enumerate(section["holidays"]):
        if parse_day(holiday) is None:
            fail(
                f"calendar.holidays[{number}]",
                _wrong("policy_date", holiday),
            )
    if not isinstance(section["timezone"], str):
        fail("calendar.timezone", _wrong("policy_zone", section["timezone"]))
    if not is_zone(section["timezone"]):
        fail("calendar.timezone", _wrong("policy_zone_unknown", section["timezone"]))
    try:
        calendar = policy.calendar
    except ClockError as error:
        fail("calendar.shifts", Message("policy_why", {"why": str(error)}))
        return
    if not calendar.shifts:
        fail("calendar.shifts", Message("policy_no_time"))


def _check_sop(section: dict, fail: Callable) -> None:
    stages = [s for s, _ in STAGE_HOURS]
    for stage, hours in section["stage_hours"].items():
        if stage not in stages:
            fail(f"sop.stage_hours.{stage}", _one_of(stages))
        _number(hours, f"sop.stage_hours.{stage}", fail, low=0.01, high=MOST_HOURS)
    for key in ("first_response_hours", "total_hours"):
        _number(section[key], f"sop.{key}", fail, low=0.01, high=MOST_HOURS)
    _number(section["warn_at"], "sop.warn_at", fail, low=0.01, high=1)
    for number, step in enumerate(section["ladder"]):
        place = f"sop.ladder[{number}]"
        if not isinstance(step, dict) or set(step) != {"at", "to"} or not isinstance(step["to"], str):
            fail(place, Message("policy_step"))
        _number(step["at"], f"{place}.at", fail, low=0.01, high=1000)
        if number and step["at"] <= section["ladder"][number - 1]["at"]:
            fail(f"{place}.at", Message("policy_rise"))


def _check_risk(policy: Policy, fail: Callable) -> None:
    section = policy.data["risk"]
    for axis, keys in (("severities", ("key", "name")), ("occurrences", ("key", "name", "rate", "count"))):
        for number, level in enumerate(section[axis]):
            place = f"risk.{axis}[{number}]"
            if not isinstance(level, dict) or any(level.get(k) is None for k in keys):
                fail(place, Message("policy_keys", {"keys": list(keys)}))
            _check_level(level, place, fail)
        _each_once(
            [level["key"] for level in section[axis]],
            [level["key"] for level in section[axis]],
            f"risk.{axis}",
            fail,
        )
        if not section[axis]:
            fail(f"risk.{axis}", Message("policy_level"))
    for by in ("rate", "count"):
        previous = -1.0
        for number, level in enumerate(section["occurrences"]):
            place = f"risk.occurrences[{number}].{by}"
            _number(level[by], place, fail, low=0, high=1e9)
            if level[by] <= previous:
                fail(place, Message("policy_larger"))
            previous = level[by]
        if section["occurrences"] and section["occurrences"][0][by] != 0:
            fail(f"risk.occurrences[0].{by}", Message("policy_from_zero"))
    for key, level in section["levels"].items():
        known = risk.ACCEPTABILITY_ORDER
        if not isinstance(key, str) or not isinstance(level, dict):
            fail(f"risk.levels.{key}", Message("policy_named"))
        if not isinstance(level.get("acceptability"), str) or level["acceptability"] not in known:
            fail(
                f"risk.levels.{key}",
                Message("policy_acceptability", {"known": list(known)}),
            )
        _check_level({"key": key, **level}, f"risk.levels.{key}", fail)
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(level.get("color", "#000000"))):
            fail(f"risk.levels.{key}.color", Message("policy_color"))
    if set(section["grid"]) != set(policy.severities):
        fail("risk.grid", Message("policy_rows", {"known": list(policy.severities)}))
    for key, row in section["grid"].items():
        if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
            fail(f"risk.grid.{key}", Message("policy_levels"))
    section["grid"] = {key: section["grid"][key] for key in policy.severities}
    _check_cells(section, fail)
    try:
        findings = risk.check_matrix(policy.matrix)
    except (risk.RiskError, TypeError, ValueError, KeyError) as error:
        fail("risk.grid", Message("policy_why", {"why": str(error)}))
        return
    for finding in findings:
        if finding.kind == "error":
            fail("risk.grid", finding.message)
    for harm, severity in section["harm"].items():
        if harm not in risk_data.HARM_LEVELS:
            fail(f"risk.harm.{harm}", _one_of(risk_data.HARM_LEVELS))
        if not isinstance(severity, str) or severity not in policy.severities:
            fail(f"risk.harm.{harm}", _wrong("policy_severity", severity))
    if section["severity_unknown"] not in policy.severities:
        fail("risk.severity_unknown", _one_of(policy.severities))
    _number(section["window_days"], "risk.window_days", fail, low=1, high=MOST_DAYS, whole=True)


def _check_cells(section: dict, fail: Callable) -> None:
    """A level for each occurrence in every row."""
    occurrences, levels = section["occurrences"], section["levels"]
    for key, row in section["grid"].items():
        if len(row) != len(occurrences):
            params = {"row": repr(key), "cells": str(len(row)), "expected": str(len(occurrences))}
            fail("risk.grid", Message("policy_cells", params))
        for level in row:
            if level not in levels:
                fail("risk.grid", _wrong("policy_cell_level", level, row=repr(key)))


def _check_level(level: dict, place: str, fail: Callable) -> None:
    """Names are texts, the words of a file a list of them."""
    for key in ("key", "name", "name_zh"):
        if level.get(key) is not None and not isinstance(level[key], str):
            fail(f"{place}.{key}", _wrong("policy_text", level[key]))
    words = level.get("words")
    if words is not None and not (isinstance(words, list) and all(isinstance(w, str | int) for w in words)):
        fail(f"{place}.words", _wrong("policy_words", words))


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
            fail(place, _one_of(risk_data.HARM_LEVELS))
        if questions is not None and not isinstance(questions, list):
            fail(place, _wrong("policy_questions", questions))
        _each_once(questions or [], list(reportability_data.QUESTIONS), place, fail)


def _number(
    value: object, place: str, fail: Callable, low: float = 0, high: float | None = None, whole: bool = False
) -> None:
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        fail(place, _wrong("policy_whole_number" if whole else "policy_number", value))
    if not math.isfinite(value) or value < low or (high is not None and value > high):
        limits = {"low": f"{low:g}"} if high is None else {"low": f"{low:g}", "high": f"{high:g}"}
        fail(place, _wrong("policy_from" if high is None else "policy_between", value, **limits))


def _wrong(key: str, found: object, **params: object) -> Message:
    return Message(key, {"found": short_repr(found), **params})


def _one_of(known: Collection[str]) -> Message:
    return Message("policy_one_of", {"known": list(known)})


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
