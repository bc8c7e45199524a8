"""Everything of a person goes to others in one step: counted before, told once, and what cannot go stays with the reason."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import handing_on as api
from complaint_qms.constants import roles
from complaint_qms.services.work import handing_on
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frappe.db, "commit", lambda: None)


def all_work(user: str) -> dict[str, str]:
    """A piece of work of each kind: kind → its record."""
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
    by = factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        stages=[{"stage": "triage", "responsible_user": user}],
    )
    return {
        "complaint": factory.complaint(complaint_owner=user).name,
        "investigation": factory.investigation(investigator=user).name,
        "capa": factory.capa(capa_owner=user).name,
        "capa_action": capa.name,
        "task": frappe.get_doc(task | {"description": "Help"}).insert().name,
        "procedure": by.name,
    }


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
    assert "6 pieces of work" in told[0].text
    assert mine["complaint"] in told[0].text
    handler = frappe.get_doc("Complaint Handler", {"user": gone})
    assert not handler.enabled
    (said,) = frappe.get_all(
        "Comment", {"reference_doctype": "Complaint Handler", "reference_name": handler.name}, pluck="content"
    )
    assert "handed on all work of this person" in said
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
