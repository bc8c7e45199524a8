"""QR codes that name a product, and the computing that a browser does before it sends: signed by the site, worth nothing elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re

import frappe
import pytest

from complaint_qms.api import tracking_links
from complaint_qms.constants import roles
from complaint_qms.services.visitor import product_codes, proof_of_work
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("open_page")


@pytest.fixture
def open_page():
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.page_enabled = 1
    settings.save()


def changed(code: str, place: int) -> str:
    return code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]


def test_a_code_names_item_batch_and_serial_number():
    product = {"item_code": "LAMP 7/β", "batch_no": "B-1", "serial_no": "SN 1"}
    code = product_codes.code_of(product)
    assert re.fullmatch(r"[\w-]+", code), "goes into an address as it is"
    assert product_codes.product_of(code) == product
    assert product_codes.product_of(product_codes.code_of({"item_code": "X"})) == {"item_code": "X"}


def test_a_code_that_this_site_has_not_made_names_nothing():
    code = product_codes.code_of({"item_code": "LAMP"})
    assert all(product_codes.product_of(changed(code, place)) is None for place in range(len(code) - 1))
    forged = base64.urlsafe_b64encode(bytes(12) + b'["LAMP", "", ""]').decode()
    for wrong in (forged, "", "x", "A" * 5000, "ü", "=", "....", code + "AAAA", code[:-4]):
        assert product_codes.product_of(wrong) is None, wrong


@pytest.mark.parametrize(
    "product",
    [
        {"item_code": "壶" * 140},
        {"item_code": "K" * 140, "batch_no": "B" * 140, "serial_no": "S" * 140},
        {"item_code": "壶" * 60, "batch_no": "批" * 50, "serial_no": "序" * 50},
    ],
)
def test_a_code_that_is_made_works(product):
    code = product_codes.code_of(product)
    assert len(code) <= product_codes.LONGEST
    assert product_codes.product_of(code) == product
    assert product_codes.picture_of(product_codes.address_of(product)).startswith("<svg")


def test_a_code_that_no_label_holds_is_refused_when_it_is_made():
    """A field holds 140 characters of up to four bytes each, three fields more than a QR code."""
    for long in ("壶" * 140, "😀" * 140, '"' * 140):
        product = dict.fromkeys(product_codes.FIELDS, long)
        with pytest.raises(frappe.ValidationError, match="too long together for a QR code"):
            product_codes.code_of(product)
    name = "批" * 140
    item = factory.item(item_code="壶" * 60 + factory.unique(""), has_batch_no=1).name
    frappe.get_doc({"doctype": "Batch", "batch_id": name, "item": item}).insert()
    with pytest.raises(frappe.ValidationError, match="Shorten"):
        tracking_links.product_code("Batch", name)


@pytest.mark.parametrize("doctype", ["Item", "Batch", "Serial No"])
def test_staff_print_a_code_of_what_they_may_read(doctype):
    item = factory.item()
    name = {"Item": lambda: item.name, "Batch": lambda: factory.batch(factory.item(has_batch_no=1).name).name, "Serial No": lambda: serial()}[doctype]()  # fmt: skip
    frappe.set_user(factory.user(roles.AGENT))
    told = tracking_links.product_code(doctype, name)
    assert told["picture"].startswith("<svg")
    assert "/complaint?p=" in told["address"]
    named = product_codes.product_of(told["address"].partition("p=")[2])
    assert name in named.values()
    assert named["item_code"]
    assert name in told["numbers"]


def serial() -> str:
    item = factory.item(has_serial_no=1)
    return frappe.get_doc({"doctype": "Serial No", "serial_no": factory.unique("SN"), "item_code": item.name}).insert().name  # fmt: skip


def test_others_get_none():
    item = factory.item().name
    with pytest.raises(frappe.ValidationError, match="QR codes are made for"):
        tracking_links.product_code("User", "Administrator")
    frappe.set_user(factory.user(roles.ACCOUNTS_USER))
    with pytest.raises(frappe.PermissionError):
        tracking_links.product_code("Item", item)


def solved(challenge: str) -> str:
    for number in range(1 << 22):
        digest = hashlib.sha256(f"{challenge}:{number}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - proof_of_work.BITS) == 0:
            return str(number)
    raise AssertionError("no answer")


def test_an_answer_counts_once_and_in_time(monkeypatch):
    monkeypatch.setattr(proof_of_work, "BITS", 8)
    challenge = proof_of_work.challenge()
    answer = solved(challenge)
    assert not proof_of_work.is_answered(challenge, str(int(answer) + 1) if answer != "0" else "x", "one")
    assert proof_of_work.is_answered(challenge, answer, "one")
    assert proof_of_work.is_answered(challenge, answer, "one"), "the same message sent again"
    assert not proof_of_work.is_answered(challenge, answer, "another")
    other = proof_of_work.challenge()
    late = other.replace(other.split(".")[0], "1000000000", 1)
    assert not proof_of_work.is_answered(late, solved(late), "one")


@pytest.mark.parametrize(
    "given", ["", ".", "a.b.c.d", "1.2.3", "\ud800.x.1.y", "x" * 10000, "9999999999.ab.0."]
)
def test_challenges_that_nobody_gave_are_not_answered(given):
    assert not proof_of_work.is_answered(given, "1", "one")
