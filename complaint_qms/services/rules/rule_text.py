"""A rule in words, why it fired, and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from frappe import _
from frappe.utils import cint, format_date, format_datetime, formatdate

from complaint_qms.constants import rules
from complaint_qms.constants.labels import CONTEXT
from complaint_qms.engine.message import Message
from complaint_qms.engine.rules import Held
from complaint_qms.services.record.labels import choice, word
from complaint_qms.services.record.language import clause_list, comma_list, sentence_list
from complaint_qms.services.record.timeline import Label, Moment, Text, Word, line
from complaint_qms.services.rules import catalogue
from complaint_qms.services.rules.active_rules import conditions_of


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """“When a complaint is registered, if …: …”, as plain text in the present language; it may still be incomplete."""
    try:
        conditions = conditions_of(rule.get("conditions"))
    except ValueError:
        conditions = {}
    when = _when_clause(rule.get("when_event") or rules.REGISTRATION)
    held = condition_in_words(conditions)
    done = clause_list(act_in_words(act) for act in rule.get("actions") or () if act.get("do"))
    said = (
        _("{0}, if {1}: {2}.").format(when, held, done or "…")
        if held
        else _("{0}, in any case: {1}.").format(when, done or "…")
    )
    if once := rule.get("once_per"):
        days = cint(rule.get("quiet_days"))
        each = word(once)
        said += " " + (
            _("Once for each ({0}) in {1} days.").format(each, days)
            if days
            else _("Once for each ({0}).").format(each)
        )
        if cint(rule.get("only_on_rise")):
            said += " " + _("Again only when it rises anew.")
    return said


def condition_in_words(condition: Any) -> str:
    """A condition with all that is nested in it; empty where it holds always."""
    if not isinstance(condition, Mapping):
        return ""
    for key, joint in (
        ("all", rules.AND),
        ("any", rules.OR),
    ):
        if key in condition:
            parts = [_nested(part) for part in condition[key]]
            return _joined([part for part in parts if part], _(joint, context=CONTEXT))
    if "not" in condition:
        return _("not ({0})").format(condition_in_words(condition["not"]))
    return _leaf_in_words(condition)


def said_tag(tag: str) -> str:
    """A tag that a shipped rule sets in the present language; any other as it is."""
    return _(tag) if tag in rules.SHIPPED_TAGS else tag


def act_in_words(act: Mapping[str, Any]) -> str:
    """One action, as plain text."""
    who, text = who_in_words(act), act.get("text")
    quoted = f"“{_(text) if text else '…'}”"
    return {
        "set": lambda: _("set {0} to {1}").format(_field_label(act.get("field")), value_in_words(act.get("field"), act.get("value"))),
        "add_tag": lambda: _("add the tag “{0}”").format(said_tag(act.get("tag") or "…")),
        "assign": lambda: _("assign the complaint to: {0}").format(who),
        "notify": lambda: _notice_in_words(act, who, quoted),
        "create_task": lambda: _("give {0} the task {1}, due after {2} days").format(who, quoted, cint(act.get("due_days"))),
        "add_check": lambda: _("add the hand-over check {0}").format(quoted),
        "message_customer": lambda: _("write to the customer with the template “{0}”").format(act.get("email_template") or "…"),
        "start_investigation": lambda: _("start an investigation"),
        "hold_goods": lambda: _("hold the batch or serial number"),
        "open_capa": lambda: _("open a CAPA"),
        "call_webhook": lambda: _("call the webhook “{0}”").format(act.get("webhook") or "…"),
    }.get(act.get("do") or "", lambda: "…")()  # fmt: skip


def who_in_words(act: Mapping[str, Any]) -> str:
    """Who is meant by an action."""
    who = act.get("who")
    if who == rules.USER:
        return act.get("user") or "…"
    if who == rules.ROLE:
        role = act.get("role")
        return _("everybody with the role {0}").format(_(role) if role else "…")
    if who == rules.GROUP:
        return _("the group of “{0}”").format(act.get("notification_channel") or "…")
    return {
        rules.HANDLER: _("the handler"),
        rules.HANDLER_SUPERIOR: _("the superior of the handler"),
        rules.ACCOUNT_MANAGER: _("the account manager of the customer"),
    }.get(who or "", "…")


def value_in_words(key: str | None, value: Any) -> str:
    """A value of a field as people read it, as plain text."""
    topic = catalogue.topics().get(key or "")
    if isinstance(value, list | tuple) and value:
        return comma_list(value_in_words(key, part) for part in value)
    if value in (None, "", []):
        return "…"
    if topic and topic.kind == "check":
        return _("Yes") if cint(value) else _("No")
    if topic and topic.source == "Select":
        return choice(str(value), topic.doctype)
    if topic and topic.kind == "link":
        return _(str(value))
    if topic and topic.kind == "date" and not isinstance(value, int):
        return format_datetime(value) if isinstance(value, datetime) else formatdate(value)
    return str(value)


def because(held: Iterable[Held], called: str | Message = "") -> Message:
    """Why a rule fired, as a line of the timeline: what was found of each condition that held. `called`: why it was asked for."""
    found = [_reason(one) for one in held]
    if isinstance(called, Message):
        found.insert(0, called)
    elif called.strip():
        found.insert(0, line("{0}", Text(called.strip())))
    return line("{0}", found) if found else line("It has no conditions.")


def said_value(key: str, found: Any) -> Any:
    """A value of a field for a line of the timeline, which tells it to each reader."""
    topic = catalogue.topics().get(key)
    if isinstance(found, datetime):
        return Moment(found)
    if isinstance(found, date):
        return Text(format_date(found))
    if topic and topic.kind == "check":
        return "Yes" if cint(found) else "No"
    if topic and topic.source == "Select":
        return Word(str(found))
    if topic and topic.kind == "link":
        return str(found)
    return Text(_short(str(found)))


def _notice_in_words(act: Mapping[str, Any], who: str, quoted: str) -> str:
    channel = act.get("notification_channel")
    if channel and act.get("who") != rules.GROUP:
        return _("notify {0}, also by “{2}”: {1}").format(who, quoted, channel)
    return _("notify {0}: {1}").format(who, quoted)


def _when_clause(when: str) -> str:
    return {
        rules.REGISTRATION: _("When a complaint is registered"),
        rules.CHANGE: _("When a complaint is changed so that it comes to hold"),
        "on_move": _("When a complaint enters a stage"),
        "on_answer": _("When the customer gets the first response"),
        "on_customer_word": _("When the customer writes about a complaint"),
        "on_survey": _("When the customer rates the handling"),
        "on_warning": _("When a clock of a complaint is running out"),
        "on_overdue": _("When a clock of a complaint has run out"),
        "on_hold_end": _("When the day of a complaint's hold has come"),
        rules.DAILY: _("Every day, for each open complaint"),
        rules.CALLED: _("When a step of a procedure asks for it"),
    }.get(when, when)


def _nested(part: Any) -> str:
    said = condition_in_words(part)
    several = isinstance(part, Mapping) and any(len(part.get(key) or ()) > 1 for key in ("all", "any"))
    return f"({said})" if several else said


def _joined(parts: list[str], joint: str) -> str:
    said = parts[0] if parts else ""
    for part in parts[1:]:
        said = joint.format(said, part)
    return said


def _leaf_in_words(condition: Mapping[str, Any]) -> str:
    operator, value = condition.get("op") or "", condition.get("value")
    if "fact" in condition:
        subject, wanted = (
            _count_in_words(condition.get("args") or {}),
            "…" if value in (None, "") else str(value),
        )
    else:
        subject, wanted = _field_label(condition.get("field")), value_in_words(condition.get("field"), value)
    if operator not in catalogue.OPERATORS:
        return f"{subject} …"
    if operator == "within last days":
        return _("{0} lies within the last {1} days").format(subject, wanted)
    if operator in ("is set", "is not set"):
        return sentence_list([subject, catalogue.operator(operator)])
    return sentence_list([subject, catalogue.operator(operator), wanted])


def _count_in_words(args: Mapping[str, Any]) -> str:
    by, days = _field_label(args.get("by")), args.get("days") or "…"
    if args.get("same_type"):
        return _("the number of complaints of the same type with the same {0} in {1} days").format(by, days)
    return _("the number of complaints with the same {0} in {1} days").format(by, days)


def _field_label(key: str | None) -> str:
    topic = catalogue.topics().get(key or "")
    return topic.label if topic else (key or "…")


def _reason(held: Held) -> Message:
    condition, found = held.condition, held.found
    if "fact" in condition:
        args = condition["args"]
        counted = (_label(args["by"]), Text(str(found)), Text(str(args["days"])))
        if args.get("same_type"):
            return line("{1} complaints of the same type with the same {0} in {2} days", *counted)
        return line("{1} complaints with the same {0} in {2} days", *counted)
    if found in (None, "", []):
        return line("{0} is empty", _label(condition["field"]))
    return line("{0}: {1}", _label(condition["field"]), said_value(condition["field"], found))


def _label(key: str) -> Label | Text:
    topic = catalogue.topics().get(key)
    return Label(topic.doctype, topic.subject.field) if topic else Text(key)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"
