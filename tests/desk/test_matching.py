"""Who a sender is and which product a text means: proposals with reasons, for every road and on the form."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import complaint as complaint_api
from complaint_qms.api import intake
from complaint_qms.constants import roles
from complaint_qms.constants.matching import EMAIL_KEY, PHONE_KEY
from complaint_qms.integrations.erpnext import contact_keys
from complaint_qms.services.intake.matching import ContactDetails, the_one, what, who
from tests.desk import factory
from tests.desk.asked import queries

PHONE = "+86 139 8765 4321"


@pytest.fixture
def known():
    customer = factory.customer(customer_name=factory.unique("Rhein Kaufhaus"))
    contact = factory.contact(
        customer.name,
        first_name="Ann",
        last_name=factory.unique("Lee"),
        email_ids=[{"email_id": "Ann.Lee@customer.example", "is_primary": 1}],
        phone_nos=[{"phone": PHONE, "is_primary_mobile_no": 1}],
    )
    return customer, contact


def customers(found: list[dict]) -> list[str]:
    return [one["values"].get("customer") for one in found]


class TestWho:
    @pytest.mark.parametrize(
        "typed",
        [
            PHONE,
            "13987654321",
            "0086 139-8765-4321",
            "１３９８７６５４３２１",
            "139 8765 4321 ext. 7",
            "+86 (0)13987654321",
        ],
    )
    def test_by_telephone_in_any_format(self, known, typed: str) -> None:
        customer, contact = known
        first = the_one(who(ContactDetails(phone=typed)))
        assert first["values"]["customer"] == customer.name
        assert first["values"]["contact_person"] == contact.name
        assert "same telephone number" in first["reasons"]

    def test_another_number_is_nobody(self, known) -> None:
        assert who(ContactDetails(phone="139 8765 4312")) == []

    def test_by_mail_name_and_customer_number(self, known) -> None:
        customer, contact = known
        assert (
            the_one(who(ContactDetails(email=" ANN.LEE@customer.example ")))["values"]["contact_person"]
            == contact.name
        )
        assert customers(who(ContactDetails(name=customer.customer_name.upper()))) == [customer.name]
        assert the_one(who(ContactDetails(customer_id=customer.name)))["values"]["customer"] == customer.name

    def test_evidence_adds_up(self, known) -> None:
        alone = who(ContactDetails(phone=PHONE))[0]["confidence"]
        assert who(ContactDetails(phone=PHONE, email="ann.lee@customer.example"))[0]["confidence"] > alone

    def test_two_with_one_number_are_left_to_a_person(self, known) -> None:
        other = factory.customer().name
        factory.contact(
            other, first_name="Bob", phone_nos=[{"phone": "13987654321", "is_primary_mobile_no": 1}]
        )
        found = who(ContactDetails(phone=PHONE))
        assert {customers(found)[0], customers(found)[1]} == {known[0].name, other}
        assert all(one["ambiguous"] for one in found)
        assert the_one(found) is None

    def test_who_complained_before_is_known_by_it(self) -> None:
        doc = factory.complaint(contact_phone="0221-99887766", contact_email="old@customer.example")
        found = who(ContactDetails(phone="+49 221 998877 66"))
        assert customers(found) == [doc.customer]
        assert found[0]["reasons"] == ["complained before with this telephone number"]

    def test_a_chat_account_is_known_by_what_it_wrote_before(self) -> None:
        doc = factory.complaint()
        item = frappe.new_doc("Complaint Inbox Item")
        item.update(
            {
                "road": "chat",
                "sender_address": "wx_4711",
                "complaint": doc.name,
                "state": "registered",
                "company": doc.company,
            }
        )
        item.name = factory.unique("CIN")
        item.db_insert()
        assert customers(who(ContactDetails(chat_id="wx_4711"))) == [doc.customer]
        assert who(ContactDetails(chat_id="wx_4712")) == []

    def test_what_one_may_not_see_is_not_proposed(self, known) -> None:
        other = factory.customer().name
        frappe.set_user(factory.person(roles.AGENT, Customer=other))
        assert (
            who(ContactDetails(phone=PHONE, email="ann.lee@customer.example", name=known[0].customer_name))
            == []
        )

    def test_as_many_queries_for_many_as_for_one(self, known) -> None:
        def asked_for() -> int:
            with queries() as asked:
                who(ContactDetails(phone=PHONE, email="ann.lee@customer.example"))
            return len(asked)

        asked_for()
        few = asked_for()
        for n in range(6):
            factory.contact(
                known[0].name, first_name=f"C{n}", phone_nos=[{"phone": PHONE, "is_primary_mobile_no": 1}]
            )
        assert asked_for() == few <= 13


class TestContactKeys:
    def test_they_follow_the_contact(self, known) -> None:
        contact = known[1]
        row = frappe.db.get_value("Contact Phone", {"parent": contact.name}, PHONE_KEY)
        assert row == "1234567893168"
        assert (
            frappe.db.get_value("Contact Email", {"parent": contact.name}, EMAIL_KEY)
            == "ann.lee@customer.example"
        )
        contact.phone_nos[0].phone = "0221 445566"
        contact.save()
        assert frappe.db.get_value("Contact Phone", {"parent": contact.name}, PHONE_KEY) == "6655441220"

    def test_contacts_from_before_get_theirs(self, known) -> None:
        for doctype, key in (("Contact Phone", PHONE_KEY), ("Contact Email", EMAIL_KEY)):
            frappe.db.set_value(doctype, {"parent": known[1].name}, key, "")
        for _time in range(2):
            contact_keys.fill()
            assert (
                frappe.db.get_value("Contact Phone", {"parent": known[1].name}, PHONE_KEY) == "1234567893168"
            )
            assert frappe.db.get_value("Contact Email", {"parent": known[1].name}, EMAIL_KEY)


class TestWhat:
    @pytest.fixture(scope="class")
    def names(self):
        return factory.unique("Electric Kettle")

    def test_a_document_mistyped_in_a_text(self) -> None:
        _customer, note, _invoice = factory.sold()
        for typed in (
            note.name,
            note.name.lower(),
            note.name.replace("-", ""),
            note.name.replace("-", " "),
            note.name.replace("0", "O", 1),
        ):
            found = what(f"Delivery {typed} was short", "", note.company)
            assert {"delivery_note": note.name} in [one["values"] for one in found], typed

    def test_a_serial_number_says_more_than_the_batch_in_it(self) -> None:
        item = factory.item(has_serial_no=1)
        number = factory.unique("EC-ET3-2410-").upper()
        serial = factory.make("Serial No", serial_no=number, item_code=item.name)
        assert the_one(what(f"Unit {number.lower()} hums"))["values"] == {"serial_no": serial.name}

    def test_an_item_by_its_name_mistyped(self, names: str) -> None:
        item = factory.item(item_name=names)
        found = what(f"our {names.upper().replace('KETTLE', 'KETLTE')} leaks")
        assert found[0]["values"] == {"item_code": item.name}
        assert found[0]["reasons"]

    def test_what_the_customer_bought_goes_first(self) -> None:
        customer, note, _invoice = factory.sold()
        bought = note.items[0].item_code
        name = frappe.db.get_value("Item", bought, "item_name")
        found = what(f"the {name} broke", customer.name, note.company)
        assert found[0]["values"] == {"item_code": bought}
        assert "bought before" in found[0]["reasons"]

    def test_what_the_user_may_not_see_of_the_sales_counts_for_nothing(self) -> None:
        customer, note, _invoice = factory.sold()
        text = f"the {frappe.db.get_value('Item', note.items[0].item_code, 'item_name')} broke"
        other = factory.other_company()
        for kept in (
            {"Customer": factory.customer().name},
            {"Company": other},
            {},
        ):
            with factory.as_user(factory.person(roles.AGENT, "Sales User", **kept)):
                found = what(text, customer.name, "")
                reasons = found[0]["reasons"]
                assert ("bought before" in reasons) is (not kept), kept
        assert "bought before" not in what(text, customer.name, other)[0]["reasons"], (
            "another company's sales"
        )

    def test_a_qr_code_with_gtin_batch_and_serial(self) -> None:
        item = factory.item(has_batch_no=1, barcodes=[{"barcode": "9506000134352", "barcode_type": ""}])
        batch = factory.batch(item.name)
        for code in (
            f"https://id.gs1.org/01/09506000134352/10/{batch.name}",
            f"(01)09506000134352(10){batch.name}",
        ):
            values = [one["values"] for one in what(code)]
            assert {"batch_no": batch.name} in values
            assert {"item_code": item.name} in values
            assert {"batch_no": batch.name} in [one["values"] for one in intake.products(txt=code)]

    def test_nothing_is_made_of_nothing(self) -> None:
        assert what("") == []
        assert what("it broke yesterday, please help") == []


class TestAtIntake:
    def look(self, **values: object) -> dict:
        return intake.look(data={"company": factory.company(), **values})["candidates"]

    def test_who_and_what_are_proposed_where_nobody_said(self, known) -> None:
        item = factory.item(item_name=factory.unique("Ceramic Cup"))
        found = self.look(
            contact_phone="13987654321",
            complainant_name="A. L.",
            description=f"<p>The {item.item_name} broke</p>",
        )
        assert found["who"][0]["values"]["customer"] == known[0].name
        assert not {"complainant_name", "contact_phone"} & found["who"][0]["values"].keys(), (
            "what was typed stays"
        )
        assert found["what"][0]["values"] == {"item_code": item.name}

    def test_and_no_more_once_they_are_known(self, known) -> None:
        item = factory.item().name
        assert self.look(customer=known[0].name, item_code=item, description="<p>x</p>") == {
            "who": [],
            "what": [],
        }

    def test_on_the_form_as_well(self, known) -> None:
        doc = factory.complaint(customer=None, complainant_name="A. L.", contact_phone="13987654321")
        found = complaint_api.candidates(doc.name)["who"]
        assert found[0]["values"]["customer"] == known[0].name

    def test_opening_a_form_looks_for_nobody(self) -> None:
        text = "<p>The kettle DN-2026-00O12 leaks, lot B-4711/02, serial EC-ET3-2410-77, order SAL-ORD-2026-00017</p>"
        open_one = factory.complaint(description=text, complainant_name="A. L.", contact_phone="13987654321")
        known = factory.complaint(
            description=text, item_code=factory.item().name, customer=None, complainant_name="B."
        )

        def asked_for(name: str) -> str:
            complaint_api.context(name)
            with queries() as asked:
                complaint_api.context(name)
            return " ".join(asked)

        for name in (open_one.name, known.name):
            asked = asked_for(name)
            assert not [
                table for table in ("tabItem`", "tabBatch`", "tabSeries", "tabContact") if table in asked
            ]
            assert len(asked) < 20_000

    def test_proposed_to_who_may_take_them_over(self, known, monkeypatch) -> None:
        doc = factory.complaint(customer=None, complainant_name="A. L.", contact_phone="13987654321")
        allowed = frappe.has_permission

        def may(doctype: str, right: str = "read", *args: object, **more: object) -> bool:
            return right != "write" and allowed(doctype, right, *args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(frappe, "has_permission", may)
            assert complaint_api.candidates(doc.name) == {"who": [], "what": []}
        frappe.set_user(factory.person(roles.AGENT, Company=factory.other_company()))
        with pytest.raises(frappe.PermissionError):
            complaint_api.candidates(doc.name)

    def test_by_telephone_in_the_box_at_once(self, known) -> None:
        assert customers(intake.parties(txt="13987654321")) == [known[0].name]


class TestChosenOnAForm:
    def test_the_panel_follows_what_is_not_saved_yet(self) -> None:
        line, buyer = factory.stocked(2, with_batch=True), factory.customer()
        doc = factory.complaint(customer=None, complainant_name="A passer-by", item_code=None)
        assert complaint_api.context(doc.name)["customer"] is None
        seen = complaint_api.context(doc.name, {"customer": buyer.name, "batch_no": line.batch})
        assert (seen["customer"]["name"], seen["filled"]) == (buyer.name, {"item_code": line.item})
        assert frappe.db.get_value("Complaint", doc.name, ["customer", "batch_no"]) == (None, None)

    def test_nothing_is_told_of_what_the_user_may_not_see(self) -> None:
        mine, theirs = factory.customer().name, factory.customer().name
        doc = factory.complaint(customer=mine)
        frappe.set_user(factory.person(roles.AGENT, Customer=mine))
        assert complaint_api.context(doc.name, {"customer": theirs})["customer"] is None

    def test_a_batch_that_is_entered_later_brings_its_item(self) -> None:
        line = factory.stocked(2, with_batch=True)
        doc = factory.complaint(item_code=None)
        doc.batch_no = line.batch
        doc.save()
        assert doc.item_code == line.item
        doc.item_code = factory.item().name
        with pytest.raises(frappe.ValidationError, match="belongs to item"):
            doc.save()
