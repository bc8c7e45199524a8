"""A pack of sample procedures beside another one, beside what the company has, and for somebody who may not write all of it."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.api import packs as door
from complaint_qms.constants import roles, vocabulary
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.onboarding import packs
from complaint_qms.services.sop import procedure
from tests.desk import factory, ways

PACKS = packs.read_packs()
GRAVE = ("Critical", "Catastrophic")
DEFAULT = f"{SETTINGS}/{SETTINGS}"


def items(key: str) -> dict[str, packs.Item]:
    return {item.key: item for item in packs.compare(PACKS[key])}


def shown(key: str) -> dict[str, dict]:
    return {row["key"]: row for row in door.preview(pack=key)["items"]}


def chosen(severity: str, complaint_type: str | None = None) -> str | None:
    return procedure.choose_sop(
        frappe._dict(company=factory.company(), severity=severity, complaint_type=complaint_type)
    )


def own_sop(**values: object) -> str:
    own = frappe.copy_doc(frappe.get_doc("Complaint SOP", vocabulary.DEFAULT_SOP_NAME))
    own.update({"sop_name": "Own Procedure", "is_default": 0, **values})
    own.insert()
    own.update({"company": None}).save()  # the framework put in that of the session's user
    return own.name


@pytest.mark.parametrize("severity", GRAVE)
@pytest.mark.parametrize(("first", "second"), [("food", "medical_device"), ("retail", "food")])
def test_grave_complaints_follow_the_pack_whose_sop_is_the_default(
    first: str, second: str, severity: str
) -> None:
    usual = {key: PACKS[key]["sops"][0]["sop_name"] for key in (first, second)}
    for key in (first, second, first):
        found = items(key)
        door.use(pack=key)
        assert chosen(severity) == f"{usual[key]}: {severity}"
        assert chosen("Minor") == usual[key]
    # The third time the first pack came back: the second one's were listed as switched off, its own as brought back.
    assert found[f"Complaint SOP/{usual[second]}: {severity}"].change == packs.OFF
    assert found[f"Complaint SOP/{usual[first]}: {severity}"].then == {"enabled": 1}
    assert all(item.change == packs.SAME for item in items(first).values())


def test_a_grave_sop_that_the_company_changed_is_switched_off_only_where_it_is_ticked() -> None:
    door.use(pack="food")
    own = frappe.get_doc("Complaint SOP", "Food Complaints: Critical")
    own.first_response_time = 60
    own.save()
    key = f"Complaint SOP/{own.name}"
    row = shown("medical_device")[key]
    assert (row["change"], bool(row["take"]), bool(row["note"])) == (packs.YOURS, True, True)
    door.use(pack="medical_device")
    assert chosen("Critical") == own.name
    assert chosen("Catastrophic") == "Medical Device Complaints: Catastrophic"
    door.use(pack="medical_device", overwrite=[key])
    assert chosen("Critical") == "Medical Device Complaints: Critical"


@pytest.mark.parametrize("narrowed", [{"complaint_type": "Leak"}, {"company": True}])
def test_a_grave_sop_that_the_company_tied_to_a_type_or_company_stays(narrowed: dict) -> None:
    door.use(pack="food")
    values = {key: factory.company() if value is True else value for key, value in narrowed.items()}
    frappe.get_doc("Complaint SOP", "Food Complaints: Critical").update(values).save()
    door.use(pack="retail")
    assert frappe.db.get_value("Complaint SOP", "Food Complaints: Critical", "enabled")
    assert not frappe.db.get_value("Complaint SOP", "Food Complaints: Catastrophic", "enabled")


@pytest.mark.parametrize("severity", GRAVE)
def test_beside_a_default_of_the_company_grave_sops_come_switched_off(severity: str) -> None:
    own = own_sop()
    frappe.db.set_single_value(SETTINGS, "default_sop", own)
    key = f"Complaint SOP/Food Complaints: {severity}"
    assert own in shown("food")[key]["note"]
    door.use(pack="food")
    assert chosen(severity) == chosen("Minor") == own
    assert not shown("food")[key]["note"]
    door.use(pack="food", overwrite=[DEFAULT])
    assert chosen(severity) == f"Food Complaints: {severity}"


@pytest.mark.parametrize("severity", [*GRAVE, "Minor"])
def test_the_default_of_a_type_goes_before_what_fits_by_severity_alone(severity: str) -> None:
    own = own_sop()
    frappe.get_doc("Complaint Type", "Leak").update({"default_sop": own}).save()
    door.use(pack="food")
    assert chosen(severity, "Leak") == own
    narrow = own_sop(sop_name="Of the Type", complaint_type="Leak")
    assert chosen(severity, "Leak") == narrow


@pytest.mark.parametrize("taken_away", ["delete", "disable"])
def test_a_default_that_is_missing_or_out_of_use_is_not_set(taken_away: str) -> None:
    door.use(pack="food")
    door.use(pack="retail")
    if taken_away == "delete":
        frappe.delete_doc("Complaint SOP", "Food Complaints")
    else:
        frappe.get_doc("Complaint SOP", "Food Complaints").update({"enabled": 0}).save()
    row = shown("food")[DEFAULT]
    assert (row["change"], row["take"], "Food Complaints" in row["note"]) == (packs.YOURS, "", True)
    door.use(pack="food", overwrite=[DEFAULT])
    assert frappe.db.get_single_value(SETTINGS, "default_sop") == "Retail Complaints"
    assert chosen("Critical") == "Retail Complaints: Critical"


def test_a_deleted_default_that_is_made_again_may_be_set() -> None:
    door.use(pack="food")
    door.use(pack="retail")
    frappe.delete_doc("Complaint SOP", "Food Complaints")
    assert shown("food")["Complaint SOP/Food Complaints"]["take"] == "Make it again"
    door.use(pack="food", overwrite=["Complaint SOP/Food Complaints"])
    door.use(pack="food", overwrite=[DEFAULT])
    assert chosen("Critical") == "Food Complaints: Critical"


def test_what_a_user_may_not_write_is_left_and_the_rest_applied() -> None:
    names = [row["name"] for row in PACKS["food"]["templates"]]
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        rows = shown("food")
        assert {rows[f"Email Template/{name}"]["change"] for name in names} == {packs.DENIED}
        counts = door.use(pack="food")["counts"]
    assert counts[packs.DENIED] == len(names)
    assert frappe.db.exists("Complaint SOP", "Food Complaints")
    assert not frappe.db.exists("Email Template", {"name": ("in", names)})
    door.use(pack="food")
    frappe.db.set_value("Email Template", names[0], "subject", "Ours")
    key = f"Email Template/{names[0]}"
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        assert (shown("food")[key]["change"], shown("food")[key]["take"]) == (packs.DENIED, "")
        assert "may not" in door.use(pack="food", overwrite=[key])["told"]
    assert frappe.db.get_value("Email Template", names[0], "subject") == "Ours"


def test_the_preview_lists_what_would_be_emptied_and_keyed_anew() -> None:
    door.use(pack="medical_device")
    kind = frappe.get_doc("Complaint Type", "Use of the Device")
    kind.update({"type_key": "our.key", "imdrf_code": "", "keywords": ""}).save()
    frappe.get_doc("Complaint SOP", "Medical Device Complaints").update(
        {"severity": "Minor", "checks": []}
    ).save()
    rows = shown("medical_device")
    found = {row["now"]: row["then"] for row in rows[f"Complaint Type/{kind.name}"]["fields"]}
    assert found["our.key"] == "device.use_problem"
    fields = rows["Complaint SOP/Medical Device Complaints"]["fields"]
    assert [(row["now"], row["then"] == "(empty)") for row in fields if row["now"] == "Minor"] == [
        ("Minor", True)
    ]
    assert len([row for row in fields if row["now"] == "(empty)"]) == 1


def test_a_field_that_an_update_adds_makes_nothing_the_companys(monkeypatch: pytest.MonkeyPatch) -> None:
    door.use(pack="food")
    grown = json.loads(json.dumps(PACKS["food"]))
    for kind in grown["types"]:
        kind["defect_code"] = "F1"
    frappe.db.set_value("Complaint Type", grown["types"][0]["complaint_type_name"], "defect_code", "Ours")
    changes = [item.change for item in packs.compare(grown) if item.doctype == "Complaint Type"]
    assert changes == [packs.YOURS] + [packs.UPDATE] * (len(changes) - 1)


def test_one_digest_for_all_fields_is_read_as_well() -> None:
    door.use(pack="food")
    memory = json.loads(frappe.db.get_single_value(SETTINGS, "sop_packs_written"))
    name = PACKS["food"]["types"][0]["complaint_type_name"]
    row = {key: value for key, value in PACKS["food"]["types"][0].items() if key != "complaint_type_name"}
    memory[f"Complaint Type/{name}"] = packs._digest(row)
    frappe.db.set_single_value(SETTINGS, "sop_packs_written", json.dumps(memory))
    grown = json.loads(json.dumps(PACKS["food"]))
    grown["types"][0]["keywords"] = "another word"
    found = {item.name: item.change for item in packs.compare(grown)}
    assert found[name] == packs.UPDATE
    frappe.db.set_value("Complaint Type", name, "keywords", "ours")
    assert {item.name: item.change for item in packs.compare(grown)}[name] == packs.YOURS


def test_a_record_that_the_company_made_alike_is_not_taken_for_the_packs() -> None:
    row = PACKS["food"]["types"][0]
    frappe.get_doc({"doctype": "Complaint Type", **row}).insert()
    key = f"Complaint Type/{row['complaint_type_name']}"
    assert items("food")[key].change == packs.SAME
    door.use(pack="food")
    assert key not in json.loads(frappe.db.get_single_value(SETTINGS, "sop_packs_written"))
    grown = json.loads(json.dumps(PACKS["food"]))
    grown["types"][0]["keywords"] = "another word"
    assert {item.key: item.change for item in packs.compare(grown)}[key] == packs.YOURS


def test_a_preview_that_is_out_of_date_is_refused() -> None:
    mark = door.preview(pack="food")["shown"]
    for stale in (door.preview(pack="retail")["shown"], ""):
        with pytest.raises(frappe.ValidationError, match="since this list was shown"):
            door.use(pack="food", shown=stale)
    frappe.db.set_value("Risk Severity", "Serious", "description", "As we say it.")
    with pytest.raises(frappe.ValidationError, match="since this list was shown"):
        door.use(pack="food", shown=mark)
    assert not frappe.db.exists("Complaint SOP", "Food Complaints")
    assert door.use(pack="food", shown=door.preview(pack="food")["shown"])["counts"][packs.NEW]


@pytest.mark.parametrize("sent", ['["Risk Severity/Serious"]', ["Risk Severity/Serious"]])
def test_ticks_come_as_a_list_or_as_its_json_text(sent: object) -> None:
    """The desk sends the text."""
    frappe.db.set_value("Risk Severity", "Serious", "description", "As we say it.")
    ways.call("Administrator", "complaint_qms.api.packs.use", "POST", pack="food", overwrite=sent)
    assert frappe.db.get_value("Risk Severity", "Serious", "description") != "As we say it."


def test_a_template_that_another_one_stands_before_says_so() -> None:
    for row in frappe.get_all(
        "Email Template", {"complaint_message": "Question"}, pluck="name", order_by="name asc"
    ):
        frappe.delete_doc("Email Template", row)
    assert not shown("food")["Email Template/Food: Question"]["note"]
    door.use(pack="food")
    assert "Food: Question" in shown("retail")["Email Template/Retail: Question"]["note"]


def test_a_preview_asks_as_often_for_many_records_as_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    packs.compare(PACKS["food"])  # what the framework reads once
    few = json.loads(json.dumps(PACKS["food"]))
    for part in ("types", "templates"):  # of the five levels each is asked after once
        del few[part][1:]
    asked: list[list] = []
    real = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda *args, **kwargs: asked[-1].append(args[0]) or real(*args, **kwargs)
    )
    for pack in (few, PACKS["food"]):
        asked.append([])
        packs.compare(pack)
    assert len(asked[0]) == len(asked[1]) < 25
