"""Moves a record from stage to stage: one door for the desk, REST, imports and jobs.

The state of a record is a Workflow State that a site may rename; the stage key behind it rides on the workflow's
own "update field" row. A controller calls `guard` in its validate; what the guard finds missing stops the save.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import (
    get_transitions,
    get_workflow_name,
    has_approval_access,
    is_transition_condition_satisfied,
)
from frappe.utils import escape_html, format_date

from complaint_qms.constants.contributing import FIELD as CONTRIBUTORS
from complaint_qms.constants.records import ENDED, FIRST_STAGE, MOVES, STAGED
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop import Missing, move_allowed
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle import sending_back, shipped_workflow
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.lifecycle.named_records import named_records
from complaint_qms.services.record import deletion_refusal
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import read_values
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.signatures.required import missing_of

# What follows from a save is no content of it.
_IGNORED_FIELDS = ("stage", "workflow_state", CONTRIBUTORS)
_IGNORED_TYPES = ("Section Break", "Column Break", "Tab Break", "HTML", "Button")


def stage_map(doctype: str) -> dict[str, str]:
    """State name → stage key of the active workflow of `doctype`; empty where a site runs none."""
    name = get_workflow_name(doctype)
    if not name:
        return {}
    workflow = frappe.get_cached_doc("Workflow", name)
    return {row.state: row.update_value for row in workflow.states if row.update_field == "stage"}


def stage_wanted(doc: Document) -> str:
    """The stage a document asks for, read from its workflow state where the site runs a workflow.

    Raises:
        frappe.ValidationError: the state carries no stage key.
    """
    states = stage_map(doc.doctype)
    first = FIRST_STAGE[doc.doctype]
    if not states:
        return doc.stage or first
    if not doc.workflow_state:
        return first
    stage = states.get(doc.workflow_state)
    if stage not in MOVES[doc.doctype]:
        frappe.throw(
            _(
                "State {0} carries no stage. In Workflow {1} set Update Field to “stage” and Update Value to a stage key."
            ).format(
                frappe.bold(escape_html(doc.workflow_state)),
                frappe.bold(escape_html(get_workflow_name(doc.doctype))),
            )
        )
    return stage


def guard(doc: Document) -> tuple[str, str] | None:
    """Check a save against the gates and set `doc.stage`.

    Returns:
        (origin, target) when the record moves, else None.
    Raises:
        GateError: the move is not known, something is missing for it, or the record has ended.
    """
    before = doc.get_doc_before_save()
    origin = (before.stage if before else None) or FIRST_STAGE[doc.doctype]
    target = stage_wanted(doc)
    doc.stage = origin
    shipped_workflow.keep_state(doc)
    if before and origin in ENDED[doc.doctype]:
        _keep_fetched(doc, before)
    if before and origin in STAGED[doc.doctype].under_review:
        _refuse_under_review(doc, before)
    if target == origin:
        if before and origin in ENDED[doc.doctype]:
            _refuse_changes(doc, before)
        return None
    if before and origin in ENDED[doc.doctype]:
        _refuse_changes(doc, before, moving=True)
    _check_right(doc, origin, target)
    if sentence := sending_back.why_not_back(doc, origin, target):
        frappe.throw(gate_code("SOP") + escape_html(sentence), GateError, title=_("Not yet"))
    facts = facts_of(doc, moving_to=target)
    found = list(doc.gates(facts, target))
    found += missing_of(doc, origin, target)
    if not move_allowed(doc.doctype, origin, target):
        found.append(_unknown_move(origin, target))
    if found:
        refuse(doc, found, target)
    doc.stage = target
    shipped_workflow.keep_state(doc)
    return origin, target


def refuse(doc: Document, found: Iterable[Missing], target: str | None = None) -> None:
    """Throw one error that lists everything missing; the response carries the same list as data."""
    found = list(found)
    frappe.local.response["missing"] = [describe(doc, row) for row in found]
    # A message is drawn as markup: what people wrote into the record is shown in it as they wrote it.
    rows = [describe(doc, _escaped(row)) for row in found]
    title = _("Not yet")
    if target and doc.doctype in ENDED:
        title = _("Not yet ready for {0}").format(word(target))
    lines = [
        f"{gate_code(row['gate'])}{row['message']}" + (f" ({row['label']})" if row["label"] else "")
        for row in rows
    ]
    frappe.throw(lines if len(lines) > 1 else lines[0], GateError, title=title, as_list=len(lines) > 1)


def describe(doc: Document, row: Missing) -> dict[str, Any]:
    """A missing thing as data for a form: gate, field, its label, the translated sentence, any records it names, and with
    what it lies where that is not the field."""
    field = doc.meta.get_field(row.field) if row.field else None
    params = {key: _shown(doc.doctype, key, value) for key, value in row.message.params.items()}
    return {
        "gate": row.gate,
        "field": row.field,
        "label": _(field.label, context=doc.doctype) if field and field.label else "",
        "message": _(row.message.key).format(**params),
        **({"records": named} if (named := named_records(row)) else {}),
        **({"lies_with": row.lies_with} if row.lies_with != "field" else {}),
    }


def independence(doc: Document, found: Iterable[Missing]) -> str | None:
    """The refusal (G6) that whoever had a part in a record meets whatever they enter; None when they meet none."""
    own = next((item for item in found if item.gate == "G6"), None)
    return describe(doc, own)["message"] if own else None


def protect(doc: Document, fields: Iterable[str]) -> None:
    """Put back fields that only the server writes, whatever a request sent in them."""
    before = doc.get_doc_before_save()
    for name in fields:
        doc.set(name, before.get(name) if before else _default(doc, name))


def refuse_deletion(doc: Document) -> None:
    """Raises:
    GateError: always.
    """
    deletion_refusal.refuse_for_good(
        doc, _("{0} {1} is a quality record and is never deleted. Void it with a reason instead.")
    )


def changed_fields(doc: Document, before: Document) -> list[str]:
    """Names of the fields, child tables included, whose content differs from the stored record."""
    changed = []
    for field in doc.meta.fields:
        if field.fieldtype in _IGNORED_TYPES or field.fieldname in _IGNORED_FIELDS:
            continue
        if field.fieldtype in ("Table", "Table MultiSelect"):
            if _rows(doc.get(field.fieldname)) != _rows(before.get(field.fieldname)):
                changed.append(field.fieldname)
        elif doc.has_value_changed(field.fieldname) and (
            doc.get(field.fieldname) or before.get(field.fieldname)
        ):
            # An empty number is stored as 0 and comes back so; that is no change.
            changed.append(field.fieldname)
    return changed


def steps_from(doc: Document) -> list[Document]:
    """Steps that the active workflow offers to anybody from the state of `doc`. Asks the database nothing.

    A row names action, next_state and allowed, the role; who may take it is the caller's to ask.
    """
    name = get_workflow_name(doc.doctype)
    if not name:
        return []
    workflow = frappe.get_cached_doc("Workflow", name)
    return [
        row
        for row in workflow.transitions
        if row.state == doc.get(workflow.workflow_state_field) and is_transition_condition_satisfied(row, doc)
    ]


def own_record(doc: Document, transition: Document | dict[str, Any]) -> str | None:
    """Why the session's user, who created the record, does not take a step that the site's workflow gives to others."""
    if has_approval_access(frappe.session.user, doc, transition):
        return None
    return gate_code("G6") + _("You created {0}; by the workflow somebody else takes the step {1}.").format(
        escape_html(doc.name), escape_html(_(transition.action, context=doc.doctype))
    )


def take_step(doc: Document, action: str, values: dict[str, Any]) -> None:
    """Enter `values` into `doc` and take the workflow action `action`, in one save.

    Raises:
        frappe.ValidationError: an unknown field, a value that cannot be stored, or an action the user does not have
            here.
        GateError: something is missing for the step; nothing is saved then.
    """
    values = read_values(doc.doctype, values)
    transition = next((row for row in get_transitions(doc) if row.action == action), None)
    if not transition:
        frappe.throw(
            _("The step {0} is not open to you here. State of {1}: {2}.").format(
                frappe.bold(escape_html(_(action, context=doc.doctype))),
                escape_html(doc.name),
                frappe.bold(_(doc.workflow_state or "", context=doc.doctype)),
            )
        )
    doc.update(values)
    doc.workflow_state = transition.next_state
    doc.save()
    doc.add_comment("Workflow", _(transition.next_state, context=doc.doctype))


def step_to(doc: Document, stage: str, values: dict[str, Any]) -> None:
    """Take the user's step that leads to `stage`, whatever the site calls it.

    Raises:
        GateError: the user has no such step, or something is missing for it.
    """
    states = stage_map(doc.doctype)
    step = next((row for row in get_transitions(doc) if states.get(row.next_state) == stage), None)
    if not step:
        frappe.throw(
            _("From {0} you have no step to {1}.").format(word(doc.stage), word(stage)),
            GateError,
        )
    take_step(doc, step.action, values)


def _check_right(doc: Document, origin: str, target: str) -> None:
    """Who may take a step, also where the framework does not ask: without a workflow, or past its buttons.

    Raises:
        frappe.PermissionError: no workflow of the site knows our stages, and the shipped one gives the step to others.
        GateError: the site's workflow lets nobody take this step on a record of their own.
    """
    if not stage_map(doc.doctype):
        if move_allowed(doc.doctype, origin, target):
            _check_shipped_right(doc, origin, target)
        return
    before = doc.get_doc_before_save()
    if not before:
        return
    held = set(frappe.get_roles())
    steps = [
        row for row in steps_from(before) if row.next_state == doc.workflow_state and row.allowed in held
    ]
    # Frappe asks this for its own buttons alone.
    refusals = [own_record(before, row) for row in steps]
    if steps and all(refusals):
        frappe.throw(refusals[0], GateError, title=_("Not yet"))


def _check_shipped_right(doc: Document, origin: str, target: str) -> None:
    """A step that the shipped workflow gives to nobody is open to nobody, rather than to everybody."""
    wanted = shipped_workflow.roles_of_steps(doc.doctype).get((origin, target))
    deed = _("take {0} from {1} to {2}").format(
        escape_html(doc.name or _(doc.doctype)), word(origin), word(target)
    )
    if not wanted:
        frappe.throw(
            _("You may not {0}: the shipped workflow gives this step to no role. A workflow of the site offers it.").format(deed),
            frappe.PermissionError,
        )  # fmt: skip
    check_role(deed, *wanted)


def _keep_fetched(doc: Document, before: Document) -> None:
    """Frappe fetches names from linked records at each save; an ended record keeps those of its time."""
    for field in doc.meta.fields:
        if field.fetch_from:
            doc.set(field.fieldname, before.get(field.fieldname))


def _refuse_changes(doc: Document, before: Document, moving: bool = False) -> None:
    # What the server itself puts back with a step, nobody has changed.
    allowed = {*STAGED[doc.doctype].open_after_end, *(doc.flags.put_back_fields or ())}
    touched = [name for name in changed_fields(doc, before) if name not in allowed]
    if not touched:
        return
    names = comma_list(_(doc.meta.get_label(name)) for name in touched[:5])
    frappe.throw(
        gate_code("G7")
        + _("{0} {1} has ended ({2}); {3} cannot change any more. Reopen it first.").format(
            _(doc.doctype), escape_html(doc.name), word(before.stage), names
        )
        if not moving
        else gate_code("G7")
        + _("{0} {1} has ended ({2}); open it again first, then change {3}.").format(
            _(doc.doctype), escape_html(doc.name), word(before.stage), names
        ),
        GateError,
        title=_("The record has ended"),
    )


def _refuse_under_review(doc: Document, before: Document) -> None:
    allowed = STAGED[doc.doctype].under_review[before.stage]
    touched = [name for name in changed_fields(doc, before) if name not in allowed]
    if touched:
        frappe.throw(
            gate_code("G6")
            + _("{0} is under review; {1} cannot change meanwhile. Send it back first.").format(
                escape_html(doc.name), comma_list(_(doc.meta.get_label(name)) for name in touched[:5])
            ),
            GateError,
            title=_("Under Review"),
        )


def _unknown_move(origin: str, target: str) -> Missing:
    return Missing(
        "SOP",
        "workflow_state",
        Message(
            "The procedure has no step from {origin} to {target}; take the steps between them.",
            {"origin": origin, "target": target},
        ),
    )


def _escaped(row: Missing) -> Missing:
    values = row.message.params.items()
    safe = {key: escape_html(value) if isinstance(value, str) else value for key, value in values}
    return replace(row, message=row.message.having(**safe))


def _shown(doctype: str, key: str, value: Any) -> Any:
    """A value of a message as the user reads it."""
    if isinstance(value, date):
        return format_date(value)
    if key in ("doctype", "check", "role", "severity", "highest", "meaning"):
        return _(value)
    if key in ("verdict", "kind") or (key in ("origin", "target", "stage") and doctype in ENDED):
        return word(value)
    return value


def _default(doc: Document, name: str) -> Any:
    field = doc.meta.get_field(name)
    return 0 if field and field.fieldtype in ("Int", "Float", "Currency", "Check", "Percent") else None


def _rows(rows: list | None) -> list[dict]:
    # Rows are told apart by content alone: a request may send them without names or with fresh ones.
    return [
        {
            key: str(value)
            for key, value in row.get_valid_dict(ignore_virtual=True).items()
            if value not in (None, "")
            and key
            not in ("name", "modified", "modified_by", "creation", "owner", "docstatus", "parent", "idx")
        }
        for row in rows or []
    ]
