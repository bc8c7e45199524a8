"""Everything of a person goes to others in one step: counted before, told once, and what cannot go stays with the reason."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import handing_on as api
from complaint_qms.constants import roles
from complaint_qms.services.work import handing_on, successors
from complaint_qms.services.work.successors import Successors
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frappe.db, "commit", lambda: None)


def bare_work(user: str) -> dict[str, str]:
    """What is handed on without the rules of a form: an action of a CAPA, a chat, a follow-up, a task as a helper; kind → its record."""
    other = factory.complaint(complaint_owner=factory.person(roles.AGENT))
    task = {
        "doctype": "ToDo",
        "allocated_to": user,
        "reference_type": "Complaint",
        "reference_name": other.name,
    }
    capa = factory.capa()
    for row in capa.actions:
        row.action_owner = user
    capa.save()
    survey = {"second_look": "follow_up", "follow_up_by": user, "company": other.company}
    talk = frappe.get_doc(
        {"doctype": "Complaint Chat", "mode": "with_person", "handed_to": user, "company": other.company}
    )
    talk.flags.by_server = True
    return {
        "capa_action": capa.name,
        "chat": talk.insert().name,
        "follow_up": factory.make("Complaint Survey", complaint=other.name, **survey).name,
        "task": frappe.get_doc(task | {"description": "Help"}).insert().name,
    }


def all_work(user: str) -> dict[str, str]:
    """A piece of work of each kind: kind → its record."""
    by = factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        stages=[{"stage": "triage", "responsible_user": user}],
    )
    return bare_work(user) | {
        "complaint": factory.complaint(complaint_owner=user).name,
        "investigation": factory.investigation(investigator=user).name,
        "capa": factory.capa(capa_owner=user).name,
        "procedure": by.name,
    }


def log_of(user: str) -> list[str]:
    about = {"reference_doctype": "Complaint Handler", "reference_name": user}
    return frappe.get_all("Comment", about, pluck="content", order_by="creation asc")


def told_of(user: str) -> list[str]:
    about = {"to_user": user, "channel": "desk", "kind": "work_handed_on"}
    return frappe.get_all("QMS Message", about, pluck="text", order_by="creation asc")


def test_all_of_it_goes_to_one_person_who_hears_once() -> None:
    gone = factory.person(roles.AGENT, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.MANAGER)
    new = factory.person(roles.AGENT, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.MANAGER)
    boss = factory.person(roles.MANAGER, roles.QUALITY_MANAGER)
    mine = all_work(gone)
    with factory.as_user(boss):
        assert {row["kind"]: row["count"] for row in api.work_of(gone)} == dict.fromkeys(mine, 1)
        result = handing_on.hand_on(gone, new)
        assert result.stayed == []
        assert api.work_of(gone) == []
        assert {row["kind"]: row["count"] for row in api.work_of(new)} == dict.fromkeys(mine, 1)
    assert frappe.db.get_value("Complaint", mine["complaint"], "complaint_owner") == new
    about = {"to_user": new, "channel": "desk", "kind": ("in", ("handed_over", "work_handed_on"))}
    told = frappe.get_all("QMS Message", about, ["kind", "text"], order_by="creation asc")
    assert [row.kind for row in told] == ["work_handed_on"]
    assert "8 pieces of work" in told[0].text
    assert mine["complaint"] in told[0].text
    handler = frappe.get_doc("Complaint Handler", {"user": gone})
    assert not handler.enabled
    assert "handed on work of this person" in log_of(gone)[0]
    assert "is given nothing by itself any more" in log_of(gone)[1]
    assert handing_on.hand_on(gone, new).given == {}, "asked again it finds nothing"


def test_without_a_person_the_sop_decides_and_what_nobody_may_have_stays() -> None:
    gone, boss = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    duty = factory.make("Role", role_name=factory.unique("Duty")).name
    mine = factory.person(roles.AGENT, duty)
    kind = factory.make(
        "Complaint Type", complaint_type_name=factory.unique("Type"), type_key=factory.unique("type")
    ).name
    by = factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        complaint_type=kind,
        stages=[
            {"stage": "intake", "assign_by": "round_robin", "responsible_role": duty},
            {"stage": "triage", "responsible_user": gone},
        ],
    )
    doc = factory.complaint(complaint_type=kind, complaint_owner=gone)
    with factory.as_user(boss):
        result = handing_on.hand_on(gone)
    assert result.given == {mine: [("Complaint", doc.name)]}
    ((doctype, name, why),) = result.stayed
    assert (doctype, name) == ("Complaint SOP", by.name)
    assert "Name somebody by hand" in why
    assert frappe.db.get_value("Complaint Handler", {"user": gone}, "enabled"), "the SOP names them still"


def test_who_has_left_already_and_what_others_got_meanwhile_stays_theirs() -> None:
    gone, new, other = (
        factory.person(roles.AGENT, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.MANAGER)
        for _one in range(3)
    )
    boss = factory.person(roles.MANAGER, roles.QUALITY_MANAGER)
    mine, theirs = all_work(gone), all_work(other)
    frappe.db.set_value("User", gone, "enabled", 0)
    frappe.clear_document_cache("User", gone)
    with factory.as_user(boss):
        part = handing_on.HandedOn()
        for key, name in theirs.items():
            handing_on._hand(key, name, gone, Successors(gone, new, now_datetime()), part, alone=True)
        assert (part.given, part.stayed) == ({}, [])
        assert len(handing_on.hand_on(gone, new).given[new]) == len(mine)
    assert not frappe.db.get_value("Complaint Handler", {"user": gone}, "enabled")


def test_a_run_that_is_cut_has_told_of_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, new, boss = factory.person(roles.AGENT), factory.person(roles.AGENT), factory.person(roles.MANAGER)
    names = [factory.complaint(complaint_owner=gone).name for _one in range(3)]
    tell = handing_on._tell

    def given_up_by_the_database(part: handing_on.HandedOn, *rest: object) -> None:
        if len(part.given[new]) > 1:
            raise frappe.QueryDeadlockError
        tell(part, *rest)

    def killed(*rest: object) -> None:
        raise SystemExit

    monkeypatch.setattr(handing_on, "_tell", given_up_by_the_database)
    monkeypatch.setattr(handing_on, "_end", killed)
    with factory.as_user(boss), pytest.raises(SystemExit):
        handing_on.hand_on(gone, new)
    assert set(frappe.get_all("Complaint", {"name": ("in", names)}, pluck="complaint_owner")) == {new}
    texts = told_of(new)
    assert len(texts) == 3
    assert all(sum(name in text for text in texts) == 1 for name in names)


def test_other_work_goes_to_who_has_least_of_it_and_may_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    held = roles.AGENT, roles.ACTION_OWNER, roles.MANAGER
    gone, boss = factory.person(*held), factory.person(roles.MANAGER, roles.QUALITY_MANAGER)
    kept, off = factory.person(*held, Company=factory.other_company()), factory.person(*held)
    busy, idle = sorted(factory.person(*held) for _one in range(2))
    factory.make("Complaint Handler", user=off, enabled=0)
    everybody = [kept, off, busy, idle]
    monkeypatch.setattr(successors, "holders_of", lambda wanted: dict.fromkeys(wanted, everybody))

    for user in (busy, gone):
        mine = bare_work(user)
    with factory.as_user(boss):
        result = handing_on.hand_on(gone)
    assert result.given == {
        idle: [
            ("CAPA", mine["capa_action"]),
            ("Complaint Chat", mine["chat"]),
            ("Complaint Survey", mine["follow_up"]),
            ("ToDo", mine["task"]),
        ]
    }
    with factory.as_user(boss):
        again = handing_on.hand_on(idle, kept)
    assert again.given == {}
    assert all("may not see it" in why and "Hand On To" in why for _doctype, _name, why in again.stayed)
    assert len(again.stayed) == 4
    # Who has nothing but an action hears of it without the right to its CAPA.
    only = factory.person(roles.ACTION_OWNER)
    with factory.as_user(boss):
        assert handing_on.hand_on(idle, only).given == {only: [("CAPA", mine["capa_action"])]}
    assert len(told_of(only)) == 1


def test_only_managers_and_never_to_oneself_or_who_cannot_act() -> None:
    gone, boss = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    with factory.as_user(factory.person(roles.AGENT)), pytest.raises(frappe.PermissionError):
        api.work_of(gone)
    with factory.as_user(boss):
        with pytest.raises(frappe.ValidationError, match="choose somebody else"):
            api.hand_on(gone, gone)
        with pytest.raises(frappe.ValidationError, match="auditor"):
            api.hand_on(gone, factory.person(roles.AUDITOR))
        with pytest.raises(frappe.DoesNotExistError):
            api.work_of("nobody@nowhere.example")
        with pytest.raises(frappe.DoesNotExistError):
            api.hand_on(gone, "nobody@nowhere.example")


def test_who_sees_no_work_of_somebody_changes_nothing_and_who_sees_some_leaves_them_their_turn() -> None:
    elsewhere = factory.other_company()
    gone, new = factory.person(roles.AGENT), factory.person(roles.AGENT)
    factory.complaint(complaint_owner=gone)
    there = factory.person(roles.MANAGER, Company=elsewhere)
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)), pytest.raises(frappe.PermissionError):
        api.hand_on(gone, new)
    with factory.as_user(there), pytest.raises(frappe.ValidationError, match="no work that you may hand on"):
        api.hand_on(gone, new)
    theirs = factory.complaint(complaint_owner=gone, company=elsewhere).name
    with factory.as_user(there):
        assert handing_on.hand_on(gone, new).given == {new: [("Complaint", theirs)]}
    assert frappe.db.get_value("Complaint Handler", {"user": gone}, "enabled")
    assert "pieces of work that are left: 1" in log_of(gone)[-1]
