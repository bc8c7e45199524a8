"""A hook that denies must never grant: what the app's hooks answer when they have no objection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms import hooks as app_hooks
from complaint_qms.constants import roles
from complaint_qms.constants.about_records import ABOUT_RECORDS
from complaint_qms.permissions.answer import no_objection, unless
from tests.desk import factory

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize(("major", "answer"), [(15, None), (16, True), (17, True)])
def test_no_objection_in_the_words_of_each_version(major, answer):
    assert no_objection(major) is answer


def test_an_objection_is_no_on_every_version():
    assert unless("the record has ended") is False
    assert unless(None) is no_objection()


# With our hooks and without them -----------------------------------------------------------------------------------------

PTYPES = ("read", "write", "share", "delete", "print", "email", "export")
PORTAL = "portal"
PEOPLE = ("Guest", PORTAL, "Sales User", roles.AGENT, roles.AUDITOR)
OURS = "complaint_qms."


def person(role: str) -> str:
    if role == "Guest":
        return role
    if role != PORTAL:
        return factory.user(role)
    email = "portal@qms.example"
    if not frappe.db.exists("User", email):
        user = frappe.get_doc(
            {
                "doctype": "User",
                "email": email,
                "first_name": "Portal",
                "user_type": "Website User",
                "send_welcome_email": 0,
            }
        )
        user.flags.no_welcome_mail = True
        user.insert(ignore_permissions=True)
    return email


@contextmanager
def without_ours(kind: str, *doctypes: str) -> Iterator[None]:
    """Within this block the site has hooks of this kind without the app's; only for some DocTypes when they are named."""
    asked = frappe.get_hooks

    def others(hook=None, *args, **kwargs):
        found = asked(hook, *args, **kwargs)
        if hook != kind:
            return found
        return frappe._dict(
            {
                doctype: [
                    path for path in paths if not path.startswith(OURS) or doctype not in (doctypes or found)
                ]
                for doctype, paths in found.items()
            }
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frappe, "get_hooks", others)
        yield


def answers(docs: dict[str, Document]) -> dict[tuple[str, str, str], bool]:
    people = {role: person(role) for role in PEOPLE}
    return {
        (label, role, ptype): bool(frappe.has_permission(doc.doctype, ptype, doc=doc, user=user))
        for label, doc in docs.items()
        for role, user in people.items()
        for ptype in PTYPES
    }


def files() -> dict[str, Document]:
    """Private and public files of strangers' records, of ours, and of nobody."""
    doc, buyer, staff = factory.complaint(), factory.customer(), factory.employee()
    invoice = factory.sold(1)[2]
    mail = factory.make(
        "Communication", subject="x", content="x", reference_doctype="Complaint", reference_name=doc.name
    )
    places = {"nothing": (None, None)} | {
        record.doctype: (record.doctype, record.name)
        for record in (doc, mail, buyer, staff, invoice, factory.investigation(), factory.capa())
    }
    return {
        f"{'private' if is_private else 'public'} file of {place}": frappe.get_doc(
            "File", factory.upload(*target, is_private=is_private).name
        )
        for place, target in places.items()
        for is_private in (1, 0)
    }


def test_on_files_our_hook_says_nothing():
    docs = files()
    with_ours = answers(docs)
    # The right to a record's file follows the right to that record: File's own hook alone is asked about here.
    with without_ours("has_permission", "File"):
        without = answers(docs)
    assert with_ours == without


@pytest.mark.parametrize("role", ["Guest", PORTAL, "Sales User", roles.AGENT, roles.AUDITOR])
def test_a_strangers_private_file_is_shut(role):
    """In plain words what the comparison covers: once every login could read, publish and delete such a file."""
    slip = frappe.get_doc("File", factory.upload("Employee", factory.employee().name).name)
    allowed = [ptype for ptype in PTYPES if frappe.has_permission("File", ptype, doc=slip, user=person(role))]  # fmt: skip
    assert not allowed
    frappe.set_user(person(role))
    assert not slip.is_downloadable()


def records() -> dict[str, Document]:
    """One of each DocType that the app has a hook for; what the framework keeps about records is about a complaint."""
    made = [factory.complaint(), factory.capa(), factory.investigation()]
    docs = {doc.doctype: doc for doc in made}
    for doctype in set(app_hooks.has_permission) - set(docs):
        kind, name = ABOUT_RECORDS.get(doctype, (None, None))
        about = {kind: "Complaint", name: made[0].name} if kind else {"complaint": made[0].name}
        docs[doctype] = frappe.get_doc({"doctype": doctype, "name": "x", "owner": "Administrator", **about})
    return docs


def test_on_records_our_hooks_grant_nothing():
    docs = records() | files()
    with_ours = answers(docs)
    with without_ours("has_permission"):
        without = answers(docs)
    assert {key for key in with_ours if with_ours[key] and not without[key]} == set()
    assert any(with_ours.values())


@pytest.mark.parametrize("role", [roles.AGENT, roles.ACCOUNTS_USER])
def test_lists_show_nothing_that_they_would_not_show_without_our_hooks(role):
    factory.capa()
    listed = [
        partial(visible, doctype, person(role)) for doctype in sorted(app_hooks.permission_query_conditions)
    ]
    with_ours = [ask() for ask in listed]
    with without_ours("permission_query_conditions"):
        without = [ask() for ask in listed]
    assert all(some <= more for some, more in zip(with_ours, without, strict=True))
    assert any(without)


def visible(doctype: str, user: str) -> set[str]:
    frappe.set_user(user)
    try:
        parent = (
            {"parent_doctype": next(iter(holders(doctype)), None)} if frappe.get_meta(doctype).istable else {}
        )
        return set(frappe.get_list(doctype, pluck="name", order_by="name asc", limit=0, **parent))
    except frappe.PermissionError:
        return set()
    finally:
        frappe.set_user("Administrator")


def holders(doctype: str) -> list[str]:
    tables = {"options": doctype, "fieldtype": ("in", frappe.model.table_fields)}
    return frappe.get_all("DocField", tables, pluck="parent", order_by="parent asc")
