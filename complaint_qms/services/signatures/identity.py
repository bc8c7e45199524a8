"""Who signs proves it again: password, user id for the first signature of a session, verification code where they have a second factor
(21 CFR 11.200). Failures are counted with those of logging in, and written into the audit trail."""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

import frappe
import pyotp
from frappe import _, twofactor
from frappe.auth import get_login_attempt_tracker
from frappe.exceptions import AuthenticationError
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.password import check_password

from complaint_qms.constants.events import SIGNING_FAILED
from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.services.events import Event, announce
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.input_validation import refuse

_SENT: Final = ("SMS", "Email")
"""Ways of a second factor by which a code is sent for each signature."""
_CODE_SECONDS: Final = 300


class Proof(NamedTuple):
    """What somebody enters to sign."""

    password: str
    user_id: str = ""
    code: str = ""


def asked_of_signer() -> dict[str, Any]:
    """What the session's user is asked for: {user_id, code: "" or the way of the second factor, sends_code}."""
    method = _second_factor()
    return {"user_id": is_first_in_session(), "code": method, "sends_code": method in _SENT}


def confirm(doc: Document, meaning: str, proof: Proof) -> dict[str, Any]:
    """That it is the session's user who signs; what is kept of it: {identified_by, first_in_session, session_digest}.

    Raises:
        frappe.ValidationError: it is not, they are locked out, or act for somebody else. The failure is committed to the audit trail;
            call this before anything is written.
    """
    if len(acting()) > 1:
        refuse(_("Nobody signs in the name of somebody else: sign in yourself."))
    user, first, method = frappe.session.user, is_first_in_session(), _second_factor()
    tracker = get_login_attempt_tracker(user, raise_locked_exception=False)
    if not tracker.is_user_allowed():
        seconds = int(tracker.lock_interval.total_seconds())
        _fail(
            doc,
            meaning,
            "locked",
            _("Too many failed tries: signing is locked for {0}. Try again in {1} seconds.").format(
                escape_html(user), seconds
            ),
        )
    if (first or proof.user_id) and not _is_user_id(proof.user_id):
        tracker.add_failure_attempt()
        _fail(
            doc,
            meaning,
            "user_id",
            _("Your User ID: enter the one with which you are signed in. The first signature of a session needs it.")
            if first
            else _("Your User ID: enter the one with which you are signed in, or none."),
        )  # fmt: skip
    if not _is_password(user, proof.password):
        tracker.add_failure_attempt()
        _fail(doc, meaning, "password", _no_password(user))
    if method and not _is_code(user, method, proof.code):
        if proof.code:
            tracker.add_failure_attempt()
        _fail(
            doc,
            meaning,
            "code",
            _("Verification Code: it is not the right one, or it has expired. Enter a new one."),
        )
    tracker.add_success_attempt()
    return {
        "identified_by": "by_password_and_code" if method else "by_password",
        "first_in_session": int(first),
        "session_digest": _session_digest(),
    }


def send_code(doc: Document, meaning: str, proof: Proof) -> None:
    """Send a verification code to who signs, by mail or text message as the site has it.

    Raises:
        frappe.ValidationError: the password is not theirs, or the site sends no codes.
    """
    user, method = frappe.session.user, _second_factor()
    if method not in _SENT:
        refuse(_("Verification Code: your code comes from your authenticator app, none is sent."))
    tracker = get_login_attempt_tracker(user, raise_locked_exception=False)
    if not tracker.is_user_allowed() or not _is_password(user, proof.password):
        tracker.add_failure_attempt()
        _fail(doc, meaning, "password", _no_password(user))
    secret = twofactor.get_otpsecret_for_(user)
    token = int(pyotp.TOTP(secret).now())
    sent = twofactor.get_verification_obj(user, token, secret) or {}
    if not sent.get("token_delivery"):
        refuse(
            _("Verification Code: it could not be sent. Ask an administrator to check mail or SMS settings.")
        )
    frappe.cache.set_value(_token_key(user), token, expires_in_sec=_CODE_SECONDS)


def is_first_in_session() -> bool:
    """Whether nothing was signed in this session yet; a request with an API key is a session of its own."""
    digest = _session_digest()
    return not digest or not frappe.db.exists(
        SIGNATURE, {"session_digest": digest, "user": frappe.session.user}
    )


def _session_digest() -> str:
    sid = frappe.session.sid
    is_by_key = bool(frappe.request and frappe.request.headers.get("Authorization"))
    if not sid or is_by_key or sid in (frappe.session.user, "Guest"):
        return ""
    return hashlib.sha256(f"signing {sid}".encode()).hexdigest()


def _second_factor() -> str:
    user = frappe.session.user
    return twofactor.get_verification_method() or "" if twofactor.should_run_2fa(user) else ""


def _is_user_id(said: str) -> bool:
    user = frappe.session.user
    own = {user, frappe.db.get_value("User", user, "username")}
    return said.strip().lower() in {one.lower() for one in own if one}


def _is_password(user: str, password: str) -> bool:
    if not password:
        return False
    try:
        check_password(user, password, delete_tracker_cache=False)
    except AuthenticationError:
        frappe.clear_messages()
        return False
    return True


def _no_password(user: str) -> str:
    auth = frappe.qb.Table("__Auth")
    query = frappe.qb.from_(auth).select(auth.name).where((auth.doctype == "User") & (auth.name == user))
    if query.where((auth.fieldname == "password") & (auth.encrypted == 0)).run():
        return _("Your Password: it is not the one of {0}. Type it again.").format(escape_html(user))
    return _(
        "Your Password: {0} has none on this site, because you sign in by another service. Ask an administrator to set one on your user (Settings, Change Password): it is for signing."
    ).format(escape_html(user))


def _is_code(user: str, method: str, code: str) -> bool:
    code = code.strip()
    if not code.isdigit():
        return False
    secret = twofactor.get_otpsecret_for_(user)
    if method not in _SENT:
        return pyotp.TOTP(secret).verify(code) and _is_unused(user, code)
    token = frappe.cache.get_value(_token_key(user))
    if token is None or not pyotp.HOTP(secret).verify(code, int(token)):
        return False
    frappe.cache.delete_value(_token_key(user))
    return _is_unused(user, code)


def _is_unused(user: str, code: str) -> bool:
    """A code counts once (RFC 6238, 5.2): of two requests that bring the same one, the first."""
    key = frappe.cache.make_key(f"complaint_qms_code_used:{user}:{code}")
    return bool(frappe.cache.set(key, 1, ex=_CODE_SECONDS, nx=True))


def _token_key(user: str) -> str:
    return f"complaint_qms_signature_code:{user}"


def _fail(doc: Document, meaning: str, why: str, sentence: str) -> None:
    announce([Event(SIGNING_FAILED, doc.doctype, doc.name, {"meaning": meaning, "why": why})])
    frappe.db.commit()  # the refusal takes everything else of the request back
    refuse(sentence)
