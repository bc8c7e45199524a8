"""A complaint that is sent again is the same complaint: for its caller and company, and however many send at once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.patches.v1_0 import scope_of_idempotency_keys as patch
from complaint_qms.services.intake import register
from tests.desk import factory
from tests.desk.factory import complaint
from tests.desk.rest import Person

CALLERS = 12
DATA = {"subject": "Handle broken", "description": "It broke.", "complainant_name": "A passer-by"}
REGISTER = "complaint_qms.api.complaint.register"


def key() -> str:
    return frappe.generate_hash(length=12) + "a"


def test_a_key_counts_for_its_caller_alone():
    agent, other = (factory.person(roles.AGENT) for _ in range(2))
    sent, made = key(), {}
    for user in (agent, other, "Administrator"):
        frappe.set_user(user)
        made[user] = register.register({**DATA, "idempotency_key": sent}).name
        assert register.register({**DATA, "idempotency_key": sent}).name == made[user]
    assert len(set(made.values())) == 3


def test_a_key_counts_for_its_company_alone():
    sent, companies = key(), (factory.company(), factory.other_company())
    names = [register.register({**DATA, "idempotency_key": sent, "company": name}).name for name in companies]
    assert names == [
        register.register({**DATA, "idempotency_key": sent, "company": name}).name for name in companies
    ]
    assert len(set(names)) == 2
    assert register.register({**DATA, "idempotency_key": sent}).name == names[0]


def test_a_key_counts_for_its_company_however_that_is_spelled():
    sent, company = key(), factory.company()
    first = register.register({**DATA, "idempotency_key": sent, "company": company})
    for spelled in (company.upper(), company.lower() + "  ", f" {company}", "", "  ", None):
        again = register.register({**DATA, "idempotency_key": sent, "company": spelled})
        assert again.name == first.name, spelled
    other = register.register({**DATA, "company": company.upper() + " "})
    assert (other.company, other.name != first.name) == (company, True)


def test_a_key_without_a_company_counts_for_the_one_that_the_complaint_gets():
    other = factory.other_company()
    frappe.set_user(factory.person(roles.AGENT, Company=other))
    sent = key()
    first = register.register({**DATA, "idempotency_key": sent})
    assert first.company == other
    again = register.register({**DATA, "idempotency_key": sent, "company": first.company.lower()})
    assert again.name == first.name


@pytest.mark.parametrize("change", [str.upper, lambda text: text + " ", lambda text: text.replace("a", "á")])
def test_a_key_that_only_looks_like_another_is_another(change):
    sent = key()
    assert complaint(idempotency_key=sent).name != complaint(idempotency_key=change(sent)).name


def test_nobody_takes_the_keys_of_an_import_first():
    sent = f"import:{'0' * 32}:1"
    taken = complaint(idempotency_key=sent)
    assert (taken.idempotency_key, taken.idempotency_hash) != (sent, sent)
    assert not frappe.db.exists("Complaint", {"idempotency_hash": ("like", "import:%")})
    forged = frappe.get_doc(
        {"doctype": "Complaint", **DATA, "company": factory.company(), "idempotency_hash": sent}
    )
    assert forged.insert().idempotency_hash is None
    forged.update({"idempotency_hash": sent, "idempotency_key": sent}).save()
    assert frappe.db.get_value("Complaint", forged.name, ["idempotency_key", "idempotency_hash"]) == (
        None,
        None,
    )


def test_keys_from_before_are_given_their_scope():
    called, loaded, plain = (complaint().name for _ in range(3))
    sent, of_import = key(), f"import:{'0' * 32}:7"
    before = {called: sent, loaded: of_import, plain: None}
    for name, value in before.items():
        frappe.db.set_value("Complaint", name, {"idempotency_key": value, "idempotency_hash": None})
    for _ in range(2):
        patch.execute()
        found = {name: frappe.db.get_value("Complaint", name, "idempotency_hash") for name in before}
        scope = f"{factory.company()}\nAdministrator\n{sent}"
        assert found == {called: hashlib.sha256(scope.encode()).hexdigest(), loaded: of_import, plain: None}
    assert complaint(idempotency_key=sent).name == called


@pytest.mark.slow
@pytest.mark.commits
def test_twelve_callers_with_one_key_get_one_complaint(server):
    user = frappe.get_doc("User", factory.user(roles.AGENT))
    user.api_key, user.api_secret = frappe.generate_hash(length=15), "secret-of-the-test"
    user.save(ignore_permissions=True)
    frappe.db.commit()
    people = [Person(server, f"{user.api_key}:secret-of-the-test") for _ in range(CALLERS)]
    people[0].call(REGISTER, data=DATA)  # the server has started
    sent = {**DATA, "idempotency_key": key()}
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda person: person.call(REGISTER, data=sent), people))
    frappe.db.rollback()
    made = frappe.get_all(
        "Complaint", {"idempotency_key": sent["idempotency_key"]}, pluck="name", order_by="name"
    )
    assert (
        answers
        == [{"name": made[0], "stage": "intake", "workflow_state": answers[0]["workflow_state"]}] * CALLERS
    )
    assert len(made) == 1
    assert people[0].call(REGISTER, data=DATA)["name"] > made[0]
