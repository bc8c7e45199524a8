"""Requests of persons about their data: who may ask and decide, what stands in the way, and the job that does it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_months, getdate, now_datetime
from frappe.utils.password import get_encryption_key

from complaint_qms.constants.personal_data import ERASURE, EXPORT, LEVELS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.pseudonym import Person
from complaint_qms.exceptions import GateError
from complaint_qms.permissions.personal_data import why_not_seen
from complaint_qms.permissions.query import list_condition
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import erasing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.personal_data import holds
from complaint_qms.services.personal_data.erase import erase, forget_history
from complaint_qms.services.personal_data.export import attach_export
from complaint_qms.services.personal_data.find import REQUEST, PersonFound, find_person
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.transactions import once_others_are_done

OPEN, QUEUED, RUNNING, DONE, REJECTED, FAILED = "open", "queued", "running", "done", "rejected", "failed"
PROGRESS: Final = "personal_data_progress"
_PERSON: Final = ("person_name", "email", "phone", "contact", "customer", "user")
_SERVER: Final = (
    "status", "due_on", "pseudonym", "person_digest", "found", "requested_by", "decided_by", "decided_at", "rejection_reason", "done_at",
    "error_message",
)  # fmt: skip
_NAMED: Final = 8
_TIMEOUT: Final = 6 * 3600


def keep_decided(doc: Document) -> None:
    """Before it is saved: what the server writes is put back, and what was decided on stands still."""
    before = doc.get_doc_before_save()
    for name in _SERVER:
        doc.set(name, before.get(name) if before else None)
    if not before:
        doc.status, doc.requested_by = OPEN, frappe.session.user
    elif before.status != OPEN and not doc.flags.by_service:
        refuse(_("{0} is decided: it is not changed any more. Enter another request.").format(doc.name))
    doc.due_on = add_months(getdate(doc.received_on), 1) if doc.received_on else None


def check_person(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: nothing tells the person from others, or it is somebody who works here."""
    if doc.status != OPEN:
        return
    if getdate(doc.received_on) > getdate():
        refuse(_("Asked On: this day is still to come."))
    person = person_of(doc)
    if not person.is_known_surely:
        refuse(_("Person: a name alone is not enough, others have it as well. Enter a mail address, a telephone number of at least 7 digits, a contact, a customer or a user."))  # fmt: skip
    if doc.customer and frappe.db.get_value("Customer", doc.customer, "customer_type") == "Company":
        refuse(_("Customer: {0} is a company. Choose the contact instead.").format(frappe.bold(doc.customer)))
    if doc.request_type == ERASURE and (staff := _staff(person)):
        refuse(_("{0} works with this system: who did what in quality records stays.").format(staff))


def enter_for_user(user: str, kind: str, source: Document) -> str | None:
    """A request of a portal user who asked the framework; the name of it, None where one is open already or they work here."""
    if frappe.db.get_value("User", user, "user_type") != "Website User":
        return None
    if there := frappe.db.exists(REQUEST, {"user": user, "request_type": kind, "status": OPEN}):
        return there
    told = _("{0} {1}, asked for with the account itself").format(_(source.doctype), source.name)
    given = {
        "request_type": kind,
        "user": user,
        "email": user,
        "identity_proof": told,
        "received_on": getdate(),
    }
    return frappe.get_doc({"doctype": REQUEST, **given}).insert(ignore_permissions=True).name


def refuse_removal_of_request(doc: Document) -> None:
    """Raises:
    GateError: always; what was asked and decided stays."""
    frappe.throw(_("{0} stays: it proves what was asked and what was done.").format(doc.name), GateError)


def person_of(doc: Document) -> Person:
    """Who it is, with what contact, customer and user say of them."""
    names, mails, phones = {doc.person_name}, {doc.email}, {doc.phone}
    keys = {doc.contact, doc.customer}
    contacts = {doc.contact}
    if doc.customer:
        row = frappe.db.get_value("Customer", doc.customer, ["customer_name", "email_id", "mobile_no"], as_dict=True) or {}  # fmt: skip
        names.add(row.get("customer_name"))
        mails.add(row.get("email_id"))
        phones.add(row.get("mobile_no"))
        linked = {"link_doctype": "Customer", "link_name": doc.customer}
        for kind, found in (("Contact", contacts), ("Address", keys)):
            found |= set(frappe.get_all("Dynamic Link", {**linked, "parenttype": kind}, pluck="parent", order_by="parent asc"))  # fmt: skip
    for name in sorted(filter(None, contacts)):
        keys.add(name)
        names.add(frappe.db.get_value("Contact", name, "full_name"))
        within = {"parenttype": "Contact", "parent": name}
        mails |= set(frappe.get_all("Contact Email", within, pluck="email_id", order_by="idx asc"))
        phones |= set(frappe.get_all("Contact Phone", within, pluck="phone", order_by="idx asc"))
    if doc.user:
        mails.add(doc.user)
        names.add(frappe.db.get_value("User", doc.user, "full_name"))
    return Person(*(tuple(sorted({str(one).strip() for one in some if one and str(one).strip()})) for some in (names, mails, phones, keys)))  # fmt: skip


def look_for_person(doc: Document) -> dict[str, Any]:
    """What is there of the person: {counts: {DocType: rows}, own: [complaint], possible: {DocType: [name]}, obstacles: [sentence]}."""
    _check_may_decide()
    found = find_person(person_of(doc))
    seen = what_was_found(found) | {"obstacles": obstacles(doc, found)}
    kept = json.dumps({key: seen[key] for key in ("counts", "own", "possible")}, ensure_ascii=False)
    writing.set_values(REQUEST, doc.name, {"found": kept}, "looked for")
    return seen


def what_was_found(found: PersonFound) -> dict[str, Any]:
    possible = {doctype: some for doctype, some in found.possible.items() if some}
    return {"counts": found.counts(), "own": sorted(found.own), "possible": possible}


def obstacles(doc: Document, found: PersonFound) -> list[str]:
    """Why the person cannot be erased now, in sentences."""
    if doc.request_type != ERASURE:
        return []
    said = []
    own = sorted(found.own)
    still = frappe.get_all("Complaint", {"name": ("in", own), "stage": ("not in", COMPLAINT_ENDED)}, pluck="name", order_by="name asc") if own else []  # fmt: skip
    if still:
        said.append(_("Still open: {0}. Whoever complained is needed until they are closed.").format(comma_list(still[:_NAMED])))  # fmt: skip
    for record, reason in list(holds.reasons(found.records()).items())[:_NAMED]:
        said.append(_("{0} {1} is held: {2}").format(_(record[0]), record[1], reason))
    return said


def approve_request(doc: Document) -> None:
    """Have the job do what is asked. By somebody else than who entered it.

    Raises:
        frappe.PermissionError: the session's user may not decide this.
        frappe.ValidationError: something stands in the way.
    """
    _check_decision(doc)
    found = find_person(person_of(doc))
    if stands := obstacles(doc, found):
        refuse(" ".join(stands))
    _decide(doc, QUEUED)
    frappe.db.after_commit.add(lambda: enqueue_request(doc.name))


def reject_request(doc: Document, reason: str) -> None:
    """Raises:
    frappe.ValidationError: without a reason."""
    _check_decision(doc)
    if not reason.strip():
        refuse(_("Reason: write why; the person has to be told."))
    _decide(doc, REJECTED, rejection_reason=reason.strip())


def why_not_decided(doc: Document) -> str:
    """Why the session's user does not approve or reject a request, as a sentence; empty where they may."""
    if doc.status != OPEN:
        return _("{0} is decided already.").format(doc.name)
    if doc.requested_by in acting():
        return _("You entered {0}: somebody else decides on it.").format(doc.name)
    return why_not_looked()


def why_not_looked() -> str:
    """The same of looking for the person. It tells of all records there are, so whoever sees only some of them does not decide."""
    if lacking := why_not_seen(LEVELS):
        return lacking
    if list_condition("Complaint", frappe.session.user):
        return _(
            "You see only some of the complaints: somebody who sees all of them decides on requests of persons."
        )
    return ""


def start_anew(doc: Document) -> None:
    """Start a job that failed, or was killed, once more: what is done stays done."""
    _check_may_decide()
    if doc.status not in (QUEUED, RUNNING, FAILED):
        refuse(_("{0} is not under way.").format(doc.name))
    writing.set_values(REQUEST, doc.name, {"status": QUEUED, "error_message": None}, "tried again")
    frappe.db.after_commit.add(lambda: enqueue_request(doc.name))


def enqueue_request(name: str) -> None:
    """Put the job into the queue, unless it waits there."""
    frappe.enqueue(
        "complaint_qms.services.personal_data.requests.fulfil", queue="long", timeout=_TIMEOUT, name=name, job_id=f"complaint_qms_person_{name}",
        deduplicate=True,
    )  # fmt: skip


def resume() -> None:
    """Daily: requests whose job was lost."""
    for name in frappe.get_all(REQUEST, {"status": ("in", (QUEUED, RUNNING))}, pluck="name", order_by="name asc"):  # fmt: skip
        enqueue_request(name)


def fulfil(name: str) -> None:
    """Do it. Killed in the middle, it is begun anew and finds what is left."""
    doc = frappe.get_doc(REQUEST, name)
    if doc.status not in (QUEUED, RUNNING, FAILED):
        return
    writing.set_values(REQUEST, name, {"status": RUNNING}, "job")
    frappe.db.commit()
    try:
        _run(doc)
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        frappe.log_error(
            title="Personal data request failed",
            message=frappe.get_traceback(),
            reference_doctype=REQUEST,
            reference_name=name,
        )
        writing.set_values(REQUEST, name, {"status": FAILED, "error_message": str(error)[:500]}, "job")
        frappe.db.commit()
        raise
    finally:
        _tell(name, 100)


def person_digest(person: Person) -> str:
    """HMAC-SHA-256 under the site's own key of the first address or number of a person."""
    known = (*person.mails, *person.phone_digits, *person.keys)
    return hmac.digest(_digest_key(), known[0].casefold().encode(), "sha256").hex() if known else ""


def _run(doc: Document) -> None:
    person = person_of(doc)
    found = find_person(person, lambda share: _tell(doc.name, share // 2))
    if doc.request_type == EXPORT:
        attach_export(doc, person, found)
    else:
        if stands := obstacles(doc, found):
            refuse(" ".join(stands))
        pseudonym = doc.pseudonym or _pseudonym()
        writing.set_values(
            REQUEST, doc.name, {"pseudonym": pseudonym, "found": _with_earlier(doc, found)}, "job"
        )
        frappe.db.commit()
        erase(person, found, pseudonym, doc.name, lambda share: _tell(doc.name, 50 + share // 2), bool(doc.remove_files))  # fmt: skip
        forget_history(person, found, doc.name)
        # Who it was is known here until nothing else leads to them any more, and goes with what its own entries say of it.
        writing.set_values(REQUEST, doc.name, _forgotten(doc, person, found, pseudonym), "job")
        erasing.forget_in_request(person, doc.name)
    writing.set_values(REQUEST, doc.name, {"status": DONE, "done_at": now_datetime()}, "job")


def _with_earlier(doc: Document, found: PersonFound) -> str:
    """Add what an attempt that was killed has found, which nothing leads to any more; all of it as text, for the next one."""
    kept = json.loads(doc.found or "{}") if doc.pseudonym else {}
    found.own |= set(kept.get("own") or ())
    found.known |= {(doctype, name) for doctype, name in kept.get("records") or ()}
    told = {
        "counts": found.counts() | (kept.get("counts") or {}),
        "own": sorted(found.own),
        "records": sorted(found.records()),
    }
    return json.dumps(told, ensure_ascii=False)


def _forgotten(doc: Document, person: Person, found: PersonFound, pseudonym: str) -> dict[str, Any]:
    """What the request keeps of the person: the pseudonym, and a digest by which the site can tell that it was this person."""
    kept = json.loads(frappe.db.get_value(REQUEST, doc.name, "found") or "{}")
    told = json.dumps(
        {"counts": kept.get("counts") or {}, "own": sorted(found.own), "possible": {}}, ensure_ascii=False
    )
    known = person.out_of(doc.identity_proof or "", pseudonym, is_about=True)
    return {
        **dict.fromkeys(_PERSON),
        "person_name": pseudonym,
        "person_digest": person_digest(person),
        "found": told,
        "identity_proof": known,
    }


def _digest_key() -> bytes:
    return hashlib.sha256(b"complaint_qms erased persons\n" + get_encryption_key().encode()).digest()


def _pseudonym() -> str:
    return f"Person {secrets.token_hex(4).upper()}"


def _staff(person: Person) -> str:
    users = {"name": ("in", person.mails), "user_type": "System User"} if person.mails else None
    return (users and frappe.db.get_value("User", users, "full_name")) or ""


def _check_decision(doc: Document) -> None:
    doc.check_permission("write")
    _allow(why_not_decided(doc) if doc.status == OPEN else "")
    if doc.status != OPEN:
        refuse(why_not_decided(doc))


def _check_may_decide() -> None:
    _allow(why_not_looked())


def _allow(said: str) -> None:
    if said:
        frappe.throw(said, frappe.PermissionError)


def _decide(doc: Document, status: str, **more: Any) -> None:
    def write() -> None:
        now = frappe.db.get_value(REQUEST, doc.name, "status", for_update=True)
        if now != OPEN:
            refuse(_("{0} is decided already.").format(doc.name))
        told = {"status": status, "decided_by": frappe.session.user, "decided_at": now_datetime(), **more}
        writing.set_values(REQUEST, doc.name, told, "decided")

    once_others_are_done(write)


def _tell(name: str, percent: int) -> None:
    frappe.publish_realtime(PROGRESS, {"name": name, "percent": percent}, doctype=REQUEST, docname=name)
