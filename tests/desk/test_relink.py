"""Moving a mail to another record asks who may, and tells nobody whether a record exists."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from tests.desk import factory, ways

DOOR = "frappe.email.relink"


def mail_on(record):
    return factory.make(
        "Communication", communication_type="Communication", subject="x", content="x",
        reference_doctype=record.doctype, reference_name=record.name,
    ).name  # fmt: skip


def answer(user, mail, doctype, name):
    """What the user is told when they move the mail to the record, names taken out of it."""
    try:
        ways.call(user, DOOR, "POST", name=mail, reference_doctype=doctype, reference_name=name)
    except Exception as error:
        message = str(error.__cause__ or error)
        told = message.replace(f"“{name}”", "…").replace(f"“{mail}”", "…")
        return type(error.__cause__ or error).__name__, told
    finally:
        frappe.set_user("Administrator")
    return "done", ""


def hidden():
    """Records of several kinds that an agent may not see."""
    return [
        factory.make("Note", title=factory.unique("Note"), public=0, content="x"),
        factory.employee(),
        frappe.get_doc("System Settings"),
        frappe.get_doc("Role", "System Manager"),
        factory.complaint(company=factory.other_company()),
    ]


@pytest.fixture
def agent():
    return factory.person(roles.AGENT, Company=factory.company())


def test_a_mail_is_moved_by_post_alone():
    about, other = factory.complaint(), factory.complaint()
    mail = mail_on(about)
    sent = {"name": mail, "reference_doctype": "Complaint", "reference_name": other.name}
    with pytest.raises(ways.Refused):
        ways.call("Administrator", DOOR, "GET", **sent)
    assert frappe.db.get_value("Communication", mail, "reference_name") == about.name
    ways.call("Administrator", DOOR, "POST", **sent)
    assert frappe.db.get_value("Communication", mail, "reference_name") == other.name


def test_a_record_that_is_not_open_reads_as_one_that_is_not_there(agent):
    about = factory.complaint()
    for record in hidden():
        mail = mail_on(about)
        there, absent = (
            answer(agent, mail, record.doctype, record.name),
            answer(agent, mail, record.doctype, "Nobody"),
        )
        assert there == absent, record.doctype
        assert there[0] == "PermissionError", record.doctype
        stored = frappe.db.get_value("Communication", mail, ["reference_doctype", "reference_name"])
        assert stored == ("Complaint", about.name)


def test_so_does_a_doctype_that_is_not_there(agent):
    mail = mail_on(factory.complaint())
    assert answer(agent, mail, "No Such Thing", "x")[0] == "PermissionError"


def test_and_a_mail(agent):
    mine = factory.complaint()
    theirs = mail_on(factory.make("Note", title=factory.unique("Note"), public=0, content="x"))
    there = answer(agent, theirs, "Complaint", mine.name)
    assert there == answer(agent, "no-such-mail", "Complaint", mine.name)
    assert there[0] == "PermissionError"
    assert frappe.db.get_value("Communication", theirs, "reference_doctype") == "Note"


def test_what_is_open_is_moved(agent):
    first, second = factory.complaint(), factory.complaint()
    mail = mail_on(first)
    assert answer(agent, mail, "Complaint", second.name) == ("done", "")
    assert frappe.db.get_value("Communication", mail, "reference_name") == second.name
