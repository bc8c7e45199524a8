"""Every role × DocType × verb × way in: what `docs/permissions.md` does not give is refused on each way, and writes nothing.

What is expected comes from the files that the page is made of; what happens is asked of the framework's own doors. That a right which is given also works is asked
of every role and kind of record in `test_sight.py` and by the tests of each capability; here it is asked of the framework's rules.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from unittest.mock import patch

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.records import BY_DOCTYPE, PARENTS, SETTINGS
from complaint_qms.services.compliance.shipped_rights import LETTERS, shipped_rights
from tests.desk import factory, ways

PORTAL: Final = "Customer"
PEOPLE: Final = (
    *dict.fromkeys((*roles.STAFF, *roles.OWN_ROLES)),
    roles.MACHINE,
    "Sales User",
    PORTAL,
    "Guest",
)
SINGLES: Final = tuple(record.doctype for record in BY_DOCTYPE.values() if record.kind == SETTINGS)
VOCABULARY: Final = tuple(record.doctype for record in BY_DOCTYPE.values() if record.kind == "vocabulary")
SUBMITTED: Final = ("submit", "cancel", "amend")
PREFERENCE: Final = "Complaint Notification Preference"
"""Everybody writes their own; one of somebody else is read by whoever administers the site and by auditors."""


def person(role: str) -> str:
    if role == "Guest":
        return role
    if role in (PORTAL, roles.MACHINE):
        made = factory.make("User", email=f"{frappe.generate_hash(length=8)}@rights.example", first_name="One", user_type="Website User", send_welcome_email=0)  # fmt: skip
        made.add_roles(role)
        return made.name
    return factory.person(role)


def expected(role: str, held: set[str]) -> dict[str, set[str]]:
    """DocType → rights to a record of it that somebody else has made."""
    found = {}
    for doctype, holders in shipped_rights().items():
        given = {right for holder, some in holders.items() if holder.role in held and not (holder.level or holder.own_alone) for right in some}  # fmt: skip
        if doctype == PREFERENCE and role != "System Manager":
            given &= {"read", "report"} if role == roles.AUDITOR else set()
        found[doctype] = given
    return found


def one_of_each() -> dict[str, str]:
    """DocType → name of a stored record that everybody with a right to such records sees."""
    about = factory.complaint()
    settled = frappe.get_doc({"doctype": "Complaint Settlement", "complaint": about.name, "company": about.company, "customer": about.customer, "currency": about.currency})  # fmt: skip
    settled.set_new_name()
    settled.db_insert()
    made = {"Complaint": about.name, "Complaint Settlement": settled.name, **{name: name for name in SINGLES}}
    stored = {"Quality Audit Entry": {"document_name": about.name}, **{name: {} for name in VOCABULARY}}
    for doctype in PARENTS:
        if doctype in stored:
            made[doctype] = frappe.get_all(doctype, stored[doctype], pluck="name", order_by="creation asc", limit=1)[0]  # fmt: skip
        elif doctype not in made:
            row = frappe.new_doc(doctype)
            row.enabled = 1  # a field that leads to it offers no other
            row.name = f"RIGHT-{frappe.generate_hash(length=8)}"
            row.update({PREFERENCE: {"user": "Administrator"}, "Complaint Chat Message": {"chat": made.get("Complaint Chat")}}.get(doctype, {}))  # fmt: skip
            row.db_insert()
            made[doctype] = row.name
    return made


def reading(user: str, doctype: str, name: str) -> dict[str, Callable[[], bool]]:
    """Ways that give a record to whoever reads it."""
    left_out = {"export", "print"}
    if BY_DOCTYPE[doctype].kind != "quality":
        left_out |= {"timeline", "communications"}
    if doctype in SINGLES:
        left_out |= {"list", "count", "report", "link", "value"}
    return {
        way: (lambda way=way: ways.gives(way, user, doctype, name))
        for way in ways.WAYS
        if way not in left_out
    }


def given_by(call: Callable[[], Any]) -> bool:
    """Whether a way goes through; whatever it wrote is taken back."""
    frappe.db.savepoint("one_way")
    back = partial(frappe.db.rollback, save_point="one_way")
    try:
        # Of a list of which one is not deleted the framework takes back the whole transaction.
        with patch.object(frappe.db, "rollback", lambda **_which: back()):
            return bool(call())
    except (ways.Refused, frappe.ValidationError, frappe.DoesNotExistError, frappe.PermissionError):
        return False
    finally:
        frappe.set_user("Administrator")
        back()


def changing(user: str, doctype: str, name: str) -> dict[str, dict[str, Callable[[], Any]]]:
    """Verb → way → what asks for it."""
    stored = frappe.get_doc(doctype, name).as_dict(convert_dates_to_str=True)
    sent = frappe.as_json({**stored, "modified": stored.modified})
    fresh = {key: value for key, value in stored.items() if key not in ("name", "creation", "modified", "owner", "modified_by", "docstatus")}  # fmt: skip
    new = {**fresh, "doctype": doctype}

    def done(call: Callable[[], Any]) -> Callable[[], bool]:
        def run() -> bool:
            call()
            # The list says nothing of what it did not delete.
            return call is not deleted or not frappe.db.exists(doctype, name)

        return run

    def deleted() -> None:
        ways.call(user, "frappe.desk.reportview.delete_items", "POST", doctype=doctype, items=[name])

    found: dict[str, dict[str, Callable[[], Any]]] = {
        "write": {
            "resource": lambda: ways.rest(user, "PUT", f"{doctype}/{name}", docstatus=0),
            "set_value": lambda: ways.call(user, "frappe.client.set_value", "POST", doctype=doctype, name=name, fieldname={"docstatus": 0}),
            "save": lambda: ways.call(user, "frappe.client.save", "POST", doc=sent),
            "form": lambda: ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=sent, action="Save"),
        },
        "create": {
            "resource": lambda: ways.rest(user, "POST", doctype, **fresh),
            "insert": lambda: ways.call(user, "frappe.client.insert", "POST", doc=frappe.as_json(new)),
            "form": lambda: ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=frappe.as_json({**new, "__islocal": 1, "name": "new-1"}), action="Save"),
        },
        "delete": {
            "resource": lambda: ways.rest(user, "DELETE", f"{doctype}/{name}"),
            "client": lambda: ways.call(user, "frappe.client.delete", "POST", doctype=doctype, name=name),
            "list": deleted,
        },
        "share": {"share": lambda: ways.call(user, "frappe.share.add", "POST", doctype=doctype, name=name, user="Administrator")},
        "email": {"mail": lambda: ways.call(user, "frappe.core.doctype.communication.email.make", "POST", doctype=doctype, name=name, content="x", subject="x", recipients="x@rights.example", send_email=1)},
        "submit": {"submit": lambda: ways.call(user, "frappe.client.submit", "POST", doc=sent)},
        "cancel": {"cancel": lambda: ways.call(user, "frappe.client.cancel", "POST", doctype=doctype, name=name)},
    }  # fmt: skip
    if doctype in SINGLES:
        for verb in ("create", "delete"):
            del found[verb]
    return {verb: {way: done(call) for way, call in some.items()} for verb, some in found.items()}


def standing(doctype: str, name: str) -> tuple:
    """What a change of a record or a new one would move."""
    if doctype in SINGLES:
        return frappe.db.sql("select count(*), max(value) from tabSingles where doctype = %s and field = 'modified'", doctype)  # fmt: skip
    table = frappe.qb.DocType(doctype)
    stored = frappe.db.get_value(doctype, name, ["modified", "docstatus"])
    return (
        stored,
        frappe.db.count("DocShare", {"share_name": name}),
        frappe.qb.from_(table).select("name").run(),
    )


@pytest.mark.parametrize("role", PEOPLE)
def test_what_a_role_is_not_given_is_refused_on_every_way(role: str) -> None:
    made, user = one_of_each(), person(role)
    may = expected(role, set(frappe.get_roles(user)))
    wrong = []
    for doctype, name in made.items():
        rights = may[doctype]
        for way, ask in reading(user, doctype, name).items():
            needs = {"list", "link", "value", "count", "report"}
            right = bool(rights & {"read", "select"}) if way in needs else "read" in rights
            if given_by(ask) is not right and not (way in needs and right and "read" not in rights):
                wrong.append(f"{doctype}: {way} gives {not right}")
        if not rights & {"read", "print"} and ways.gives("print", user, doctype, name):
            wrong.append(f"{doctype}: print")
        if (
            doctype not in SINGLES
            and "export" not in rights
            and role != "System Manager"
            and ways.gives("export", user, doctype, name)
        ):
            wrong.append(f"{doctype}: export")
        before = standing(doctype, name)
        for verb, some in changing(user, doctype, name).items():
            if verb not in rights:
                wrong += [f"{doctype}: {verb} by {way}" for way, call in some.items() if given_by(call)]
        if standing(doctype, name) != before:
            wrong.append(f"{doctype}: something was written")
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in PEOPLE if role != "Guest"])
def test_the_framework_gives_what_the_page_says(role: str) -> None:
    """Rights to the DocType as the framework reckons them, with those that everybody of the desk has."""
    user = person(role)
    held = set(frappe.get_roles(user))
    wrong = {}
    for doctype, holders in shipped_rights().items():
        given = {right for holder, some in holders.items() if holder.role in held and not (holder.level or holder.own_alone) for right in some}  # fmt: skip
        own = {right for holder, some in holders.items() if holder.role in held and holder.own_alone for right in some}  # fmt: skip
        meta = frappe.get_meta(doctype)
        found = frappe.permissions.get_role_permissions(meta, user=user)
        got = {right for right in LETTERS if found.get(right)}
        if not meta.is_submittable:
            got, given = got - set(SUBMITTED), given - set(SUBMITTED)
        if got - own != given - own or not given <= got:
            wrong[doctype] = (sorted(got), sorted(given))
    assert wrong == {}


def test_an_auditor_reads_everything_of_the_app_and_writes_nothing() -> None:
    made, user = one_of_each(), factory.person(roles.AUDITOR)
    changing_rights = ("write", "create", "delete", "submit", "cancel", "amend", "import", "share", "email")
    for doctype, name in made.items():
        doc = frappe.get_doc(doctype, name)
        assert frappe.has_permission(doctype, "read", doc=doc, user=user), doctype
        assert not [
            right for right in changing_rights if frappe.has_permission(doctype, right, doc=doc, user=user)
        ], doctype
