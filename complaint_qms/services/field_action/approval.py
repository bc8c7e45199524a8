"""The approval of a field action: by somebody without a part in it, with a signature that holds for what was approved alone (21 CFR 11)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.exceptions import AuthenticationError
from frappe.model.document import Document
from frappe.utils import cstr, get_datetime, get_fullname
from frappe.utils.password import check_password

from complaint_qms.constants.field_action import APPROVED_FIELDS, DOCTYPE
from complaint_qms.engine.sop.signing import flaws, signed
from complaint_qms.exceptions import GateError
from complaint_qms.services.field_action import customers, texts
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.site_time import aware, site_zone

MEANING = "Approval of the field action"


def sign_approval(doc: Document, password: str) -> None:
    """Approve with the password of the session's user, who signs by it.

    Raises:
        frappe.ValidationError: the password is not theirs.
        GateError: somebody else has to approve, or something is missing.
    """
    if len(acting()) > 1:
        refuse(_("Nobody signs in the name of somebody else: sign in yourself."))
    try:
        check_password(frappe.session.user, password or "", delete_tracker_cache=False)
    except AuthenticationError:
        frappe.clear_messages()
        refuse(_("Your Password: it is not the one of {0}. Type it again.").format(frappe.session.user))
    doc.flags.signs = True
    guard.step_to(doc, "under_way", {})


def approve(doc: Document, user: str, now: datetime) -> None:
    """The step to Under Way: what is approved is kept, and signed for.

    Raises:
        GateError: it is taken without a signature.
    """
    if not doc.flags.signs:
        frappe.throw(
            gate_code("G10") + _("A field action is approved with a signature: use “Sign and Approve”, which asks for your password."),
            GateError,
            title=_("Not yet"),
        )  # fmt: skip
    doc.approved_by, doc.approved_at = user, now.replace(microsecond=0)
    approved = json.loads(doc.scope) | {"by_hand": customers.changed_by_hand(doc.name)}
    doc.approved_scope = json.dumps(approved, ensure_ascii=False)
    doc.signature = json.dumps(
        signed(
            _content(doc),
            user=user,
            full_name=get_fullname(user),
            signed_at=aware(get_datetime(doc.approved_at), site_zone()).isoformat(),
            meaning=MEANING,
            doctype=DOCTYPE,
            name=doc.name,
        ),
        ensure_ascii=False,
    )


def shown_signature(doc: Document) -> dict[str, Any] | None:
    """The signature as a form and paper show it: {name, at, meaning, holds}; None before the approval."""
    if not doc.signature:
        return None
    given = json.loads(doc.signature)
    return {
        "name": given["full_name"],
        "at": given["signed_at"],
        "meaning": _("Approval of the field action"),
        "holds": not flaws(given, DOCTYPE, doc.name, _content(doc)),
    }


def _content(doc: Document) -> dict[str, str]:
    # Text alone: a signature must not hang on how the database keeps numbers.
    numbers = ("target_acknowledged", "target_accounted", "is_mock")
    return {
        name: f"{float(doc.get(name) or 0):g}"
        if name in numbers
        else cstr(doc.get(name)).replace("\r\n", "\n")
        for name in APPROVED_FIELDS
    } | {"scope": cstr(doc.approved_scope), **texts.signed_texts(doc)}
