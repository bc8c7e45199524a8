"""Rule sets of reportability: the questions of a jurisdiction, their outcomes, and the version in force.

A version that was released is never edited: an assessment keeps the one it was answered under. What changes is made as a new version,
which replaces the one before when it is released. A preset counts once Regulatory Affairs has compared it with the law and released it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import (
    DRAFT,
    HOLIDAY_LIST,
    IN_DAYS,
    MUST_REPORT,
    RELEASED,
    REPLACED,
    RULE_SET,
    RULE_SET_STAMPS,
    SUPPLEMENT,
    WITHDRAWN,
)
from complaint_qms.engine.decision_tree import DecisionQuestion, DecisionTree, mistakes_of
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.integrations.erpnext.holidays import listed_holidays
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.source_defaults import check_role

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{1,60}")
_VERSION: Final = re.compile(r" v\d+$")
_LONGEST_TERM: Final = 3650


def tree_of(doc: Document) -> DecisionTree:
    """The questions of a rule set, as the engine asks them."""
    questions = tuple(
        DecisionQuestion(
            row.question_key or "",
            {answer: there for answer in ("yes", "no", "unknown") if (there := (row.get(f"on_{answer}") or "").strip())},
        )
        for row in doc.questions
    )  # fmt: skip
    outcomes = tuple(row.outcome_key or "" for row in doc.outcomes)
    beside = frozenset(row.outcome_key for row in doc.outcomes if row.kind == SUPPLEMENT)
    return DecisionTree(questions, outcomes, beside)


def faults_of(doc: Document) -> list[str]:
    """What has to be mended before a rule set is released, in the present language."""
    found = []
    for row in doc.outcomes:
        if row.kind not in (MUST_REPORT, SUPPLEMENT):
            continue
        key = row.outcome_key or ""
        if not row.term:
            found.append(_("Outcome {0}: choose its time limit.").format(key))
        elif row.term == IN_DAYS and not (0 < cint(row.days) <= _LONGEST_TERM and row.unit):
            found.append(_("Outcome {0}: enter a number of days and what they are counted in.").format(key))
    if doc.work_days == HOLIDAY_LIST and not doc.holiday_list:
        found.append(_("Choose the Holiday List that work days leave out."))
    return [*(_(one.key).format(**one.params) for one in mistakes_of(tree_of(doc))), *found]


def check_rule_set(doc: Document) -> None:
    """Before a save: what the server alone writes is put back, keys are usable, and what was released stays as it is.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        GateError: it was released, replaced or withdrawn before.
        frappe.ValidationError: naming the field.
    """
    before = doc.get_doc_before_save()
    if not doc.flags.by_server:
        guard.protect(doc, RULE_SET_STAMPS)
        if not before:
            doc.update({"status": DRAFT, "version": 1})
        check_role(_("change the rules of reportability"), roles.REGULATORY)
        if before and before.status != DRAFT and guard.changed_fields(doc, before):
            frappe.throw(
                gate_code("G3")
                + _(
                    "{0} was released, and assessments rest on it: it stays as it is. Make a new version."
                ).format(escape_html(doc.name)),
                GateError,
            )
    for table in (doc.questions, doc.outcomes):
        for row in table:
            field = "question_key" if row.parentfield == "questions" else "outcome_key"
            _check_key(
                row.get(field), _("{0}, row {1}").format(_(doc.meta.get_label(row.parentfield)), row.idx)
            )
    _check_key(doc.jurisdiction_key, _(doc.meta.get_label("jurisdiction_key")))


def release_rules(name: str, note: str) -> Document:
    """Put a version into force; the one of its jurisdiction before is replaced.

    Args:
        note: with which text of the law it was compared, and of which day.
    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        frappe.ValidationError: it is no draft, has mistakes, or nobody says what it was compared with.
    """
    check_role(_("release the rules of reportability"), roles.REGULATORY)
    doc = frappe.get_doc(RULE_SET, name, for_update=True)
    doc.check_permission("write")
    if doc.status != DRAFT:
        frappe.throw(_("{0} is no draft. Make a new version.").format(escape_html(name)))
    if blank(note):
        frappe.throw(_("Write with which text of the law it was compared, and of which day (Compared With)."))
    if found := faults_of(doc):
        frappe.throw([escape_html(line) for line in found], title=_("Not yet"), as_list=True)
    return put_rules_into_force(doc, note.strip(), acting()[-1])


def put_rules_into_force(doc: Document, note: str, by: str) -> Document:
    """Release a draft without mistakes, whoever asks for it."""
    former = frappe.db.get_value(
        RULE_SET, {"jurisdiction_key": doc.jurisdiction_key, "status": RELEASED}, "name", for_update=True
    )
    if former:
        _set_status(frappe.get_doc(RULE_SET, former), REPLACED)
    doc.holidays = (
        "\n".join(str(day) for day in listed_holidays(doc.holiday_list))
        if doc.work_days == HOLIDAY_LIST
        else None
    )
    doc.update({"status": RELEASED, "released_by": by, "released_at": now_datetime(), "release_note": note})
    doc.flags.by_server = True
    doc.save()
    return doc


def withdraw_rules(name: str) -> Document:
    """A jurisdiction whose rules are asked no more; assessments that were begun go on under them.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        frappe.ValidationError: it is not in force.
    """
    check_role(_("withdraw the rules of reportability"), roles.REGULATORY)
    doc = frappe.get_doc(RULE_SET, name, for_update=True)
    doc.check_permission("write")
    if doc.status != RELEASED:
        frappe.throw(_("{0} is not in force.").format(escape_html(name)))
    return _set_status(doc, WITHDRAWN)


def make_rules_version(name: str) -> Document:
    """A draft that says what a version says, to be changed and released.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        frappe.ValidationError: it is a draft itself, or its jurisdiction has a draft already.
    """
    check_role(_("change the rules of reportability"), roles.REGULATORY)
    old = frappe.get_doc(RULE_SET, name, for_update=True)
    old.check_permission("read")
    series = {"jurisdiction_key": old.jurisdiction_key}
    if waiting := frappe.db.get_value(RULE_SET, {**series, "status": DRAFT}):
        frappe.throw(
            _("{0} is the draft of this jurisdiction. Change that one.").format(escape_html(waiting))
        )
    number = 1 + max(frappe.get_all(RULE_SET, series, pluck="version", order_by="version desc", limit=1))
    ending = f" v{number}"
    new = frappe.copy_doc(old)
    new.rule_set_name = _VERSION.sub("", name)[: 140 - len(ending)] + ending
    own = {"version": number, "previous_version": name, "status": DRAFT, "is_preset": 0}
    new.update({**dict.fromkeys(RULE_SET_STAMPS), **own})
    new.flags.by_server = True
    new.insert()
    return new


def may_release(doc: Document) -> bool:
    """Whether the session's user may put rules into force, make a new version of them or withdraw them."""
    return roles.REGULATORY in frappe.get_roles() and bool(
        frappe.has_permission(doc.doctype, "write", doc=doc)
    )


def shipped_sets() -> list[dict[str, Any]]:
    """The rule sets that come with the app; `released`: in force on a new site, the others are presets to confirm."""
    folder = Path(frappe.get_app_path("complaint_qms", "fixtures", "reporting_rule_sets"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def _set_status(doc: Document, status: str) -> Document:
    doc.status = status
    doc.flags.by_server = doc.flags.ignore_permissions = True
    doc.save()
    return doc


def _check_key(key: str | None, place: str) -> None:
    if not _KEY.fullmatch(key or ""):
        frappe.throw(
            _(
                "{0}: a key is of small letters, digits and underscores and begins with a letter, such as serious_incident."
            ).format(place)
        )
