"""A policy file: read over the defaults and checked, every mistake with its place and line."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path

import yaml

from complaint_qms.cli.errors import POLICY, CliError
from complaint_qms.cli.policy import (
    COUNTED_BY,
    RULE_FIELDS,
    SERIES_KINDS,
    STAGE_HOURS,
    Policy,
    default_text,
    fact_args,
    parse_day,
    parse_shift,
)
from complaint_qms.constants import reportability as reportability_data
from complaint_qms.constants import risk as risk_data
from complaint_qms.engine import risk, rules
from complaint_qms.engine.sla_clock import ClockError


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
    for place, args in fact_args(data["rules"], "rules"):
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
            if parse_shift(shift) is None:
                fail(
                    f"calendar.shifts.{name}[{number}]",
                    f"a shift such as 09:00-17:30 is expected, not {shift!r}",
                )
    for number, holiday in enumerate(section["holidays"]):
        if parse_day(holiday) is None:
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
