"""A procedure as a file: a policy of the back-test, with the whole record beside it, so that one file is tried on history and used.

`calendar` and `sop` say of hours, limits and ladder what the back-test reckons with; `procedure` holds the record, which the back-test
leaves aside. A policy without it is a procedure all the same: its stages and the steps of its ladder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import frappe
import yaml
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt, getdate, to_timedelta
from frappe.utils.data import get_system_timezone

from complaint_qms.constants.clock import WEEKDAYS
from complaint_qms.constants.escalation import ABOVE, PERCENT, REMIND
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.message_log import MessagesSince
from complaint_qms.services.sop.versions import insert_as_given

LONGEST: Final = 200_000
"""Characters of a file; the largest SOP takes a twentieth."""

_DEEPEST: Final = 20
_SOP: Final = "Complaint SOP"
_HOUR: Final = 3600
_DAY: Final = timedelta(days=1)
# Whom a ladder of the back-test tells; what it calls otherwise is a role of the site.
_ALLOWED: Final = (
    "version",
    "calendar",
    "sop",
    "procedure",
    "risk",
    "rules",
    "signals",
    "similar",
    "reportability",
)
# What belongs to one site, or is written when a version is made.
_LEFT: Final = (
    "is_default", "enabled", "version", "previous_version", "valid_from", "valid_until", "at_once_decided_by", "at_once_decided_at",
)  # fmt: skip


def as_file(sop: Document) -> str:
    """An SOP as the text of a policy file."""
    data = {"version": 1, "calendar": _calendar(sop), "sop": _limits(sop), "procedure": _record(sop)}
    head = f"# Procedure {sop.name}. Try it on your history: complaint-qms replay … --policy THIS_FILE\n"
    return head.replace("\r", " ") + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)


def from_file(text: str) -> Document:
    """Make an SOP of a policy file; it is checked like one that somebody types, and out of use until somebody enables it.

    Raises:
        frappe.ValidationError: it is no such file, or says what no SOP takes; naming the place.
    """
    data = _read(text)
    doc = frappe.new_doc(_SOP)
    given = data.get("procedure")
    if given is None:
        doc.update(_of_policy(data))
    elif isinstance(given, dict):
        doc.update(_of_record(given))
    else:
        frappe.throw(_("File, {0}: write what belongs to it below it, indented.").format("procedure"))
    doc.enabled = doc.is_default = 0
    doc.sop_name = _free_name(str(doc.sop_name or _("Imported Procedure")).strip())
    told = MessagesSince()
    try:
        insert_as_given(doc)
    except frappe.LinkValidationError as error:
        told.drop()
        remedy = _("Make it here first under this name, or take it out of the file.")
        frappe.throw(f"{error}. {remedy}", frappe.LinkValidationError)
    return doc


def _calendar(sop: Document) -> dict[str, Any]:
    shifts: dict[str, list[str]] = {day.lower(): [] for day in WEEKDAYS}
    for row in sop.working_hours:
        shifts[row.workday.lower()].append(f"{_clock(row.start_time)}-{_clock(row.end_time)}")
    if cint(sop.round_the_clock):
        shifts = {day: ["00:00-24:00"] for day in shifts}
    days = frappe.get_doc("Holiday List", sop.holiday_list).holidays if sop.holiday_list else ()
    zone = (sop.time_zone or "").strip() or get_system_timezone()
    return {
        "timezone": zone,
        "shifts": shifts,
        "holidays": sorted(str(getdate(row.holiday_date)) for row in days),
    }


def _limits(sop: Document) -> dict[str, Any]:
    """As far as the back-test knows such limits: what has none here keeps the one that a policy begins with."""
    found: dict[str, Any] = {}
    if flt(sop.first_response_time) > 0:
        found["first_response_hours"] = flt(sop.first_response_time) / _HOUR
    hours = {row.stage: flt(row.time_limit) / _HOUR for row in sop.stages if flt(row.time_limit) > 0}
    if hours:
        found["stage_hours"] = hours
    if flt(sop.resolution_time) > 0:
        found["total_hours"] = flt(sop.resolution_time) / _HOUR
    if 1 <= flt(sop.warn_percent) <= 100:
        found["warn_at"] = round(flt(sop.warn_percent) / 100, 4)
    steps = {1.0: "superior"} if cint(sop.basic_reminders) else {}
    for row in sop.escalation_steps:
        if row.moment == PERCENT and row.clock == "stage" and not row.stage and row.recipient:
            steps.setdefault(round(flt(row.percent) / 100, 4), row.role or row.user or row.recipient)
    found["ladder"] = [{"at": at, "to": steps[at]} for at in sorted(steps)]
    return found


def _record(sop: Document) -> dict[str, Any]:
    return {
        field.fieldname: _table(sop.get(field.fieldname), field.options)
        if field.fieldtype in table_fields
        else _plain(sop.get(field.fieldname))
        for field in _fields(_SOP)
        if sop.get(field.fieldname) not in (None, "", [])
    }


def _table(rows: list[Document], doctype: str) -> list[dict[str, Any]]:
    names = [field.fieldname for field in _fields(doctype)]
    return [
        {name: _plain(row.get(name)) for name in names if row.get(name) not in (None, "")} for row in rows
    ]


def _fields(doctype: str) -> Iterator[Any]:
    for field in frappe.get_meta(doctype).fields:
        if field.fieldname not in _LEFT and (
            field.fieldtype in table_fields or field.fieldtype not in no_value_fields
        ):
            yield field


def _plain(value: Any) -> Any:
    return _clock(value) if isinstance(value, timedelta) else value


def _clock(value: Any) -> str:
    # Midnight at the end of a day is that at its beginning, as an SOP writes it.
    minutes = int((to_timedelta(value) % _DAY).total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _read(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        frappe.throw(_("File: a procedure has at most {0} characters.").format(LONGEST))
    data = _loaded(text)
    if not isinstance(data, dict) or not {"procedure", "sop"} & data.keys():
        frappe.throw(
            _("File: it holds no procedure. Choose one that was exported here, or a policy of the back-test.")
        )
    if unknown := [str(key) for key in data if key not in _ALLOWED]:
        frappe.throw(_("File: {0} is no part of it.").format(frappe.bold(escape_html(unknown[0]))))
    return data


def _loaded(text: str) -> Any:
    try:
        _check_parts(text)
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        frappe.throw(_("File, line {0}: it cannot be read as YAML.").format(mark.line + 1 if mark else 1))


def _check_parts(text: str) -> None:
    """Looks at the parts one after another before anything is made of them: a file that names a part of itself over and over grows
    beyond every limit, reading one that is nested deep takes the square of its length, and a type that is named is not made safely of
    every value."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            frappe.throw(_("File: write each part out instead of referring to another (& and *)."))
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        line = event.start_mark.line + 1
        if depth > _DEEPEST:
            frappe.throw(_("File, line {0}: it is nested deeper than any procedure.").format(line))
        if getattr(event, "tag", None) is not None:
            frappe.throw(_("File, line {0}: write the value without its type (!).").format(line))


def _of_record(given: dict[str, Any]) -> dict[str, Any]:
    fields = {field.fieldname: field for field in _fields(_SOP)}
    if unknown := [str(key) for key in given if key not in fields]:
        frappe.throw(
            _("File: {0} is no part of it.").format(frappe.bold(escape_html(f"procedure.{unknown[0]}")))
        )
    for name, value in given.items():
        if fields[name].fieldtype not in table_fields:
            if isinstance(value, dict | list):
                frappe.throw(_("File, {0}: write one value.").format(escape_html(f"procedure.{name}")))
            continue
        known = {field.fieldname for field in _fields(fields[name].options)}
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            frappe.throw(_("File, {0}: write a list of rows.").format(escape_html(f"procedure.{name}")))
        for number, row in enumerate(value):
            if unknown := [str(key) for key in row if key not in known]:
                place = f"procedure.{name}[{number}].{unknown[0]}"
                frappe.throw(_("File: {0} is no part of it.").format(frappe.bold(escape_html(place))))
    return given


def _of_policy(data: dict[str, Any]) -> dict[str, Any]:
    """What a policy of the back-test lays down, as fields of an SOP."""
    calendar, sop = _mapping(data, "calendar"), _mapping(data, "sop")
    hours = _mapping(sop, "stage_hours", "sop.")
    warn = _number(sop.get("warn_at", 0.75), "sop.warn_at") * 100
    shifts = _mapping(calendar, "shifts", "calendar.")
    return {
        "time_zone": str(calendar.get("timezone") or ""),
        "first_response_time": _number(sop.get("first_response_hours", 0), "sop.first_response_hours")
        * _HOUR,
        "resolution_time": _number(sop.get("total_hours", 0), "sop.total_hours") * _HOUR,
        "warn_percent": warn,
        "basic_reminders": 1,
        "working_hours": [
            {"workday": day, "start_time": start.strip(), "end_time": end.strip().replace("24:00", "00:00")}
            for day in WEEKDAYS
            for shift in _list(shifts.get(day.lower()), f"calendar.shifts.{day.lower()}")
            for start, _dash, end in [str(shift).partition("-")]
        ],
        "stages": [
            {
                "stage": stage,
                "time_limit": _number(hours.get(stage, 0), f"sop.stage_hours.{stage}") * _HOUR,
                "warn_percent": warn,
            }
            for stage in COMPLAINT_OPEN
        ],
        "escalation_steps": [
            _step(step, number) for number, step in enumerate(_list(sop.get("ladder"), "sop.ladder"))
        ],
    }


def _step(step: Any, number: int) -> dict[str, Any]:
    place = f"sop.ladder[{number}]"
    if not isinstance(step, dict) or not isinstance(step.get("to"), str):
        frappe.throw(_("File, {0}: a step says “at” and “to”.").format(place))
    to = step["to"]
    whom = {"recipient": to} if to in ("handler", *ABOVE) else {"recipient": "by_role", "role": to}
    percent = _number(step.get("at"), f"{place}.at") * 100
    return {"clock": "stage", "moment": PERCENT, "percent": percent, "action": REMIND, **whom}


def _list(value: Any, place: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        frappe.throw(_("File, {0}: write a list of rows.").format(place))
    return value or []


def _mapping(data: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
    found = data.get(key) or {}
    if not isinstance(found, dict):
        frappe.throw(_("File, {0}: write what belongs to it below it, indented.").format(f"{prefix}{key}"))
    return found


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100_000:
        frappe.throw(_("File, {0}: write a number from 0 to {1}.").format(escape_html(place), 100_000))
    return float(value)


def _free_name(wanted: str) -> str:
    """The name, with a number where an SOP has it already."""
    wanted = wanted[:130]
    number, name = 1, wanted
    while frappe.db.exists(_SOP, name):
        number += 1
        name = f"{wanted} ({number})"
    return name
