"""What the conditions of rules may be about on this site: fields with their labels and kinds, and counts of other complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.meta import Meta
from frappe.utils.caching import request_cache

from complaint_qms.constants import rules
from complaint_qms.constants.labels import CONTEXT
from complaint_qms.engine.message import Message
from complaint_qms.engine.rules import OPERATORS, Argument
from complaint_qms.services.record.labels import choice
from complaint_qms.services.record.language import labelled


@dataclass(frozen=True)
class Topic:
    """A field that conditions are about, as the site has it.

    Attributes:
        doctype: whose field it is.
        kind: one of `constants.rules.OPERATORS`.
        options: DocType of a link, choices of a Select.
    """

    subject: rules.Subject
    doctype: str
    kind: str
    options: str
    source: str
    """Fieldtype."""

    @property
    def label(self) -> str:
        """In the present language."""
        own = _(frappe.get_meta(self.doctype).get_label(self.subject.field), context=self.doctype)
        if not self.subject.through:
            return own
        return labelled(
            _(frappe.get_meta("Complaint").get_label(self.subject.through), context="Complaint"), own
        )

    @property
    def choices(self) -> list[str]:
        """Keys of a Select; none of anything else."""
        return [key for key in self.options.split("\n") if key] if self.source == "Select" else []


@request_cache
def topics() -> dict[str, Topic]:
    """Key → field; those that this site's ERPNext does not have are left out."""
    complaint = frappe.get_meta("Complaint")
    found = (_topic(complaint, subject) for subject in rules.SUBJECTS)
    return {topic.subject.key: topic for topic in found if topic}


def facts() -> dict[str, dict[str, Argument]]:
    """Name → arguments of what a condition may ask of other complaints, as the engine checks them."""
    return {
        rules.COUNT: {
            "by": Argument(_is_counted_by, Message("what the complaints have in common")),
            "days": Argument(
                _are_days, Message("a number of days, {most} at most", {"most": rules.LONGEST_HISTORY})
            ),
            "same_type": Argument(
                lambda value: isinstance(value, bool), Message("true or false"), required=False
            ),
        }
    }


def vocabulary() -> dict[str, Any]:
    """What the form builds conditions of, in the user's language.

    Returns:
        {fields: [{key, label, group, kind, options, choices: [{key, label}]}], operators: {kind: [{key, label, shape}]},
        counted_by: [{key, label}], longest_history}
    """
    return {
        "fields": [_offered(topic) for topic in topics().values()],
        "operators": {
            kind: [{"key": key, "label": operator(key), "shape": OPERATORS[key]} for key in keys]
            for kind, keys in rules.OPERATORS.items()
        },
        "counted_by": [
            {"key": key, "label": topics()[key].label} for key in rules.COUNTED_BY if key in topics()
        ],
        "longest_history": rules.LONGEST_HISTORY,
        "fields_set": {key: _offered(topics()[key]) for key in rules.SETTABLE if key in topics()},
    }


def operator(key: str) -> str:
    """An operator in words, as it stands between a field and a value."""
    return _(rules.OPERATOR_NAMES[key], context=CONTEXT)


def _topic(complaint: Meta, subject: rules.Subject) -> Topic | None:
    link = complaint.get_field(subject.through) if subject.through else None
    if subject.through and not link:
        return None
    meta = frappe.get_meta(link.options) if link else complaint
    field = meta.get_field(subject.field)
    if not field or field.fieldtype not in rules.KINDS:
        return None
    return Topic(subject, meta.name, rules.KINDS[field.fieldtype], field.options or "", field.fieldtype)


def _offered(topic: Topic) -> dict[str, Any]:
    group = topic.subject.through
    return {
        "key": topic.subject.key,
        "label": topic.label,
        "group": _(frappe.get_meta("Complaint").get_label(group), context="Complaint")
        if group
        else _("Complaint"),
        "kind": topic.kind,
        "options": topic.options if topic.kind == "link" else "",
        "choices": [{"key": key, "label": choice(key, topic.doctype)} for key in topic.choices],
        "type": topic.source,
    }


def _is_counted_by(value: object) -> bool:
    return isinstance(value, str) and value in rules.COUNTED_BY


def _are_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= rules.LONGEST_HISTORY
