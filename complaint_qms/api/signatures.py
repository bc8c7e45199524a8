"""Electronic signatures over the wire: signing a record, with or without its next step, and what a signer is asked for."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked, nothing_else
from complaint_qms.api.rate_limits import count_call
from complaint_qms.constants.records import FLOW
from complaint_qms.constants.signatures import TARGETS
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.signatures import given, identity, required, signing
from complaint_qms.services.transactions import once_others_are_done
from complaint_qms.services.work import judging

_SIGNATURES = 60


@frappe.whitelist(methods=["GET", "POST"])
@nothing_else
@checked
def standing(doctype: str, name: str) -> dict[str, Any]:
    """Signatures of a record and those its next steps need: {given, wanted}; see `given.shown_signatures` and `required.wanted_signatures`."""
    doc = _record(doctype, name, "read")
    return {
        "given": given.shown_signatures(doc),
        "wanted": required.wanted_signatures(doc, _standing_at(doc)),
    }


@frappe.whitelist(methods=["GET", "POST"])
@nothing_else
@checked
def asked() -> dict[str, Any]:
    """What the caller enters beside the password to sign now: {user_id, code, sends_code}."""
    if frappe.get_cached_value("User", frappe.session.user, "user_type") != "System User":
        raise frappe.PermissionError  # customers sign nothing
    return identity.asked_of_signer()


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def send_code(doctype: str, name: str, stage: str, meaning: str, password: str) -> None:
    """Send the caller a verification code for a signature that is theirs to give, where the site sends codes."""
    doc = _record(doctype, name, "read")
    count_call("signature_code", frappe.session.user, _SIGNATURES)
    signing.asked_rule(doc, stage, meaning)
    identity.send_code(doc, meaning, identity.Proof(password))


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def sign(
    doctype: str,
    name: str,
    stage: str,
    meaning: str,
    password: str,
    user_id: str = "",
    code: str = "",
    action: str = "",
    values: Any = None,
) -> dict[str, Any]:
    """Sign a record with one's own password; how its signatures stand then.

    Args:
        stage: where the step leads that is signed for.
        user_id: the caller's own, for the first signature of a session.
        code: of the second factor, where the caller has one.
        action: the step to take with the signature, with its `values`; both happen, or neither does.
    """
    doc = _record(doctype, name, "write" if action else "read")
    count_call("signature", frappe.session.user, _SIGNATURES)
    fields = read_object(values or {}, _("Send the fields to change as an object in “values”."))
    rule = signing.asked_rule(doc, stage, meaning)
    proved = signing.prove(doc, rule, identity.Proof(password, user_id, code))

    def act() -> Document:
        record = _record(doctype, name, "write" if action else "read")
        # Somebody else may have signed or gone on meanwhile.
        again = signing.asked_rule(record, stage, meaning)
        step = (lambda: _take(record, action, stage, fields)) if action else None
        signing.sign_record(record, stage, again, proved, step)
        return record

    signed = once_others_are_done(act)
    signed.reload()
    return {
        "given": given.shown_signatures(signed),
        "wanted": required.wanted_signatures(signed, _standing_at(signed)),
    }


def _take(doc: Document, action: str, stage: str, fields: dict[str, Any]) -> None:
    if doc.doctype in FLOW:
        guard.take_step(doc, action, fields)
    else:
        judging.judge(doc, action, fields)
    if _standing_at(doc) != stage:
        frappe.throw(_("The step {0} is not the one that is signed for.").format(escape_html(action)))


def _standing_at(doc: Document) -> str:
    return doc.stage if doc.doctype in FLOW else doc.status


def _record(doctype: str, name: str, permission: str) -> Document:
    if doctype not in TARGETS:
        frappe.throw(_("{0} is signed in no step.").format(escape_html(_(doctype))))
    doc = frappe.get_doc(doctype, name)
    doc.check_permission(permission)
    return doc
