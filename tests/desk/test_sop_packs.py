"""Sample procedures by trade: each file fits the real DocTypes, is applied once, and leaves what the company changed."""

from __future__ import annotations

import json
import re

import frappe
import pytest

from complaint_qms.api import packs as door
from complaint_qms.constants import onboarding, risk, roles, vocabulary
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services.correspondence.composing import compose
from complaint_qms.services.onboarding import checks, packs
from complaint_qms.services.sop import procedure
from complaint_qms.setup import seed
from tests.desk import factory, ways

PACKS = packs.read_packs()
FIVE = {"general_manufacturing", "food", "medical_device", "retail", "service"}


@pytest.fixture(params=sorted(FIVE))
def pack(request: pytest.FixtureRequest) -> dict:
    return PACKS[request.param]


def changes(pack: dict) -> dict[str, str]:
    return {item.key: item.change for item in packs.compare(pack)}


def first_sop(pack: dict) -> str:
    return pack["sops"][0]["sop_name"]


def test_there_are_five() -> None:
    assert set(PACKS) == FIVE == {row["key"] for row in door.listed()}


def test_every_value_is_one_of_the_real_fields(pack: dict) -> None:
    for doctype, (part, _name) in packs._PARTS.items():
        for row in pack[part]:
            check_values(doctype, row)


def check_values(doctype: str, row: dict) -> None:
    meta = frappe.get_meta(doctype)
    for field, value in row.items():
        if field == "name":
            continue
        df = meta.get_field(field)
        assert df, f"{doctype} has no {field}"
        if df.fieldtype == "Table":
            for inner in value:
                check_values(df.options, inner)
        elif df.fieldtype == "Link" and value and field != "parent_complaint_type":
            assert frappe.db.exists(df.options, value), value
        elif df.fieldtype == "Select":
            assert value in df.options.split("\n")
        elif df.fieldtype == "Data":
            assert len(value) <= 140


def test_it_says_what_a_procedure_must_say(pack: dict) -> None:
    seeded = {row["key"] for group in vocabulary.TYPES for row in (group, *group["children"])}
    assert not seeded & {row["type_key"] for row in pack["types"]}
    groups = {group["name"] for group in vocabulary.TYPES}
    assert {row["parent_complaint_type"] for row in pack["types"]} <= groups
    assert [row["severity_name"] for row in pack["severities"]] == [row["name"] for row in risk.SEVERITIES]
    assert pack["sources"]
    usual, *grave = pack["sops"]
    assert usual["severity"] is None
    assert {sop["severity"] for sop in grave} == {"Critical", "Catastrophic"}
    for sop in pack["sops"]:
        assert [row["stage"] for row in sop["stages"]] == list(COMPLAINT_OPEN)[: len(sop["stages"])]
        assert sop["first_response_time"] <= sop["resolution_time"]
        assert sum(row["time_limit"] for row in sop["stages"]) >= sop["resolution_time"] * 0.5
        assert sop["checks"] == sorted(sop["checks"], key=lambda row: COMPLAINT_OPEN.index(row["stage"]))
        assert any(row["mandatory"] for row in sop["checks"])
    day = 24 if grave[0]["round_the_clock"] else 8
    assert grave[0]["first_response_time"] <= usual["first_response_time"]
    assert grave[0]["resolution_time"] / day < usual["resolution_time"] / 8
    assert {row["complaint_language"] for row in pack["templates"]} == {"en", "zh"}


# Checks that hold for every complaint, whatever it is about.
ALWAYS_TRUE = {
    "Cause of occurrence and cause of non-detection named (8D, D4)",
    "Similar products and processes looked at (ISO 9001, 10.2)",
    "Day of awareness recorded: when the company first learned of the event",
    "Trend of similar events looked at (MDR, Art. 88)",
    "Acknowledged at once, with what happens next and by when (ISO 10002)",
    "Both sides heard: the customer and whoever did the work",
}


def test_a_mandatory_check_can_be_ticked_truly_on_every_complaint(pack: dict) -> None:
    for sop in pack["sops"]:
        for row in sop["checks"]:
            decides = ", or " in row["check"] or row["check"].startswith("Reportability decided")
            assert decides or not row["mandatory"] or row["check"] in ALWAYS_TRUE, row["check"]


def test_stages_keep_the_terms_that_the_words_name(pack: dict) -> None:
    """A check of the triage falls due when intake and triage are over; eight working hours are a working day."""
    for sop in pack["sops"]:
        limits = {row["stage"]: row["time_limit"] / 3600 for row in sop["stages"]}
        early, told = limits["intake"] + limits["triage"], sop["description"]
        checks = " ".join(row["check"] for row in sop["checks"] if row["stage"] == "triage")
        day = 24 if sop["round_the_clock"] else 8
        for hours in (int(found) for found in re.findall(r"within (\d+) hours", checks)):
            assert early <= hours / 24 * day, sop["sop_name"]
            # On a Friday evening a short term does not wait for Monday.
            assert hours > 48 or sop["severity"] is None or sop["round_the_clock"], sop["sop_name"]
        if "within a working day" in checks or "triage within a working day" in told:
            assert early <= 8, sop["sop_name"]
        if "batch is known within half a working day" in told:
            assert early <= 4, sop["sop_name"]
        for words, most in {
            "an answer within a working day": 8,
            "an answer within half a working day": 4,
        }.items():
            assert words not in told or sop["first_response_time"] <= most * 3600
        assert "Around the clock" not in told or sop["round_the_clock"]


def test_a_pack_shows_no_mark_of_its_author(pack: dict) -> None:
    assert "(check)" not in json.dumps(pack)


def test_problem_codes_are_those_of_the_words() -> None:
    codes = {
        row["complaint_type_name"]: (row["imdrf_code"], row["keywords"])
        for row in PACKS["medical_device"]["types"]
    }
    assert codes["Instructions or Labelling"][0] == "A21"
    assert codes["Use of the Device"][0] == "A23"
    assert {code for code, words in codes.values() if "use error" in words} == {"A23"}


def test_applying_brings_all_of_it_and_again_changes_nothing(pack: dict) -> None:
    before = changes(pack)
    assert set(before.values()) == {packs.NEW, packs.UPDATE}
    counts = door.use(pack=pack["key"])["counts"]
    assert counts[packs.NEW] + counts[packs.UPDATE] == len(before)
    assert set(changes(pack).values()) == {packs.SAME}
    modified = frappe.db.get_value("Complaint SOP", first_sop(pack), "modified")
    again = door.use(pack=pack["key"])
    assert {change: count for change, count in again["counts"].items() if count} == {packs.SAME: len(before)}
    assert "Nothing" in again["told"]
    assert frappe.db.get_value("Complaint SOP", first_sop(pack), "modified") == modified


def test_complaints_follow_it(pack: dict) -> None:
    door.use(pack=pack["key"])
    assert procedure.choose_sop(frappe._dict(company=factory.company())) == first_sop(pack)
    grave = frappe._dict(company=factory.company(), severity="Catastrophic")
    assert procedure.choose_sop(grave) == f"{first_sop(pack)}: Catastrophic"
    assert not frappe.db.get_value("Complaint SOP", first_sop(pack), "company")
    usual = next(row for row in pack["types"] if row["default_severity"] not in ("Critical", "Catastrophic"))
    complaint = factory.complaint(complaint_type=usual["complaint_type_name"])
    assert complaint.sop == first_sop(pack)
    assert {row.check for row in complaint.checklist} <= {row["check"] for row in pack["sops"][0]["checks"]}
    assert "as it came" not in checks.find_all()[onboarding.LIMITS].told


def test_its_templates_can_be_written_with(pack: dict) -> None:
    door.use(pack=pack["key"])
    complaint = factory.complaint(description="<p>Something is wrong.</p>")
    for row in pack["templates"]:
        written = compose(complaint, "Question", row["name"])
        text = written["subject"] + written["content"]
        assert complaint.name in text
        assert "{" not in text


def test_what_the_company_changed_stays_unless_it_says_otherwise(pack: dict) -> None:
    door.use(pack=pack["key"])
    sop = frappe.get_doc("Complaint SOP", first_sop(pack))
    sop.first_response_time, sop.enabled = 60 * 60 * 40, 0
    sop.save()
    frappe.db.set_single_value(SETTINGS, "default_sop", vocabulary.DEFAULT_SOP_NAME)
    kind = frappe.get_doc("Complaint Type", pack["types"][0]["complaint_type_name"])
    kind.keywords = "our own word"
    kind.save()
    key = f"Complaint SOP/{sop.name}"
    shown = {row["key"]: row for row in door.preview(pack=pack["key"])["items"]}[key]
    assert shown["change"] == packs.YOURS
    assert [(row["now"], bool(row["then"])) for row in shown["fields"]] == [("40 hours", True)]
    # The SOP, the type, and the default that was taken back.
    assert door.use(pack=pack["key"])["counts"][packs.YOURS] == 3
    assert frappe.db.get_value("Complaint SOP", sop.name, "first_response_time") == 60 * 60 * 40
    assert frappe.db.get_value("Complaint Type", kind.name, "keywords") == "our own word"
    door.use(pack=pack["key"], overwrite=[key])
    sop.reload()
    assert sop.first_response_time == pack["sops"][0]["first_response_time"]
    assert not sop.enabled, "whether it is in use is the company's"
    assert frappe.db.get_value("Complaint Type", kind.name, "keywords") == "our own word"


def test_what_the_company_took_away_does_not_come_back(pack: dict) -> None:
    door.use(pack=pack["key"])
    name = pack["templates"][0]["name"]
    frappe.delete_doc("Email Template", name)
    door.use(pack=pack["key"])
    assert not frappe.db.exists("Email Template", name)
    door.use(pack=pack["key"], overwrite=[f"Email Template/{name}"])
    assert frappe.db.exists("Email Template", name)


def test_words_of_severities_that_the_company_wrote_stay() -> None:
    frappe.db.set_value("Risk Severity", "Serious", "description", "As we say it.")
    door.use(pack="food")
    assert frappe.db.get_value("Risk Severity", "Serious", "description") == "As we say it."


def test_a_second_pack_follows_the_first() -> None:
    door.use(pack="food")
    found = changes(PACKS["retail"])
    assert packs.YOURS not in found.values(), "what the first pack wrote is nobody's own"
    door.use(pack="retail")
    assert frappe.db.get_single_value(SETTINGS, "default_sop") == "Retail Complaints"
    assert frappe.db.exists("Complaint SOP", "Food Complaints")


def test_a_default_that_the_company_chose_stays() -> None:
    own = frappe.copy_doc(frappe.get_doc("Complaint SOP", vocabulary.DEFAULT_SOP_NAME))
    own.sop_name, own.is_default = "Own Procedure", 0
    own.insert()
    frappe.db.set_single_value(SETTINGS, "default_sop", own.name)
    assert changes(PACKS["food"])[f"{SETTINGS}/{SETTINGS}"] == packs.YOURS
    door.use(pack="food")
    assert frappe.db.get_single_value(SETTINGS, "default_sop") == own.name


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = packs._write, []

    def fail_at_the_ninth(item: packs.Item) -> None:
        if len(written) == 8:
            raise ZeroDivisionError
        write(item)
        written.append(item)

    monkeypatch.setattr(packs, "_write", fail_at_the_ninth)
    with pytest.raises(ZeroDivisionError):
        ways.call("Administrator", "complaint_qms.api.packs.use", "POST", pack="food")
    first = written[0]
    assert frappe.db.exists(first.doctype, first.name), "it has been written"
    frappe.db.rollback()  # the framework's end of a request that failed
    for item in written:
        assert item.doctype == "Risk Severity" or not frappe.db.exists(item.doctype, item.name)
    assert not frappe.db.get_single_value(SETTINGS, "sop_packs_written", cache=False)


@pytest.mark.parametrize(
    "role", [roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.AUDITOR, "Sales User"]
)
def test_it_is_for_who_may_change_the_settings(role: str) -> None:
    with factory.as_user(factory.person(role)):
        for call in (door.listed, lambda: door.preview(pack="food"), lambda: door.use(pack="food")):
            with pytest.raises(frappe.PermissionError):
                call()


@pytest.mark.parametrize("role", ["System Manager", roles.QUALITY_MANAGER])
def test_who_may_change_them_applies_it(role: str) -> None:
    with factory.as_user(factory.person(role)):
        assert door.use(pack="service")["counts"][packs.NEW]


def test_a_pack_that_is_none_is_named() -> None:
    with pytest.raises(frappe.ValidationError, match="food"):
        door.use(pack="../../site_config")


def test_uninstalling_takes_the_templates_back() -> None:
    door.use(pack="food")
    seed.remove_templates()
    names = [row["name"] for row in PACKS["food"]["templates"]]
    assert not frappe.db.exists("Email Template", {"name": ("in", names)})


def test_what_it_remembers_is_small() -> None:
    for key in FIVE:
        door.use(pack=key)
    assert len(json.loads(frappe.db.get_single_value(SETTINGS, "sop_packs_written"))) < 100
