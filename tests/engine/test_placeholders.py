"""Personal data leave as placeholders, codes of products do not, and everything comes back as it was."""

from __future__ import annotations

import pytest

from complaint_qms.engine.placeholders import ADDRESS, CUSTOMER, MAIL, NAME, PHONE, hide, restore

KNOWN = {
    NAME: ["Anna Schmidt", "Anna", "Schmidt", "张伟"],
    CUSTOMER: ["Nordwind GmbH"],
    PHONE: ["0731 1234567"],
    MAIL: [],
    ADDRESS: ["Am Deich 4"],
}
KEPT = ["20241001", "SN 778-1234567", "CMP-2026-00001"]


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Anna  Schmidt of NORDWIND GmbH, Annabel too", "[NAME_1] of [CUSTOMER_1], Annabel too"),
        ("张伟打电话给我13800138000请回电", "[NAME_1]打电话给我[PHONE_1]请回电"),
        ("mail a.b+c@post.example.com or +49 (170) 123-4567.", "mail [MAIL_1] or [PHONE_1]."),
        ("Batch 20241001, SN 778-1234567, CMP-2026-00001", "Batch 20241001, SN 778-1234567, CMP-2026-00001"),
        ("on 2026-11-02 10:30, 02.11.2026, 12 pieces, 1.250,00", "on 2026-11-02 10:30, 02.11.2026, 12 pieces, 1.250,00"),
        ("Call 0170-20241001-5 about batch 20241001", "Call [PHONE_1] about batch 20241001"),
        ("ID 11010519491231002X", "ID [NUMBER_1]"),
        ("北京市建国路88号3单元; Hauptstraße 12a; 12 High Street; Am Deich 4", "[ADDRESS_1]; [ADDRESS_2]; [ADDRESS_3]; [ADDRESS_4]"),
        ("[NAME_1] is written here by Anna Schmidt; again ANNA SCHMIDT", "[NAME_1] is written here by [NAME_2]; again [NAME_2]"),
    ],
)  # fmt: skip
def test_what_is_personal_leaves_as_a_placeholder_and_comes_back(said, sent):
    hidden = hide(said, KNOWN, KEPT)
    assert hidden.text == sent
    assert " ".join(restore(hidden.text, hidden.back).lower().split()) == " ".join(said.lower().split())


def test_a_placeholder_that_the_model_made_up_stays_what_it_is():
    assert restore("Dear [NAME_9], [NAME_1]", {"[NAME_1]": "Anna"}) == "Dear [NAME_9], Anna"


@pytest.mark.parametrize("text", ["1" * 50_000, "1 " * 25_000, "a@" + "b." * 25_000, "Aa" * 25_000, "一" * 50_000, "1" + "-" * 50_000])  # fmt: skip
def test_a_text_that_is_made_to_be_slow_is_read_and_comes_back(text):
    """How soon: `bench_hostile`."""
    hidden = hide(text, KNOWN, KEPT)
    assert restore(hidden.text, hidden.back) == text
