"""Actions of a CAPA: who may change what, who is told, and how an owner finishes one."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate, nowdate

from complaint_qms.constants import roles
from complaint_qms.constants.stages import CAPA_ACTION_OPEN
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import clause_list, comma_list

# Fixed with the plan; afterwards the owner only reports.
_PLANNED = ("action", "action_type", "action_owner", "due_date", "start_date")
_READERS = (
    roles.ACTION_OWNER,
    roles.INVESTIGATOR,
    roles.QUALITY_MANAGER,
    roles.MANAGER,
    roles.REGULATORY,
    "System Manager",
)
_EDITABLE = ("draft", "plan_review", "ineffective")


def check_rows(doc: Document) -> None:
    """Rows of the plan are sound, done ones are stamped, and an approved plan stays as it was approved.

    Raises:
        GateError: an approved action was changed, removed, or done by somebody who does not own it (G5, G6).
        frappe.ValidationError: dates out of order, an owner who cannot see the CAPA.
    """
    before = doc.get_doc_before_save()
    old = {row.name: row for row in before.actions} if before else {}
    frozen = bool(before) and before.stage not in _EDITABLE
    _check_frozen(doc, old, frozen)
    _check_owners(doc, old)
    for row in doc.actions:
        if row.start_date and row.due_date and getdate(row.due_date) < getdate(row.start_date):
            frappe.throw(_("Row {0}: Due Date is before Start Date. Correct one of them.").format(row.idx))
        _check_cancelling(doc, row, old.get(row.name))
        _stamp(doc, row, old.get(row.name), frozen)


def owns(user: str, capa: str, row_name: str) -> bool:
    """Whether this is an action of that CAPA and the user's own."""
    named = {"name": row_name, "parent": capa, "parenttype": "CAPA", "action_owner": user}
    return bool(frappe.db.exists("CAPA Action", named))


def complete(doc: Document, row_name: str, evidence_note: str | None, evidence: str | None) -> None:
    """Report one action as done, with its evidence; for its owner, who needs no other right on the CAPA.

    Raises:
        GateError: the CAPA is not being implemented, the evidence is missing, or somebody else owns the action.
    """
    row = next((row for row in doc.actions if row.name == row_name), None)
    if not row:
        frappe.throw(_("CAPA {0} has no such action.").format(escape_html(doc.name)))
    if blank(evidence_note) and not evidence:
        frappe.throw(gate_code("G5") + _("Add the evidence: a note or a file."), GateError)
    if row.evidence and evidence and evidence != row.evidence:
        row.strike_reason = _("The action was done anew.")
    row.update(
        {
            "status": "done",
            "evidence_note": evidence_note or row.evidence_note,
            "evidence": evidence or row.evidence,
        }
    )
    doc.flags.ignore_permissions = True
    doc.save()


def sync_todos(doc: Document) -> None:
    """Each open action of an approved plan is a task of its owner; a finished one is not."""
    before = doc.get_doc_before_save()
    if not before or (before.stage == doc.stage and doc.stage != "implement"):
        return
    wanted = (
        {row.action_owner for row in doc.actions if row.status in CAPA_ACTION_OPEN}
        if doc.stage == "implement"
        else set()
    )
    # A task that somebody gave to a person without an action here is not ours to close.
    owners = {row.action_owner for row in (*doc.actions, *before.actions)}
    todos = frappe.get_all(
        "ToDo",
        filters={
            "reference_type": "CAPA",
            "reference_name": doc.name,
            "status": "Open",
            "allocated_to": ("in", sorted(filter(None, owners)) or [""]),
        },
        fields=["name", "allocated_to"],
        order_by="creation asc",
    )
    have = {todo.allocated_to for todo in todos}
    for todo in todos:
        if todo.allocated_to not in wanted:
            task = frappe.get_doc("ToDo", todo.name)
            task.status = "Closed"
            # Not past the document: saving it takes the owner off the list of those the CAPA is assigned to.
            task.save(ignore_permissions=True)
    for owner in sorted(wanted - have):
        own = [row for row in doc.actions if row.action_owner == owner and row.status in CAPA_ACTION_OPEN]
        task = frappe.get_doc(
            {
                "doctype": "ToDo",
                "allocated_to": owner,
                "reference_type": "CAPA",
                "reference_name": doc.name,
                "date": min(row.due_date for row in own),
                "description": clause_list(frappe.utils.escape_html(row.action) for row in own),
                "assigned_by": frappe.session.user,
            }
        )
        # Whose action it is was judged when they were named; somebody who has left since holds no plan up.
        task.flags.by_service = True
        task.insert(ignore_permissions=True)


def _check_frozen(doc: Document, old: dict[str, Document], frozen: bool) -> None:
    if not frozen:
        return
    now = {row.name for row in doc.actions}
    if set(old) - now or now - set(old):
        frappe.throw(
            gate_code("G5")
            + _(
                "The plan is approved; actions cannot be added or removed. Cancel one with a reason, or start a new CAPA."
            ),
            GateError,
        )
    for row in doc.actions:
        changed = [
            name for name in _PLANNED if str(row.get(name) or "") != str(old[row.name].get(name) or "")
        ]
        if changed:
            frappe.throw(
                gate_code("G5")
                + _("Row {0}: the plan is approved; {1} cannot change any more.").format(
                    row.idx, comma_list(_(row.meta.get_label(name), context=row.doctype) for name in changed)
                ),
                GateError,
            )


def _check_owners(doc: Document, old: dict[str, Document]) -> None:
    owners = {
        row.action_owner
        for row in doc.actions
        if row.action_owner and (row.name not in old or old[row.name].action_owner != row.action_owner)
    }
    if not owners:
        return
    able = set(
        frappe.get_all(
            "Has Role",
            filters={"parenttype": "User", "parent": ("in", owners), "role": ("in", _READERS)},
            pluck="parent",
            order_by="parent asc",
        )
    )
    for owner in sorted(absent_users(owners)):
        frappe.throw(
            _("{0} cannot sign in or has left, and so cannot own an action. Choose somebody else.").format(
                escape_html(owner)
            )
        )
    for owner in sorted(owners - able - {"Administrator"}):
        frappe.throw(
            _(
                "{0} has no role for the actions of CAPAs. Give them the role {1}, or choose somebody else."
            ).format(escape_html(owner), _(roles.ACTION_OWNER))
        )


def _check_cancelling(doc: Document, row: Document, old: Document | None) -> None:
    if not old or row.status != "cancelled" or old.status == "cancelled":
        return
    before = doc.get_doc_before_save()
    if (
        frappe.session.user in (before.capa_owner, "Administrator")
        or roles.QUALITY_MANAGER in frappe.get_roles()
    ):
        return
    frappe.throw(
        gate_code("G5")
        + _("Row {0}: only the CAPA owner or a {1} cancels an action.").format(
            row.idx, _(roles.QUALITY_MANAGER)
        ),
        GateError,
    )


def _stamp(doc: Document, row: Document, old: Document | None, frozen: bool) -> None:
    was_done = bool(old) and old.status == "done"
    row.done_on, row.done_by = (old.done_on, old.done_by) if was_done else (None, None)
    if row.status == "done" and not was_done:
        if not frozen or doc.get_doc_before_save().stage != "implement":
            frappe.throw(
                gate_code("G5")
                + _("Row {0}: an action is done only after the plan was approved.").format(row.idx),
                GateError,
            )
        if not row.action_owner:
            frappe.throw(
                gate_code("G5") + _("Row {0}: choose who owns this action.").format(row.idx), GateError
            )
        if frappe.session.user not in (row.action_owner, "Administrator"):
            frappe.throw(
                gate_code("G6")
                + _("Row {0}: only its owner {1} reports this action as done.").format(
                    row.idx, escape_html(row.action_owner)
                ),
                GateError,
            )
        row.done_on, row.done_by = nowdate(), frappe.session.user
    elif was_done and (
        row.status != "done" or row.evidence_note != old.evidence_note or row.evidence != old.evidence
    ):
        if doc.get_doc_before_save().stage != "implement" or frappe.session.user != old.action_owner:
            frappe.throw(
                gate_code("G5")
                + _(
                    "Row {0}: what was reported as done stays. Only its owner may correct it while the CAPA is being implemented."
                ).format(row.idx),
                GateError,
            )
        if row.status != "done":
            row.done_on = row.done_by = None
