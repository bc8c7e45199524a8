"""Who is logged in stays so, whatever the site does in its own name within their request."""

from __future__ import annotations

from collections.abc import Callable

import frappe
import pytest
import requests
from frappe.utils import add_to_date, now_datetime
from frappe.utils.password import update_password

from complaint_qms.constants import roles
from complaint_qms.services.acting_as import acting_as
from tests.desk import factory
from tests.desk.framework import IS_16

PASSWORD = "Vj7-kettle-leaks"
TOKEN = "token-of-the-form"
REGISTER = "complaint_qms.api.complaint.register"
FILE = "complaint_qms.api.visitor.file_complaint"
TOLD = {"description": "The lid cracked.", "name": "Ann Lee", "email": "ann@customer.example"}


class Browser:
    """Logged in, with a page open whose forms are known by a token."""

    def __init__(self, server: str, user: str) -> None:
        self.server, self.session = server, requests.Session()
        answer = self.session.post(
            f"{server}/api/method/login", data={"usr": user, "pwd": PASSWORD}, timeout=120
        )
        assert answer.ok, answer.text
        self.sid = self.session.cookies["sid"]
        held = self.held()
        held["data"]["csrf_token"] = TOKEN
        frappe.cache.hset("session", self.sid, held)

    def held(self) -> dict:
        """What the site holds of the session, read anew."""
        frappe.local.cache.pop(frappe.cache.make_key("session"), None)
        return frappe.cache.hget("session", self.sid)

    def let_ten_minutes_pass(self) -> None:
        """What is stored once in ten minutes is stored when the next request ends."""
        if IS_16:
            held = self.held()
            held["data"]["last_updated"] = add_to_date(now_datetime(), minutes=-20)
            frappe.cache.hset("session", self.sid, held)
        else:
            frappe.cache.hdel("last_db_session_update", self.sid)

    def post(self, method: str, token: str = TOKEN, **values) -> requests.Response:
        return self.session.post(
            f"{self.server}/api/method/{method}",
            json=values,
            headers={"X-Frappe-CSRF-Token": token},
            timeout=120,
        )


@pytest.fixture
def open_page(site):
    frappe.cache.delete_keys("rl:")
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update({"page_enabled": 1, "page_proof_of_work": 0})
    settings.save()
    yield
    frappe.cache.delete_keys("rl:")


def of_portal() -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "User",
                "email": f"{frappe.generate_hash(length=8)}@qms.example",
                "first_name": "Portal",
                "user_type": "Website User",
                "send_welcome_email": 0,
            }
        )
        .insert(ignore_permissions=True)
        .name
    )


def of_desk() -> str:
    return factory.person(roles.AGENT)


@pytest.mark.slow
@pytest.mark.commits
@pytest.mark.parametrize("person", [of_portal, of_desk])
def test_a_session_survives_what_the_site_does_in_its_own_name(
    open_page, server: str, person: Callable[[], str]
):
    user = person()
    update_password(user, PASSWORD)
    frappe.db.commit()
    browser = Browser(server, user)
    key = frappe.generate_hash(length=12)
    data = {"subject": "Handle broken", "complainant_name": "A passer-by", "idempotency_key": key}
    registers = 200 if person is of_desk else 403
    for method, values, status in (
        (FILE, {"key": "k" * 32, "data": TOLD}, 200),
        (REGISTER, {"data": data | {"qty": "many"}}, 417 if person is of_desk else 403),
        (REGISTER, {"data": data}, registers),
    ):
        browser.let_ten_minutes_pass()
        before = browser.held()
        answer = browser.post(method, **values)
        assert answer.status_code == status, answer.text
        after = browser.held()
        assert after["data"].pop("last_updated") >= before["data"].pop("last_updated"), method
        assert after["data"] | {"lang": None} == before["data"] | {"lang": None}, method
        assert (after["user"], after["sid"]) == (user, browser.sid), method
    assert browser.post("frappe.auth.get_logged_user").json()["message"] == user
    assert browser.post("frappe.auth.get_logged_user", token="forged").status_code == 400
    frappe.db.rollback()
    table = frappe.qb.DocType("Sessions")
    ((stored,),) = frappe.qb.from_(table).select(table.sessiondata).where(table.sid == browser.sid).run()
    assert TOKEN in stored


@pytest.mark.parametrize("fails", [False, True])
def test_everything_of_a_session_is_put_back(fails, monkeypatch):
    session = frappe._dict(user="Guest", sid="of-a-browser", data=frappe._dict(csrf_token=TOKEN))
    monkeypatch.setattr(frappe.local, "session", session)
    monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(sent=1))
    data, agent = session.data, factory.person(roles.AGENT)
    try:
        with acting_as():
            assert frappe.session.user == "Administrator"
            with acting_as(agent):
                assert (frappe.session.user, frappe.form_dict.sent) == (agent, 1)
                if fails:
                    frappe.throw("Refused")
            assert frappe.session.user == "Administrator"
    except frappe.ValidationError:
        assert fails
    assert frappe.local.session is session
    assert (session.user, session.sid, frappe.form_dict.sent) == ("Guest", "of-a-browser", 1)
    assert session.data is data
    assert data == {"csrf_token": TOKEN}
