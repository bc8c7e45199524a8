"""Loads the shipped workflows without ever treading on a site's own edits.

A Workflow has no standard export, and a fixture would overwrite the site's copy at each migrate. So: make it when it
is missing; replace it only while the site's copy is still what we wrote last; otherwise leave it alone.
"""

import hashlib
import json
from typing import Any

import frappe

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.lifecycle.shipped_workflow import definitions


def sync_workflows() -> None:
    """Bring each shipped workflow onto the site; the site's own edits and its own workflows stay."""
    written = _digests()
    for definition in definitions():
        name = definition["workflow_name"]
        _ensure_vocabulary(definition)
        wanted = _digest(_rows(definition))
        if not frappe.db.exists("Workflow", name):
            # A site that already runs its own workflow on this record keeps it active; ours waits beside it.
            own = frappe.db.exists("Workflow", {"document_type": definition["document_type"], "is_active": 1})
            _write(frappe.new_doc("Workflow"), definition, is_active=not own)
        else:
            current = frappe.get_doc("Workflow", name)
            standing = _digest(_rows_of(current))
            if standing == wanted or standing != written.get(name):
                continue
            before = _vocabulary_of(current)
            _write(current, definition, is_active=bool(current.is_active))
            _follow_new_names(definition, before[0])
            _drop_unused(*(set(names) for names in before))
        written[name] = wanted
    _keep_digests(written)


def remove_workflows() -> None:
    """Take back what `sync_workflows` made; states and actions that other workflows use stay."""
    states = {state for definition in definitions() for state in _states(definition)}
    actions = {row["action"] for definition in definitions() for row in definition["transitions"]}
    for definition in definitions():
        for name in frappe.get_all(
            "Workflow", filters={"document_type": definition["document_type"]}, pluck="name", order_by="name"
        ):
            workflow = frappe.get_doc("Workflow", name)
            stages, own_actions = _vocabulary_of(workflow)
            states |= set(stages)
            actions |= own_actions
            frappe.delete_doc("Workflow", name, ignore_permissions=True, force=True)
        _drop_work_list(definition["document_type"])
    _drop_unused(states, actions)


def own_workflows() -> list[str]:
    """Kinds of records that go by another workflow on this site than the shipped one, or by one that the site has edited, or by none."""
    found = []
    for definition in definitions():
        doctype, name = definition["document_type"], definition["workflow_name"]
        active = frappe.get_all(
            "Workflow", {"document_type": doctype, "is_active": 1}, pluck="name", order_by="name"
        )
        if active != [name] or _rows_of(frappe.get_doc("Workflow", name)) != _rows(definition):
            found.append(doctype)
    return found


def _drop_work_list(doctype: str) -> None:
    """Remove Frappe's list of next approvers, with the roles in it: some of them are not ours."""
    actions = frappe.get_all(
        "Workflow Action", filters={"reference_doctype": doctype}, pluck="name", order_by="name"
    )
    if actions:
        frappe.db.delete("Workflow Action Permitted Role", {"parent": ("in", actions)})
        frappe.db.delete("Workflow Action", {"name": ("in", actions)})


def _drop_unused(states: set[str], actions: set[str]) -> None:
    """Remove those of these states and actions that no workflow names any more and that are not Frappe's own."""
    used_states = set(frappe.get_all("Workflow Document State", pluck="state", order_by="name"))
    used_actions = set(frappe.get_all("Workflow Transition", pluck="action", order_by="name"))
    for doctype, names in (
        ("Workflow State", states - used_states - set(_FRAPPE_STATES)),
        ("Workflow Action Master", actions - used_actions - set(_FRAPPE_ACTIONS)),
    ):
        for name in sorted(names):
            frappe.delete_doc(doctype, name, ignore_permissions=True, force=True, ignore_missing=True)


def _follow_new_names(definition: dict[str, Any], before: dict[str, str]) -> None:
    """A new version may name a state anew: records in it follow by their stage key."""
    shipped = {row["stage"]: row["state"] for row in definition["states"]}
    field = definition["workflow_state_field"]
    for old, stage in before.items():
        new = shipped.get(stage, old)
        if old not in shipped.values() and new != old:
            table = frappe.qb.DocType(definition["document_type"])
            frappe.qb.update(table).set(table[field], new).where(table[field] == old).run()


def _vocabulary_of(workflow) -> tuple[dict[str, str], set[str]]:
    """State → stage key, and the actions, of a workflow as it stands."""
    stages = {row.state: row.update_value or "" for row in workflow.states}
    return stages, {row.action for row in workflow.transitions}


# Frappe ships these itself (frappe/utils/install.py); they are not ours to remove.
_FRAPPE_STATES = ("Pending", "Approved", "Rejected")
_FRAPPE_ACTIONS = ("Approve", "Reject", "Review")


def _states(definition: dict[str, Any]) -> dict[str, str]:
    return {row["state"]: row.get("style", "") for row in definition["states"]}


def _ensure_vocabulary(definition: dict[str, Any]) -> None:
    for state, style in _states(definition).items():
        if not frappe.db.exists("Workflow State", state):
            frappe.get_doc(
                {"doctype": "Workflow State", "workflow_state_name": state, "style": style}
            ).insert(ignore_permissions=True)
    for action in sorted({row["action"] for row in definition["transitions"]}):
        if not frappe.db.exists("Workflow Action Master", action):
            frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": action}).insert(
                ignore_permissions=True
            )


def _rows(definition: dict[str, Any]) -> dict[str, list[list[str]]]:
    return {
        "states": [[row["state"], row["stage"], row.get("edit", "All")] for row in definition["states"]],
        "transitions": [
            [row["from"], row["action"], row["to"], role, row.get("condition", "")]
            for row in definition["transitions"]
            for role in row["roles"]
        ],
    }


def _rows_of(workflow) -> dict[str, list[list[str]]]:
    return {
        "states": [[row.state, row.update_value or "", row.allow_edit or ""] for row in workflow.states],
        "transitions": [
            [row.state, row.action, row.next_state, row.allowed, row.condition or ""]
            for row in workflow.transitions
        ],
    }


def _write(workflow, definition: dict[str, Any], *, is_active: bool) -> None:
    rows = _rows(definition)
    workflow.update(
        {
            "workflow_name": definition["workflow_name"],
            "document_type": definition["document_type"],
            "workflow_state_field": definition["workflow_state_field"],
            "is_active": int(is_active),
            "send_email_alert": 0,
            # Lists show stage and clock in one pill instead of the bare state.
            "override_status": 1,
            "states": [],
            "transitions": [],
        }
    )
    for state, stage, edit in rows["states"]:
        # The stage key rides on Frappe's own "update field" of the state, so a site may rename states freely.
        workflow.append(
            "states",
            {
                "state": state,
                "doc_status": "0",
                "allow_edit": edit,
                "update_field": "stage",
                "update_value": stage,
            },
        )
    for origin, action, target, role, condition in rows["transitions"]:
        workflow.append(
            "transitions",
            {
                "state": origin,
                "action": action,
                "next_state": target,
                "allowed": role,
                "allow_self_approval": 1,
                "condition": condition,
            },
        )
    workflow.flags.ignore_permissions = True
    workflow.save()


def _digest(rows: dict[str, list[list[str]]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _digests() -> dict[str, str]:
    return json.loads(frappe.db.get_single_value(SETTINGS, "workflow_digests") or "{}")


def _keep_digests(digests: dict[str, str]) -> None:
    text = json.dumps(digests, sort_keys=True)
    if text != (frappe.db.get_single_value(SETTINGS, "workflow_digests") or ""):
        frappe.db.set_single_value(SETTINGS, "workflow_digests", text, update_modified=False)
