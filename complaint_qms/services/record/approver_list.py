"""The framework's list of who may take the next step (Workflow Action): begun so that records that change at once do not meet."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name
from frappe.workflow.doctype.workflow_action import workflow_action

_ENTRY = "Workflow Action"


def begin_list(doc: Document) -> None:
    """A record is about to be listed anew: who might have moved it on until now is listed first, where nobody is.

    Frappe 15 looks for entries of single users, as it made them once, wherever it finds none of the record's, by a DELETE and an
    UPDATE that find nothing. Each of them locks the gap behind the newest record until the transaction ends, and nobody can
    insert there meanwhile: two new records that are changed at the same moment wait for each other. 16 does not look.
    """
    workflow = get_workflow_name(doc.doctype)
    if not workflow or not hasattr(workflow_action, "clear_old_workflow_actions_using_user"):
        return
    if doc.doctype in (frappe.flags.qms_without_work_list or ()):
        return
    if frappe.get_cached_value("Workflow", workflow, "send_email_alert"):
        return  # who is listed is mailed by the framework, as it lists them
    before = doc.get_doc_before_save() or doc
    stage, stood = (workflow_action.get_doc_workflow_state(one) for one in (doc, before))
    about = {"reference_name": doc.name, "reference_doctype": doc.doctype}
    if frappe.db.exists(
        _ENTRY, {**about, **({"workflow_state": stage} if stage == stood else {"status": "Open"})}
    ):
        return
    steps = workflow_action.get_next_possible_transitions(workflow, stood, before)
    workflow_action.create_workflow_actions_for_roles({step.allowed for step in steps}, before)
