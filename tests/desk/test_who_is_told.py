"""Nobody is told of a record that they may not see: in the desk, by mail and in the outbox. The next who may hears of it."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.constants import events, roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.sight import Sight
from complaint_qms.services.events import Event, announce
from complaint_qms.services.notify import digest
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.sop import escalation
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Who is sent a mail, and the text of what it tells."""
    found: dict[str, str] = {}

    def sendmail(recipients: list[str], args: dict, **mail: object) -> None:
        lines = [line["text"] for _heading, group in args["groups"] for line in group]
        found[recipients[0]] = found.get(recipients[0], "") + " ".join(lines)

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    frappe.db.set_single_value(SETTINGS, "notify_by_email", 1)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    return found


def told_of(name: str, mailed: dict[str, str]) -> set[str]:
    """Users who learn of a record, all three ways looked at."""
    digest.send(now_datetime() + timedelta(minutes=1))
    rows = frappe.get_all("QMS Message", {"reference_name": name}, ["to_user"], order_by="name")
    rows += frappe.get_all(
        "Notification Log", {"document_name": name}, ["for_user as to_user"], order_by="name"
    )
    return {row.to_user for row in rows} | {user for user, text in mailed.items() if name in text}


def forget(name: str) -> None:
    """What was told of a record so far, such as that it was handed over."""
    frappe.db.delete("QMS Message", {"reference_name": name})
    frappe.db.delete("Notification Log", {"document_name": name})


def alone(role: str, user: str) -> None:
    """Nobody else has the role, as on a site where other tests have made no users."""
    others = [holder for holder in holders_of([role])[role] if holder != user]
    frappe.db.set_value("User", {"name": ("in", others or [""])}, "enabled", 0)


def kept_to(what: str, role: str) -> str:
    """Somebody with the role who is kept to one customer or territory, not those of the complaints here."""
    if what == "Customer":
        return factory.person(role, Customer=factory.customer().name)
    elsewhere = factory.make("Territory", territory_name=factory.unique("Elsewhere")).name
    return factory.person(role, Territory=elsewhere)


def overdue(**values: object) -> str:
    """A complaint whose time has run out, after the sweep that says so."""
    name = factory.complaint(**values).name
    now = now_datetime()
    plan = {"resolution_due": now, "resolution_warn_at": None, "resolution_status": "at_risk"}
    frappe.db.set_value("Complaint", name, {**plan, "next_check_at": now - timedelta(minutes=1)})
    due = frappe.qb.DocType("Complaint")
    frappe.qb.update(due).set(due.next_check_at, None).where(due.name != name).run()
    escalation.sweep(now)
    return name


@pytest.fixture(params=["Customer", "Territory"])
def kept(request: pytest.FixtureRequest) -> str:
    return request.param


def test_of_an_overdue_complaint_who_sees_it_is_told_for_a_role(kept, mailed):
    stranger, colleague = kept_to(kept, roles.MANAGER), factory.person(roles.MANAGER)
    told = told_of(overdue(), mailed)
    assert colleague in told
    assert stranger not in told


def test_a_handler_who_sees_it_no_more_is_not_told_and_the_managers_are(kept, mailed):
    handler, manager = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    name = factory.complaint(complaint_owner=handler).name
    forget(name)
    alone(roles.AGENT, handler)
    value = factory.customer().name if kept == "Customer" else factory.unique("Elsewhere")
    if kept == "Territory":
        factory.make("Territory", territory_name=value)
    factory.make("User Permission", user=handler, allow=kept, for_value=value, apply_to_all_doctypes=1)
    study = frappe._dict(name=name, subject="x", **frappe.db.get_value(
        "Complaint", name, ["company", "stage", "sop", "complaint_owner"], as_dict=True))  # fmt: skip
    announce([Event(events.INVESTIGATION_REOPENED, "Investigation", "CIV-1", {"complaints": [study]})])
    told = told_of(name, mailed)
    assert manager in told
    assert handler not in told


@pytest.mark.parametrize("role", [(), (roles.AGENT,)])
def test_a_superior_who_may_see_no_complaint_is_not_told_and_the_managers_are(role, mailed):
    handler, manager = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    superior = factory.person("Stock User", *role)
    factory.employee(handler, reports_to=factory.employee(superior).name)
    told = told_of(overdue(complaint_owner=handler), mailed)
    assert (superior in told) is bool(role)
    assert (manager in told) is not bool(role)


def test_of_lost_evidence_who_sees_the_record_is_told(kept, mailed):
    stranger, colleague = kept_to(kept, roles.QUALITY_MANAGER), factory.person(roles.QUALITY_MANAGER)
    doc = factory.complaint()
    study = factory.investigation(doc)
    for record in (doc, study):
        data = {"doctype": record.doctype, "file": "a.jpg", "row": None, "changed": False}
        announce([Event(events.EVIDENCE_LOST, record.doctype, record.name, data | {"company": doc.company})])
        told = told_of(record.name, mailed)
        assert colleague in told
        assert stranger not in told


def test_who_has_left_is_not_told_for_a_role_and_the_next_who_can_act_is(mailed):
    """Enabled still, but the employee record says that they left."""
    gone, colleague = factory.person(roles.QUALITY_MANAGER), factory.person(roles.QUALITY_MANAGER)
    first, manager = factory.person(roles.REGULATORY), factory.person(roles.MANAGER)
    for user in (gone, first):
        left = factory.employee(user)
        left.db_set({"status": "Left", "relieving_date": "2024-01-31"})
    doc = factory.complaint()
    data = {"doctype": "Complaint", "file": "a.jpg", "row": None, "changed": False, "company": doc.company}
    announce([Event(events.EVIDENCE_LOST, "Complaint", doc.name, data)])
    told = told_of(doc.name, mailed)
    assert colleague in told
    assert gone not in told
    # The one holder of a stage's role has left: the managers hear of it.
    role = factory.make("Role", role_name=factory.unique("Role"), desk_access=1).name
    frappe.get_doc("User", first).add_roles(role)
    sop = factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        round_the_clock=1,
        resolution_time=3600,
        escalation_role=role,
        stages=[{"stage": "intake", "escalate_to_role": role}],
    )
    late = factory.complaint()
    frappe.db.set_value("Complaint", late.name, "sop", sop.name)
    directory = Directory()
    row = frappe.db.get_value("Complaint", late.name, COMPLAINT_FIELDS, as_dict=True)
    directory.learn([row])
    superiors = {one.user for one in directory.superiors(row)}
    assert manager in superiors
    assert first not in superiors


def test_sight_answers_for_no_record_it_was_not_asked_about():
    doc, other = factory.complaint(), factory.complaint()
    sight = Sight("Complaint", [doc.name])
    assert sight.sees("Administrator", doc.name)
    with pytest.raises(KeyError, match=other.name):
        sight.sees("Administrator", other.name)


@pytest.mark.parametrize("owner", ["absent", "present"])
def test_of_a_cause_ruled_out_who_sees_the_capa_is_told(owner, kept, mailed):
    stranger, colleague = kept_to(kept, roles.QUALITY_MANAGER), factory.person(roles.QUALITY_MANAGER)
    capa = factory.make("CAPA", title="Seal", complaints=[{"complaint": factory.complaint().name}])
    named = stranger if owner == "present" else "nobody@qms.example"
    row = frappe._dict(name=capa.name, title="Seal", company=capa.company, capa_owner=named)
    announce([Event(events.CAUSE_REJECTED, "Root Cause", "CRC-1", {"capas": [row]})])
    told = told_of(capa.name, mailed)
    assert colleague in told
    assert stranger not in told


def test_one_question_for_each_restricted_person_whatever_the_number_of_complaints(monkeypatch):
    for _number in range(2):
        factory.person(roles.MANAGER, Customer=factory.customer().name)
    count = {}
    for many in (1, 1, 4):  # the first fills what is kept from one sweep to the next
        names = [factory.complaint().name for _one in range(many)]
        now = now_datetime()
        for name in names:
            plan = {"resolution_due": now, "resolution_status": "at_risk", "next_check_at": now}
            frappe.db.set_value("Complaint", name, plan)
        run, asked = frappe.db.sql, []

        def noting(query, *args, _run=run, _asked=asked, **kwargs):
            _asked.append(str(query))
            return _run(query, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(frappe.db, "sql", noting)
            escalation.sweep(now)
        count[many] = len(asked)
    assert count[1] == count[4]
