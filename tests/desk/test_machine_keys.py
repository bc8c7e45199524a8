"""The key of another system (role Complaint API): it registers complaints and reads its own, and opens nothing else."""

from __future__ import annotations

import frappe
import frappe.api
import pytest
from frappe.auth import validate_auth_via_hooks

from complaint_qms.constants import machine_keys, roles
from tests.desk import factory
from tests.desk.wire import ask

pytestmark = pytest.mark.usefixtures("site")
REGISTER = "/api/method/complaint_qms.api.complaint.register"


@pytest.fixture
def key() -> str:
    """The user whose key it is."""
    frappe.cache.delete_keys("rl:")
    made = factory.make("User", email=f"{frappe.generate_hash(length=8)}@machine.example", first_name="Shop", user_type="Website User", send_welcome_email=0)  # fmt: skip
    made.add_roles(roles.MACHINE)
    yield made.name
    frappe.cache.delete_keys("rl:")


@pytest.fixture(autouse=True)
def as_a_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything else a server asks the hooks of all apps about the request."""
    handle = frappe.api.handle
    monkeypatch.setattr(frappe.api, "handle", lambda request: (validate_auth_via_hooks(), handle(request))[1])


def sent(**more: object) -> dict:
    return {"data": {"subject": "Kettle leaks", "description": "It leaks.", "complainant_name": "Ada Example", "company": factory.company(), **more}}  # fmt: skip


def test_it_registers_once_and_reads_its_own(key):
    other = factory.complaint().name
    answer = ask("POST", REGISTER, sent(idempotency_key="key-1"), key, keep=True)
    assert answer.status == 200, answer
    name = answer.body["message"]["name"]
    assert (
        ask("POST", REGISTER, sent(idempotency_key="key-1"), key, keep=True).body["message"]["name"] == name
    )
    assert frappe.db.get_value("Complaint", name, "owner") == key
    read = ask("GET", f"/api/resource/Complaint/{name}", {}, key)
    assert (read.status, read.body["data"]["subject"]) == (200, "Kettle leaks")
    assert [row["name"] for row in ask("GET", "/api/resource/Complaint", {}, key).body["data"]] == [name]
    assert ask("GET", f"/api/resource/Complaint/{other}", {}, key).status == 403


@pytest.mark.parametrize(
    "more", [{"cmd": "frappe.client.get_list", "doctype": "Customer"}, {"run_method": "save"}]
)
def test_a_door_that_it_opens_leads_to_no_other(key, more):
    own = ask("POST", REGISTER, sent(), key, keep=True).body["message"]["name"]
    assert ask("GET", f"/api/resource/Complaint/{own}", more, key).status == 403
    assert ask("POST", REGISTER, {**sent(), "cmd": "frappe.client.get_list"}, key).status == 403


def test_it_is_no_person_of_the_desk(key):
    assert frappe.db.get_value("User", key, "user_type") == "Website User"
    assert not frappe.db.get_value("Role", roles.MACHINE, "desk_access")


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", "/api/resource/Complaint/{own}"),
        ("DELETE", "/api/resource/Complaint/{own}"),
        ("POST", "/api/resource/Complaint"),
        ("GET", "/api/resource/CAPA"),
        ("GET", "/api/resource/Customer"),
        ("GET", "/api/resource/User"),
        ("GET", "/api/method/frappe.client.get?doctype=Complaint&name={own}"),
        ("POST", "/api/method/complaint_qms.api.complaint.take_step?name={own}&action=Start+Triage"),
        ("GET", "/api/method/complaint_qms.api.complaint.opened?name={own}"),
        ("GET", "/api/method/frappe.desk.form.load.getdoc?doctype=Complaint&name={own}"),
        ("POST", "/api/method/upload_file"),
        ("GET", "/api/resource/Complaint/{own}/x"),
        ("POST", "/api/resource/Complaint/{own}"),
        ("GET", "/api/v2/document/Complaint/{own}/copy"),
    ],
)
def test_it_opens_no_other_door(key, verb, path):
    own = ask("POST", REGISTER, sent(), key, keep=True).body["message"]["name"]
    before = frappe.db.get_value("Complaint", own, ["modified", "stage"])
    for more in ({}, {"cmd": "frappe.client.get_list", "doctype": "Complaint"}, {"run_method": "save"}):
        answer = ask(verb, path.format(own=own), more, key)
        assert answer.status == 403, answer
    assert frappe.db.get_value("Complaint", own, ["modified", "stage"]) == before


def test_it_calls_so_often_and_no_more(key, monkeypatch):
    monkeypatch.setattr(machine_keys, "CALLS_AN_HOUR", 3)
    answers = [ask("GET", "/api/resource/Complaint", {}, key).status for _time in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_whoever_also_has_a_role_of_people_is_no_machine(key):
    frappe.get_doc("User", key).add_roles(roles.AGENT)
    assert ask("GET", "/api/resource/CAPA", {}, key).status == 200
