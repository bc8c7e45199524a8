"""The same complaint told twice, and similar cases, found at intake and on the form, by whatever they have in common."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import complaint as api
from complaint_qms.api import intake
from complaint_qms.constants import roles
from complaint_qms.engine.similar import text_keys
from complaint_qms.services.intake import similar
from complaint_qms.services.record import match_keys
from tests.desk import factory
from tests.desk.asked import queries

TEXT = "The spout of the kettle came off while I was pouring, hot water ran over the table and my new laptop."
AGAIN = (
    "While I was pouring, the spout of the ketle came off: hot water all over the table and over my laptop!"
)


def entered(**values: object) -> list[dict]:
    """What the short intake says of a complaint that is not saved."""
    return intake.look(data={"company": factory.company(), "received_at": now_datetime(), **values})[
        "context"
    ]["similar"]


def told(found: list[dict]) -> dict[str, str]:
    return {one["name"]: one["kind"] for one in found}


def stored_key(name: str) -> dict:
    return frappe.db.get_value(
        match_keys.DOCTYPE, name, ["phone", "email", *match_keys.TEXT_COLUMNS], as_dict=True
    )


class TestFound:
    def test_by_the_wording_alone(self) -> None:
        first = factory.complaint(subject="Spout", description=f"<p>{TEXT}</p>")
        found = entered(description=f"<p>{AGAIN}</p>", complainant_name="Somebody")
        assert told(found) == {first.name: similar.TOLD_TWICE}
        assert any("texts agree" in reason for reason in found[0]["reasons"])

    def test_in_chinese(self) -> None:
        first = factory.complaint(
            subject="水壶", description="<p>倒水的时候水壶的壶嘴掉了，热水流到桌子和我的新电脑上。</p>"
        )
        found = entered(
            description="<p>倒水时水壶壶嘴掉了，热水流到桌子上，还有我的新电脑。</p>", complainant_name="王"
        )
        assert list(told(found)) == [first.name]

    def test_other_customers_have_a_similar_case(self) -> None:
        first = factory.complaint(description=f"<p>{TEXT}</p>")
        found = entered(description=f"<p>{TEXT}</p>", customer=factory.customer().name)
        assert told(found) == {first.name: similar.SIMILAR}

    def test_the_same_unit_in_other_words(self) -> None:
        item = factory.item(has_serial_no=1)
        serial = factory.make("Serial No", serial_no=factory.unique("SN"), item_code=item.name)
        first = factory.complaint(serial_no=serial.name, description="<p>It hums.</p>")
        found = entered(serial_no=serial.name, description="<p>Loud noise from the motor since Monday.</p>")
        assert told(found) == {first.name: similar.TOLD_TWICE}
        assert "same serial" in found[0]["reasons"]

    def test_the_same_order_and_customer(self) -> None:
        _customer, note, _invoice = factory.sold()
        values = {"delivery_note": note.name, "customer": note.customer, "item_code": note.items[0].item_code}
        first = factory.complaint(**values, description="<p>Two pieces are missing in the box.</p>")
        found = entered(**values, description="<p>The box was short, we counted only eight.</p>")
        assert told(found) == {first.name: similar.TOLD_TWICE}
        assert "same order" in found[0]["reasons"]

    @pytest.mark.parametrize("typed", ["+86 138 1234 5678", "13812345678", "０１３８-1234-5678"])
    def test_by_the_telephone_however_it_was_written(self, typed: str) -> None:
        first = factory.complaint(
            customer=None,
            complainant_name="Wang",
            contact_phone="0086 13812345678",
            description=f"<p>{TEXT}</p>",
        )
        found = entered(
            contact_phone=typed,
            complainant_name="W.",
            description="<p>Hot water on the table, spout of the kettle broken off.</p>",
        )
        assert told(found)[first.name] == similar.TOLD_TWICE
        assert "same person" in found[0]["reasons"]

    def test_a_month_later_it_is_another_event(self) -> None:
        factory.complaint(description=f"<p>{TEXT}</p>", received_at=now_datetime() - timedelta(days=45))
        found = entered(description=f"<p>{TEXT}</p>", complainant_name="Somebody")
        assert set(told(found).values()) == {similar.SIMILAR}

    def test_void_ones_are_left_out(self) -> None:
        first = factory.complaint(description=f"<p>{TEXT}</p>")
        frappe.db.set_value("Complaint", first.name, "stage", "void")
        assert entered(description=f"<p>{AGAIN}</p>") == []

    def test_on_the_form_as_well(self) -> None:
        first = factory.complaint(description=f"<p>{TEXT}</p>")
        second = factory.complaint(customer=first.customer, description=f"<p>{AGAIN}</p>")
        assert told(api.context(second.name)["similar"])[first.name] == similar.TOLD_TWICE
        assert told(api.context(first.name)["similar"])[second.name] == similar.TOLD_TWICE

    def test_what_was_told_twice_leads(self) -> None:
        customer = factory.customer().name
        second = factory.complaint(customer=customer, description=f"<p>{AGAIN}</p>")
        for _time in range(8):
            factory.complaint(description=f"<p>{TEXT}</p>")
        found = entered(customer=customer, description=f"<p>{TEXT}</p>")
        assert found[0]["name"] == second.name
        assert [one["kind"] for one in found] == [similar.TOLD_TWICE] + [similar.SIMILAR] * 5


class TestWhose:
    def test_of_another_company_nothing_is_told_twice(self) -> None:
        factory.complaint(company=factory.other_company(), description=f"<p>{TEXT}</p>")
        assert entered(description=f"<p>{TEXT}</p>", complainant_name="Somebody") == []

    def test_what_one_may_not_see_is_not_told(self) -> None:
        hidden = factory.complaint(description=f"<p>{TEXT}</p>")
        shown = factory.complaint(description=f"<p>{TEXT}</p>")
        frappe.set_user(factory.person(roles.AGENT, Customer=shown.customer))
        names = set(told(entered(description=f"<p>{TEXT}</p>", complainant_name="Somebody")))
        assert shown.name in names
        assert hidden.name not in names

    def test_the_reasons_are_in_the_readers_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        factory.complaint(description=f"<p>{TEXT}</p>")
        monkeypatch.setattr(frappe.local, "lang", "zh")
        (found,) = entered(description=f"<p>{TEXT}</p>", complainant_name="Somebody")
        assert "同一天收到" in found["reasons"]
        assert any(reason.startswith("文本相似度") for reason in found["reasons"])


class TestKeys:
    def test_they_are_written_with_the_complaint_and_follow_it(self) -> None:
        doc = factory.complaint(
            customer=None,
            complainant_name="A",
            contact_phone="+86 138 1234 5678",
            contact_email="Ann@Customer.example",
            description=f"<p>{TEXT}</p>",
        )
        row = stored_key(doc.name)
        assert (row.phone, row.email) == ("8765432183168", "ann@customer.example")
        assert tuple(row[column] for column in match_keys.TEXT_COLUMNS) == text_keys(match_keys.wording(doc))
        doc.update(
            {
                "description": "<p>Late delivery of the parcel</p>",
                "contact_phone": "",
                "contact_email": "bob@customer.example",
            }
        )
        doc.save()
        row = stored_key(doc.name)
        assert (row.phone, row.email) == (None, "bob@customer.example")
        assert tuple(row[column] for column in match_keys.TEXT_COLUMNS) == text_keys(match_keys.wording(doc))

    def test_a_save_that_changes_nothing_they_are_made_from_writes_none(self) -> None:
        doc = factory.complaint()
        doc.urgency = "high"
        with queries() as asked:
            doc.save()
        assert not [one for one in asked if "Match Key" in one]

    def test_complaints_from_before_get_theirs(self) -> None:
        docs = [factory.complaint(description=f"<p>{TEXT}</p>"), factory.complaint()]
        before = [stored_key(doc.name) for doc in docs]
        frappe.db.delete(match_keys.DOCTYPE, {"name": ("in", [doc.name for doc in docs])})
        for _time in range(2):
            match_keys.fill()
            assert [stored_key(doc.name) for doc in docs] == before

    def test_a_complaint_without_words_has_a_row_without_them(self) -> None:
        doc = factory.complaint(subject="...", description="")
        assert {stored_key(doc.name)[column] for column in match_keys.TEXT_COLUMNS} == {0}


def test_registering_writes_one_row_more_and_asks_nothing() -> None:
    customer = factory.customer().name
    factory.complaint(customer=customer)
    with queries() as asked:
        factory.complaint(customer=customer)
    of_keys = [one for one in asked if "Match Key" in one]
    assert len(of_keys) == 1
    assert of_keys[0].startswith("INSERT")


def test_searching_takes_as_many_queries_for_many_as_for_one() -> None:
    def asked_for() -> int:
        doc = frappe.get_doc(
            {"doctype": "Complaint", "company": factory.company(), "subject": "x", "description": TEXT}
        )
        with queries() as asked:
            similar.most_alike(doc, similar.akin(doc))
        return len(asked)

    factory.complaint(description=f"<p>{TEXT}</p>")
    asked_for()
    few = asked_for()
    for _time in range(5):
        factory.complaint(description=f"<p>{TEXT}</p>")
    assert asked_for() == few <= 2
