"""What is wrong with a rule, in sentences that name the row and the remedy; said when it is saved, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_user_permissions
from frappe.utils import cint, escape_html

from complaint_qms.constants import notify, rules
from complaint_qms.engine.rules import OPERATORS
from complaint_qms.engine.rules import check as engine_check
from complaint_qms.services.people.assignees import unable
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import choice, word
from complaint_qms.services.record.language import labelled
from complaint_qms.services.rules import catalogue
from complaint_qms.services.rules.active_rules import conditions_of
from complaint_qms.services.rules.catalogue import Topic

_LARGEST_ORDER: Final = 9999
_LONGEST_TEXT: Final = 500
_NO_TAG: Final = re.compile("[,<>]|&[lg]t;")
_MERGE_FIELD: Final = re.compile(r"\{\{|\{%|\}\}")
_REPEATING: Final = (rules.CHANGE, "on_customer_word", rules.DAILY)
"""Kinds that ask again and again about the same complaint."""


def check_rule(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: with every mistake.
    """
    wrong = [*_wrong_head(doc), *wrong_conditions(doc.conditions), *_wrong_actions(doc)]
    if wrong:
        refuse(*wrong)


def wrong_conditions(sent: Any) -> list[str]:
    """Mistakes in conditions, each with the number that the form shows beside it."""
    try:
        when = conditions_of(sent)
    except ValueError:
        when = None
    if not isinstance(when, Mapping):
        return [_("Conditions: they cannot be read. Build them anew in the form.")]
    wrong = [line for path, leaf in _leaves(when, ()) for line in _wrong_leaf(path, leaf)]
    if wrong:
        return wrong
    rule = {"name": "rule", "when": when, "then": [{"do": "open_capa"}]}
    found = engine_check([rule], fields=set(catalogue.topics()), facts=catalogue.facts())
    return [f"{_place(problem.path)} {problem.message.render(_)}." for problem in found]


def _wrong_head(doc: Document) -> Iterator[str]:
    if not doc.company and get_user_permissions(frappe.session.user).get("Company"):
        yield _("Company: choose one of yours; a rule without one is for the complaints of every company.")
    if not 0 <= cint(doc.run_order) <= _LARGEST_ORDER:
        yield _("Order: enter a whole number from 0 to {0}.").format(_LARGEST_ORDER)
    if doc.once_per and not 0 <= cint(doc.quiet_days) <= rules.LONGEST_HISTORY:
        yield _("Quiet for (Days): enter a whole number from 0 to {0}.").format(rules.LONGEST_HISTORY)
    if cint(doc.only_on_rise) and not (doc.once_per and cint(doc.quiet_days)):
        yield _(
            "Only When It Rises Again: choose Once For Each, and enter at least 1 day in Quiet for (Days)."
        )
    repeats = doc.when_event in _REPEATING and not doc.once_per
    if repeats and (
        doc.when_event == rules.DAILY or any(row.do == "message_customer" for row in doc.actions)
    ):
        said = _("Once For Each: choose “{0}”, or the rule does the same again and again.")
        yield said.format(word("complaint"))


def _wrong_actions(doc: Document) -> Iterator[str]:
    if not doc.actions:
        yield _("Actions: add at least one.")
    if len(doc.actions) > rules.MOST_ACTS:
        yield _("Actions: {0} at most. Make a second rule for the others.").format(rules.MOST_ACTS)
    for row in doc.actions:
        for said in _wrong_action(row):
            yield _("Actions, row {0} ({1}): {2}").format(row.idx, choice(row.do, row.doctype) or "?", said)


def _wrong_action(row: Document) -> Iterator[str]:
    kind = rules.ACTS.get(row.do)
    if not kind:
        yield _("choose what is to be done.")
        return
    meta = frappe.get_meta(row.doctype)
    for name in kind.needs:
        if not str(row.get(name) or "").strip():
            yield _("fill in {0}.").format(_(meta.get_label(name), context=row.doctype))
            return
    if "text" in kind.needs and _MERGE_FIELD.search(row.text):
        yield _(
            "the text is written as it stands, and has no merge fields such as {0}. Take them out; in what is written to the customer an Email Template has them."
        ).format("{{ name }}")
    if "text" in kind.needs and len(row.text) > _LONGEST_TEXT:
        yield _("the text is longer than {0} characters. Shorten it.").format(_LONGEST_TEXT)
    if row.do == "add_check" and len(row.text) > 140:
        yield _("the text is longer than {0} characters. Shorten it.").format(140)
    if row.do == "add_tag" and _NO_TAG.search(row.tag):
        yield _("a tag holds no comma, < or >. Write it without.")
    if row.do == "set":
        yield from _wrong_value(row)
    if kind.who:
        yield from _wrong_who(row, kind)
    if row.do == "create_task" and not 0 <= cint(row.due_days) <= 365:
        yield _("Due After (Days): enter a whole number from 0 to {0}.").format(365)
    if (
        row.do == "call_webhook"
        and frappe.db.get_value("Webhook", row.webhook, "webhook_doctype") != "Complaint"
    ):
        yield _("the webhook {0} is not for the DocType Complaint. Choose another one.").format(
            escape_html(row.webhook)
        )


def _wrong_value(row: Document) -> Iterator[str]:
    topic = catalogue.topics().get(row.field) if row.field in rules.SETTABLE else None
    if not topic:
        yield _("this field is not set by rules. Choose another one.")
    elif sentence := _wrong_for(topic, row.value):
        yield sentence


def _wrong_who(row: Document, kind: rules.Act) -> Iterator[str]:
    if row.who not in kind.who:
        allowed = " / ".join(choice(who, row.doctype) for who in kind.who)
        yield _("Who: choose one of {0}.").format(allowed)
    elif row.who == rules.USER and not row.user:
        yield _("choose the user.")
    elif row.who == rules.USER and (sentence := unable(row.user)):
        yield sentence.format(_("User"), escape_html(row.user))
    elif row.who == rules.USER and frappe.db.get_value("User", row.user, "user_type") != "System User":
        yield _("{0} is no user of the desk. Choose somebody of the staff.").format(escape_html(row.user))
    elif row.who == rules.ROLE and not row.role:
        yield _("choose the role.")
    elif row.who == rules.GROUP and not row.notification_channel:
        yield _("choose the notification channel.")
    if row.do == "notify" and row.notification_channel:
        service = frappe.db.get_value(notify.CHANNEL, row.notification_channel, "service")
        if row.who == rules.GROUP and service not in notify.TO_GROUPS:
            yield _("“{0}” reaches persons. Choose for whom it is, or a channel of a group.").format(
                escape_html(row.notification_channel)
            )
        elif row.who != rules.GROUP and service not in notify.TO_PERSONS:
            yield _("“{0}” reaches a group. Choose “{1}”, or a channel that reaches persons.").format(
                escape_html(row.notification_channel), choice(rules.GROUP, row.doctype)
            )


def _leaves(condition: Any, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Mapping[str, Any]]]:
    """(numbers of the condition and of the groups around it, condition)"""
    if not isinstance(condition, Mapping):
        return
    for key in ("all", "any"):
        if isinstance(parts := condition.get(key), list):
            for number, part in enumerate(parts, start=1):
                yield from _leaves(part, (*path, number))
            return
    if "not" in condition:
        yield from _leaves(condition["not"], path)
    elif not {"all", "any"} & condition.keys():
        yield path, condition


def _wrong_leaf(path: tuple[int, ...], leaf: Mapping[str, Any]) -> Iterator[str]:
    here = _numbered(path)
    if "fact" in leaf:
        yield from (f"{here} {said}" for said in _wrong_count(leaf))
        return
    topic = catalogue.topics().get(leaf["field"]) if isinstance(leaf.get("field"), str) else None
    if not topic:
        yield f"{here} " + _("choose what it is about.")
        return
    operator, value = leaf.get("op"), leaf.get("value")
    if operator not in OPERATORS or (operator not in rules.OPERATORS[topic.kind] and operator != "matches"):
        yield f"{here} " + _("choose how {0} is compared.").format(topic.label)
        return
    shape = OPERATORS[operator]
    if shape in ("none", "pattern"):
        return
    if shape == "days":
        if not _is_whole(value) or not 1 <= value <= rules.LONGEST_HISTORY:
            yield f"{here} " + _("enter a number of days from 1 to {0}.").format(rules.LONGEST_HISTORY)
        return
    values = value if isinstance(value, list) else [value]
    if not values or any(part in (None, "") or isinstance(part, list | Mapping) for part in values):
        yield f"{here} " + _("enter a value for {0}.").format(topic.label)
        return
    for part in values:
        if said := _wrong_for(topic, part):
            yield f"{here} {said}"
            return
    if shape == "pair" and (len(values) != 2 or float(values[0]) > float(values[1])):
        yield f"{here} " + _("enter the smaller number first and the larger one after it.")


def _wrong_count(leaf: Mapping[str, Any]) -> Iterator[str]:
    args = leaf.get("args") if isinstance(leaf.get("args"), Mapping) else {}
    if args.get("by") not in rules.COUNTED_BY:
        yield _("choose what the complaints have in common.")
    if not _is_whole(args.get("days")) or not 1 <= args["days"] <= rules.LONGEST_HISTORY:
        yield _("enter a number of days from 1 to {0}.").format(rules.LONGEST_HISTORY)
    if leaf.get("op") not in rules.OPERATORS["count"]:
        yield _("choose how the number is compared.")
    elif not _is_whole(leaf.get("value")) or leaf["value"] < 0:
        yield _("enter how many complaints, as a whole number.")


def _wrong_for(topic: Topic, value: Any) -> str:
    """Why a value is none for a field; empty for one that is."""
    if topic.source == "Select" and value not in topic.choices:
        return _("{0}: “{1}” is no choice. Choose one of the list.").format(
            topic.label, escape_html(str(value))
        )
    if topic.kind == "link" and not (isinstance(value, str) and frappe.db.exists(topic.options, value)):
        return _("{0}: there is no {1} “{2}”. Choose one of the list.").format(
            topic.label, _(topic.options), escape_html(str(value))
        )
    if topic.kind == "number" and not _is_number(value):
        return _("{0}: “{1}” is no number.").format(topic.label, escape_html(str(value)))
    if topic.kind == "date" and not _is_day(value):
        return _("{0}: “{1}” is no date.").format(topic.label, escape_html(str(value)))
    if topic.kind == "check" and value not in (0, 1):
        return _("{0}: choose Yes or No.").format(topic.label)
    return ""


def _numbered(path: tuple[int, ...]) -> str:
    number = ".".join(map(str, path))
    return labelled(_("Condition {0}").format(number) if number else _("Conditions"), "").rstrip()


def _place(path: str) -> str:
    """Where a mistake of the engine is: `rules[0].when.all[1].any[0].value` is condition 2.1."""
    numbers = [int(part.partition("[")[2].rstrip("]")) + 1 for part in path.split(".")[2:] if "[" in part]
    return _numbered(tuple(numbers))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(str(value)[:10])
    except ValueError:
        return False
    return True
