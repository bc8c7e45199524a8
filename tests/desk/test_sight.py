"""Role × record × verb × way in: what each person gets on each way into each record is what one table says.

The ways are requests to the framework itself (tests/desk/ways.py). Every person is asked about two stories of a complaint
and all that follows from it: one they may see, and one of a customer that those who are kept to a customer may not see.
"""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.permissions import activity, query, records
from tests.desk import factory, ways
from tests.desk.test_permissions import RECORDS

# r sees, w writes, e exports (the framework prints for whoever sees); in the order of RECORDS.
WHO = {
    roles.AGENT: ("rw", "r", "r", "r", "rw", "r"),
    roles.MANAGER: ("rwe", "rw", "rw", "rwe", "rwe", "rw"),
    roles.INVESTIGATOR: ("rw", "rw", "rw", "rw", "r", "r"),
    roles.QUALITY_MANAGER: ("rwe", "rwe", "rwe", "rwe", "r", "r"),
    roles.REGULATORY: ("rw", "r", "r", "r", "", "rwe"),
    roles.AUDITOR: ("re", "re", "re", "re", "re", "re"),
    roles.ACCOUNTS_USER: ("r", "", "", "", "r", ""),
    roles.ACCOUNTS_MANAGER: ("r", "", "", "", "rwe", ""),
    "System Manager": ("rwe", "rwe", "rwe", "rwe", "rwe", "rwe"),
    roles.ACTION_OWNER: ("", "", "", "", "", ""),
    "Sales User": ("", "", "", "", "", ""),
}
STAFF = tuple(role for role, may in WHO.items() if any(may))
# What a way in asks for beside sight.
ASKS = {"export": "e", "set_value": "w", "resource": "w", "save": "w"}
TEXT = {
    "Complaint": "subject",
    "Investigation": "title",
    "Root Cause": "title",
    "CAPA": "title",
    "Complaint Settlement": "reason",
    "Reportability Assessment": "reason",
}


def story(**values: object) -> dict[str, str]:
    """A complaint and one record of each kind that follows from it: DocType → name."""
    complaint = factory.complaint(**values)
    study = factory.investigation(complaint)
    cause = factory.verified_cause(study)
    action = {"action": "Mend it", "action_owner": factory.user(roles.ACTION_OWNER), "due_date": "2030-01-01"}
    capa = factory.make("CAPA", title="Mend it", investigation=study.name, actions=[action])
    duty = factory.make(
        "Reportability Assessment", complaint=complaint.name, jurisdiction="FDA", rule_key="us_803_30_day"
    )
    # Past its checks: a sale to settle takes longer than all the rest, and sight does not ask what was sold.
    settlement = frappe.get_doc(
        {"doctype": "Complaint Settlement", "complaint": complaint.name, "company": complaint.company,
         "customer": complaint.customer, "currency": complaint.currency, "reason": "Agreed"}
    )  # fmt: skip
    settlement.set_new_name()
    settlement.db_insert()
    return {doc.doctype: doc.name for doc in (complaint, study, cause, capa, settlement, duty)}


def writes(user: str, doctype: str, name: str, way: str) -> bool:
    """Whether the right to write is there; that a record has other objections to a change is no matter of sight."""
    frappe.db.savepoint("way_in")
    field, value = TEXT[doctype], "Changed"
    try:
        if way == "resource":
            ways.rest(user, "PUT", f"{doctype}/{name}", **{field: value})
        elif way == "save":
            frappe.set_user("Administrator")
            sent = frappe.get_doc(doctype, name).as_dict() | {field: value}
            ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=frappe.as_json(sent), action="Save")
        else:
            ways.call(
                user,
                "frappe.client.set_value",
                "POST",
                doctype=doctype,
                name=name,
                fieldname=field,
                value=value,
            )
        return True
    except ways.Refused:
        return False
    except frappe.ValidationError:
        return True
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback(save_point="way_in")


def evidence(user: str, doctype: str, name: str) -> bool:
    """The address of a private file that is attached to the record."""
    frappe.set_user(user)
    found = frappe.get_doc("File", {"attached_to_doctype": doctype, "attached_to_name": name})
    seen = found.is_downloadable()
    frappe.set_user("Administrator")
    return bool(seen)


def compare(user: str, may: tuple[str, ...], told: dict[str, str], sees: bool) -> list[str]:
    """Every way in that gives what the table does not, or does not give what it does."""
    wrong = []
    for doctype, letters in zip(RECORDS, may, strict=True):
        name = told[doctype]
        got = {
            way: ways.gives(way, user, doctype, name)
            for way in ways.WAYS
            if way != "print" or doctype == "CAPA"
        }
        got |= {way: writes(user, doctype, name, way) for way in ("set_value", "resource", "save")}
        if doctype == "Complaint":
            got["address"] = evidence(user, doctype, name)
        for way, given in got.items():
            if given != (sees and "r" in letters and ASKS.get(way, "r") in letters):
                wrong.append(f"{user}: {way} of {doctype} gives {given}")
    return wrong


def portal_user() -> str:
    """A customer with an account of the portal."""
    made = factory.make(
        "User",
        email="buyer@portal.example",
        first_name="Buyer",
        user_type="Website User",
        send_welcome_email=0,
    )
    made.add_roles("Customer")
    return made.name


def test_every_way_in_gives_what_the_table_says():
    told = story()
    factory.upload("Complaint", told["Complaint"])
    people = [(factory.person(role), may) for role, may in WHO.items()]
    people += [(portal_user(), ("",) * 6), ("Guest", ("",) * 6)]
    assert [line for user, may in people for line in compare(user, may, told, sees=True)] == []


def test_who_is_kept_to_a_customer_gets_on_no_way_what_tells_of_another():
    own, other = story(), story()
    for told in (own, other):
        factory.upload("Complaint", told["Complaint"])
    customer = frappe.db.get_value("Complaint", own["Complaint"], "customer")
    people = {role: factory.person(role, Customer=customer) for role in STAFF}
    wrong = [line for role, user in people.items() for line in compare(user, WHO[role], other, sees=False)]
    # Their own story is as open to them as to anybody: one who handles complaints and one who handles money will do.
    for role in (roles.MANAGER, roles.ACCOUNTS_MANAGER):
        wrong += compare(people[role], WHO[role], own, sees=True)
    assert wrong == []


@pytest.mark.parametrize("who", ["Sales User", "portal", "Guest"])
def test_who_has_no_role_here_pays_one_query_for_all_kinds(who, monkeypatch):
    user = {"portal": portal_user, "Guest": lambda: "Guest"}.get(who, lambda: factory.person(who))()
    run, asked = frappe.db.sql, []

    def noting(query, *args, **kwargs):
        asked.append(str(query))
        return run(query, *args, **kwargs)

    query.forget_shares()
    monkeypatch.setattr(frappe.db, "sql", noting)
    conditions = [activity.query(user, doctype) for doctype in ("Comment", "Version", "Communication")]
    conditions.append(activity.files(user))
    assert all(conditions)
    assert len([sql for sql in asked if "tabDocShare" in sql]) == 1


def test_a_share_counts_at_once():
    user, study = factory.person("Sales User"), story()["Investigation"]
    assert query.list_condition("Investigation", user) == query.NOTHING
    share = frappe.share.add("Investigation", study, user, read=1)
    assert study in query.list_condition("Investigation", user)
    assert query.list_condition("CAPA", user) == query.NOTHING
    frappe.delete_doc("DocShare", share.name)
    assert query.list_condition("Investigation", user) == query.NOTHING


@pytest.mark.parametrize("role", sorted(set(STAFF) - {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}))
def test_who_is_not_restricted_pays_for_no_condition(role):
    user = factory.person(role)
    # have no sight of settlements, of signals, or of legal holds and disposals
    if role not in (roles.REGULATORY, roles.AGENT, roles.INVESTIGATOR):
        assert activity.query(user, "Comment") == ""
    readable = [
        doctype for doctype, may in zip(RECORDS, WHO[role], strict=True) if may and doctype != "Complaint"
    ]
    assert [records.query(user, doctype) for doctype in readable] == [""] * len(readable)
