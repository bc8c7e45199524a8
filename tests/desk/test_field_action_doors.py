"""Ways to a field action past its form: records written by themselves, texts and numbers that do not fit, whose word a line is."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import field_action as desk
from complaint_qms.api import field_notice as door
from complaint_qms.constants import roles
from complaint_qms.services.field_action import notices
from tests.desk import factory
from tests.desk.mailbox import Mailbox
from tests.desk.recalls import Sold, investigator, running
from tests.desk.visiting import guest
from tests.desk.wire import ask

CUSTOMER, NOTICE = "Field Action Customer", "Field Action Notice"
API = "/api/method/complaint_qms.api.field_action."


pytestmark = pytest.mark.usefixtures("mailbox")


def test_what_was_told_and_said_is_written_by_the_action_alone(sold: Sold) -> None:
    doc = running(sold)
    with factory.as_user(investigator()):
        assert desk.send_notices(doc.name)["notices"] == 3
    name = frappe.db.get_value(CUSTOMER, {"field_action": doc.name, "customer": sold.ada})
    notice = frappe.db.get_value(NOTICE, {"field_action": doc.name, "sent_to": "b@x.example"})
    forged = {
        "field_action": doc.name, "field_action_customer": name, "customer": sold.ada, "sent_to": "me@x.example",
        "state": "sent", "token_hash": notices.token_hash("x" * 32), "notice_key": "forged", "expires_on": "2199-01-01 00:00:00",
    }  # fmt: skip
    for asked in (
        ("PUT", f"/api/resource/{CUSTOMER}/{name}", {"acknowledged_at": "2026-01-01 10:00:00"}),
        ("PUT", f"/api/resource/{NOTICE}/{notice}", {"sent_to": "me@x.example"}),
        ("POST", f"/api/resource/{NOTICE}", forged),
        ("POST", f"/api/resource/{CUSTOMER}", {"field_action": doc.name, "customer": factory.customer().name, "customer_key": "forged"}),
    ):  # fmt: skip
        answer = ask(*asked)
        assert answer.status == 417
        assert "its field action alone" in answer.said, asked
    for kind, one in ((CUSTOMER, name), (NOTICE, notice)):
        answer = ask("DELETE", f"/api/resource/{kind}/{one}")
        assert answer.status == 417
        assert "never deleted" in answer.said
    assert notices.send_waiting() == 3, "the app itself goes on writing them"


def test_what_was_written_down_a_moment_ago_is_read_past_the_snapshot(
    sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two who send at once both write the same notice down, and the second meets an error of the database."""
    doc = running(sold)
    with factory.as_user(investigator()):
        desk.send_notices(doc.name)
        asked, sql = [], frappe.db.sql
        monkeypatch.setattr(
            frappe.db,
            "sql",
            lambda query, *args, **more: asked.append(str(query)) or sql(query, *args, **more),
        )
        assert desk.send_notices(doc.name) == {"notices": 0}
    read = [query for query in asked if "notice_key" in query]
    assert read
    assert all(query.endswith("FOR UPDATE") for query in read)


def test_texts_and_numbers_that_do_not_fit_are_named_with_what_would(sold: Sold) -> None:
    doc = running(sold)
    name = frappe.db.get_value(CUSTOMER, {"field_action": doc.name, "customer": sold.cy})
    other = factory.customer().name
    long = "x" * 300_000
    for call, sent, *words in (
        ("log_call", {"customer": name, "reached": 0, "contact": long}, "Contact", "140", "300000"),
        ("log_call", {"customer": name, "reached": 1, "note": long}, "Note", "1000", "300000"),
        ("add_customer", {"name": doc.name, "customer": other, "reason": long, "qty": 1}, "Reason", "1000"),
        ("add_customer", {"name": doc.name, "customer": other, "reason": "r", "qty": 10**13}, "Quantity", "1000000000"),
        ("leave_out", {"customer": name, "reason": long}, "Reason", "1000"),
        ("record_quantities", {"customer": name, "quantities": [], "note": long}, "1000"),
        *(
            ("add_customer", {"name": doc.name, "customer": other, "reason": "r", "qty": qty}, "“qty” has to be a number")
            for qty in ("abc", "nan", "inf", "-inf", True, "")
        ),
    ):  # fmt: skip
        answer = ask("POST", API + call, sent)
        assert (answer.status, answer.traceback) == (417, ""), (call, sent)
        assert all(word in answer.said for word in words), answer.said
        assert " | " not in answer.said, "one sentence for one thing"


def test_a_customers_word_stands_under_nobody_elses_name(
    sold: Sold, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = running(sold)
    monkeypatch.setattr(notices.secrets, "token_urlsafe", lambda size: "s" * 32)
    frappe.db.delete("Contact Email", {"email_id": ("in", ("a2@x.example", "b@x.example"))})
    frappe.db.set_value("Contact", {"email_id": ("in", ("a2@x.example", "b@x.example"))}, "email_id", None)
    with factory.as_user(investigator()):
        desk.send_notices(doc.name)
    assert notices.send_waiting() == 1
    guest(lambda: door.look("s" * 32))
    guest(lambda: door.answer("s" * 32, "Ann", [{"row": 1, "destroyed": 6}]))
    line = frappe.get_last_doc("Comment", {"reference_name": doc.name, "content": ("like", "%Ann%")})
    assert (line.owner, line.comment_email) == ("Guest", "Guest")
    changed = frappe.get_doc(CUSTOMER, {"field_action": doc.name, "customer": sold.ada})
    assert (changed.modified_by, changed.state) == ("Guest", "acknowledged")


def test_whom_user_permissions_keep_to_some_customers_reads_no_action_that_names_others(sold: Sold) -> None:
    """Its scope, timeline, versions and print tell of all of them."""
    doc = running(sold)
    some, all_of = (factory.person(roles.AGENT, Customer=sold.ada) for _time in range(2))
    for name in (sold.bo, sold.cy):
        factory.make(
            "User Permission", user=all_of, allow="Customer", for_value=name, apply_to_all_doctypes=1
        )
    kind = {"doctype": "Field Action", "doc": "Field Action", "name": doc.name}
    for path in (
        f"resource/Field Action/{doc.name}",
        "method/frappe.desk.form.load.getdoc",
        "method/frappe.www.printview.get_html_and_style",
        "method/complaint_qms.api.field_action.customers_of",
    ):
        sent = {"resource": {}, "method": {"name": doc.name} if "customers_of" in path else kind}
        asked = ("GET", f"/api/{path}", sent[path.partition("/")[0]])
        assert ask(*asked, user=all_of).status == 200, path
        answer = ask(*asked, user=some)
        assert answer.status == 403, path
        assert sold.bo not in str(answer.body), path
    for user, count in ((some, 0), (all_of, 1)):
        with factory.as_user(user):
            assert (
                len(frappe.get_list("Field Action", {"name": doc.name}, ["scope", "approved_scope"])) == count
            )
