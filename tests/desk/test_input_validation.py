"""What a request may send: wrong values are named with what would be right, by every road, and nothing stumbles."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import frappe
import pytest
from frappe.utils import get_system_timezone

from complaint_qms.api import complaint as api
from complaint_qms.api import progress as progress_api
from complaint_qms.services.intake import register
from complaint_qms.services.record import input_validation
from tests.desk import factory, settling

DATA = {"subject": "Handle broken", "description": "It broke.", "complainant_name": "A passer-by"}
WRONG = [
    ({"subject": {"a": 1}}, "Subject: send one value"),
    ({"subject": ["a"]}, "Subject: send one value"),
    ({"customer": {"a": 1}}, "Customer: send one value"),
    ({"subject": "\ud800x"}, "Subject: contains characters that cannot be stored"),
    ({"subject": "a\x00b"}, "Subject: contains characters that cannot be stored"),
    ({"subject": "x" * 141}, "Subject: has 141 characters, 140 are kept"),
    ({"expectation_note": "ü" * 40_000}, "has 40000 characters, 65535 are kept"),
    ({"qty": "many"}, "“many” is not a number; write it like 1234.5"),
    ({"qty": "1,5"}, "“1,5” is not a number"),
    ({"qty": True}, "is not a number"),
    ({"qty": "inf"}, "inf is too large"),
    ({"qty": float("nan")}, "“nan” is not a number"),
    ({"qty": 1e30}, "is too large; it has to be below 1000000000000"),
    ({"received_at": "zz"}, "“zz” is not a date; write it like 2026-01-31 14:30:00"),
    ({"received_at": [1]}, "Received At: send one value"),
    ({"received_at": 5}, "“5” is not a date"),
    ({"received_at": "0001-01-01"}, "0001-01-01 lies outside the years 1900 to 2200"),
    ({"incident_date": "31.02.2026"}, "“31.02.2026” is not a date; write it like 2026-01-31."),
    ({"incident_date": "2026-02-31"}, "is not a date"),
    ({"expiry_date": "9999-12-31"}, "lies outside the years"),
    ({"evidence": "x"}, "Evidence: send a list of rows"),
    ({"evidence": ["x"]}, "Evidence: send a list of rows"),
    ({"evidence": {"file": "x"}}, "Evidence: send a list of rows"),
    ({"evidence": [{"file": "/files/a.png"}, {"file": "/files/b.png", "received_at": "zz"}]}, "Row 2: Received At"),
    ({"checklist": "zz"}, "send a list of rows"),
    ({"checklist": [{"done": "maybe"}]}, "“maybe” is no tick; send 1 or 0"),
    ({"reopen_count": 1.5}, "“1.5” is not a whole number"),
    ({"reopen_count": 2**31}, "2147483648 is too large"),
]  # fmt: skip


def messages() -> str:
    return " ".join(str(row["message"]) for row in frappe.get_message_log())


@pytest.mark.parametrize(("values", "told"), WRONG)
class TestEveryRoad:
    def test_the_door_of_every_channel(self, values, told):
        with pytest.raises(frappe.ValidationError):
            api.register({**DATA, **values})
        assert told in messages()

    def test_a_plain_insert(self, values, told):
        if "x" * 141 in values.values() or "ü" * 40_000 in values.values():
            told = "characters"
        with pytest.raises(frappe.ValidationError):
            frappe.get_doc({"doctype": "Complaint", "company": factory.company(), **DATA, **values}).insert()
        assert told in messages()

    def test_a_step(self, values, told):
        name = register.register(DATA).name
        with pytest.raises(frappe.ValidationError):
            api.take_step(name, "Start Triage", values)
        assert told in messages()
        assert frappe.db.get_value("Complaint", name, "stage") == "intake"

    def test_a_change(self, values, told):
        doc = register.register(DATA)
        with pytest.raises(frappe.ValidationError):
            doc.update(values).save()
        assert told in messages()


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(frappe.ValidationError):
        api.register({**DATA, "qty": "many", "incident_date": "zz", "customer": {}, "colour": "red"})
    told = messages()
    for part in (
        "Quantity Affected: “many”",
        "“zz” is not a date",
        "Customer: send one value",
        "no field colour",
    ):
        assert part in told


def test_what_was_sent_is_shown_without_its_markup():
    with pytest.raises(frappe.ValidationError):
        api.register({**DATA, "qty": "<img src=x onerror=alert(1)>"})
    assert "<img" not in messages()


def test_numbers_and_moments_become_what_they_say():
    fit = input_validation.read_values(
        "Complaint",
        {
            "qty": "3.5",
            "is_migrated": "1",
            "incident_date": "2026-01-31 10:00:00",
            "received_at": "2026-1-5 9:00",
            "evidence": [{"file": "/files/a.png", "received_at": "2026-01-05"}],
            "customer": None,
            "harm_level": "",
        },
    )
    assert fit == {
        "qty": 3.5,
        "is_migrated": 1,
        "incident_date": date(2026, 1, 31),
        "received_at": datetime(2026, 1, 5, 9),
        "evidence": [{"file": "/files/a.png", "received_at": datetime(2026, 1, 5)}],
        "customer": None,
        "harm_level": "",
    }


def test_a_moment_with_an_offset_is_kept_as_the_site_s_time():
    doc = register.register({**DATA, "received_at": "2026-01-05T09:00:00Z"})
    meant = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(get_system_timezone()))
    assert frappe.db.get_value("Complaint", doc.name, "received_at") == meant.replace(tzinfo=None)


@pytest.mark.parametrize("data", [None, "", "not json", "[" * 100_000, [1], 5, "[1]", "null"])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(frappe.ValidationError, match="Send the fields of the complaint"):
        api.register(data)


@pytest.mark.parametrize("values", ["abc", [1], "[1]", "5", 7])
def test_values_of_a_step_are_an_object(values):
    doc = register.register(DATA)
    with pytest.raises(frappe.ValidationError, match="Send the fields to change"):
        api.take_step(doc.name, "Start Triage", values)
    study = factory.make("Investigation", complaint=doc.name, title="x", investigator="Administrator")
    with pytest.raises(frappe.ValidationError, match="Send the fields to change"):
        progress_api.take_step(study.name, "Start", values, "Investigation")


def test_a_batch_that_never_expires_brings_no_date():
    item = factory.item(batch=True)
    batch = factory.batch(item.name)
    frappe.db.set_value("Batch", batch.name, "expiry_date", "9999-12-31")
    doc = register.register({**DATA, "batch_no": batch.name})
    assert doc.expiry_date is None


class TestSettlement:
    @pytest.fixture
    def draft(self):
        _, _, invoice = factory.sold(10)
        return settling.proposal(settling.complaint_on(invoice), invoice, {"qty": 2})

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"lines": "x"}, "send a list of rows"),
            ({"lines": ["x"]}, "send a list of rows"),
            ({"complaint": None}, "Complaint: choose the complaint that is settled"),
            ({"complaint": {"a": 1}}, "Complaint: send one value"),
            ({"posting_date": "zz"}, "“zz” is not a date"),
        ],
    )
    def test_bad_input_is_refused_with_its_reason(self, draft, values, told):
        with pytest.raises(frappe.ValidationError):
            draft.update(values).insert()
        assert told in messages()

    @pytest.mark.parametrize("qty", ["many", "inf", float("nan"), 1e30, [2]])
    def test_a_quantity_of_a_line_is_a_number(self, draft, qty):
        draft.lines[0].qty = qty
        with pytest.raises(frappe.ValidationError):
            draft.insert()
        assert "Row 1: Quantity" in messages()
