"""Codes of products, mistyped numbers, telephones in any format, names of items."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine import phone_number
from complaint_qms.engine.item_names import named, search_words
from complaint_qms.engine.number_spellings import as_spelled, compact, numbers_in, of_series, spellings
from complaint_qms.engine.product_code import ProductCode, gtin_spellings, has_check_digit, read_code

GTIN = "09506000134352"
GS = "\x1d"
CODES = {
    f"(01){GTIN}(17)251231(10)ABC123(21)SN1": ProductCode(GTIN, None, "ABC123", "SN1"),
    f"01{GTIN}1725123110ABC123{GS}21SN1": ProductCode(GTIN, None, "ABC123", "SN1"),
    f"]d2{GS}01{GTIN}11240200{'' }21X7": ProductCode(GTIN, None, None, "X7"),
    f"01{GTIN}24012345{GS}10L9": ProductCode(GTIN, None, "L9", None),
    "(10)L9(21)S1": ProductCode(None, None, "L9", "S1"),
    "（０１）０９５０６０００１３４３５２（１０）批1": ProductCode(GTIN, None, "批1", None),
    f"https://id.gs1.org/01/{GTIN}/10/ABC%2F1/21/12345?17=261200": ProductCode(GTIN, None, "ABC/1", "12345"),
    "https://brand.example/en/01/9506000134352?10=L1": ProductCode(GTIN, None, "L1", None),
    "https://qms.example/complain?item=CUP-1&batch=L2026-7": ProductCode(item="CUP-1", batch="L2026-7"),
    "https://qms.example/q/item/CUP-1/serial/S-9": ProductCode(item="CUP-1", serial="S-9"),
    "Item: CUP-1; Batch No: L-77, S/N 12345": ProductCode(item="CUP-1", batch="L-77", serial="12345"),
    "批号：L2026-7 序列号 SN0012": ProductCode(batch="L2026-7", serial="SN0012"),
    '{"item": "A-1", "sn": 5, "lot": "L1"}': ProductCode(item="A-1", batch="L1", serial="5"),
    f"EAN {GTIN[1:]}": ProductCode(gtin=GTIN),
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_what_a_code_says(code: str) -> None:
    assert read_code(code) == CODES[code]


@pytest.mark.parametrize(
    "text",
    ["", None, "The batch broke", "01 is the first", "0112345678901234", "(99)", "{broken", "[1, 2]", "https://[", "https://x.example/01/abc", "ftp://", f"01{GTIN[:-1]}3"],
)  # fmt: skip
def test_what_is_no_code_says_nothing(text: str | None) -> None:
    assert not read_code(text)


@given(st.text(max_size=60) | st.text("0123456789()]/?=&:{}\x1d", max_size=60))
def test_no_text_stumbles(text: str) -> None:
    read_code(text)
    read_code(f"https://{text}")
    numbers_in(text)
    spellings(text)
    phone_number.endings(text, "CN")
    phone_number.agreement(text, "13812345678", "CN")
    named(text, [("a", "Kettle")])


def test_gtins() -> None:
    assert has_check_digit(GTIN)
    assert not has_check_digit("09506000134353")
    assert not has_check_digit("๑๒๓๔๕๖๗๘")
    assert gtin_spellings("00000012345670") == ("00000012345670", "0000012345670", "000012345670", "12345670")


NUMBER = "MAT-DN-2026-00012"


@pytest.mark.parametrize("typed", [NUMBER, "mat-dn-2026-00012", "ＭＡＴ－ＤＮ－２０２６－０００１２", "MAT-DN-2O26-00012", "MAT-DN-2026-000l2", "MAT-DN-2026-00021", "MAT-DN-2026-0OO12"])  # fmt: skip
def test_a_mistyped_number_is_among_its_spellings(typed: str) -> None:
    assert NUMBER in spellings(typed)
    assert len(spellings(typed)) < 400


@pytest.mark.parametrize("typed", ["MATDN202600012", "MAT DN 2026 12", "mat-dn2026-00O12", "MAT.DN.2026.12"])
def test_a_number_of_a_series_is_known_whatever_stands_between(typed: str) -> None:
    assert of_series(typed, ["MAT-DN-2026-", "SAL-ORD-2026-", "2026"]) == {NUMBER}


def test_numbers_are_found_in_a_text_with_their_blanks() -> None:
    found = numbers_in("order SAL ORD 2026 00012 and SN-12O45, thanks")
    assert {"SAL ORD 2026 00012", "SN-12O45"} <= set(found)
    assert numbers_in("no number here, at all") == []
    assert len(numbers_in("1234 " * 5_000)) <= 120


def test_separators_as_others_of_the_kind_have_them() -> None:
    assert "EC-ET3-2410-0001" in as_spelled("ECET324100OOl", ["EC-ET3-2409-0007", "LOT7"])
    assert compact("ec et3-2410") == compact("EC-ET3-24l0")


PHONES = [
    ("+86 138 1234 5678", "13812345678", "CN", 1.0),
    ("0086-138-1234-5678", "138 1234 5678", "CN", 1.0),
    ("０１３８１２３４５６７８", "+8613812345678", "CN", 1.0),
    ("021-5566 7788", "+86 21 55667788", "CN", 1.0),
    ("021-55667788 转 801", "021 5566 7788", "CN", 1.0),
    ("55667788 ext. 5", "021-55667788", "CN", 0.5),
    ("+49 (0)171 234 5678", "0171/2345678", "DE", 1.0),
    ("+49 (0)171 234 5678", "0171/2345678", "CN", 0.8),
    ("(212) 555-0199", "+1 212 555 0199", "US", 1.0),
    ("8613812345678", "+86 138 1234 5678", None, 0.8),
    ("13812345679", "13812345678", "CN", 0.0),
    ("+44 7911 123456", "+49 7911 123456", "DE", 0.0),
    ("1234", "1234", "CN", 0.0),
]


@pytest.mark.parametrize(("typed", "stored", "region", "agreed"), PHONES)
def test_a_telephone_in_any_format(typed: str, stored: str, region: str | None, agreed: float) -> None:
    assert phone_number.agreement(typed, stored, region) == agreed
    assert phone_number.agreement(stored, typed, region) == agreed
    if agreed:
        key = phone_number.stored_digits(stored)
        by_end = any(key.startswith(end) for end in phone_number.endings(typed, region))
        assert by_end or key in phone_number.shorter_spellings(typed, region)


@pytest.mark.parametrize("text", ["my number is 123", "", None, "+", "12", "2026-01-02 is the day"])
def test_what_is_no_telephone(text: str | None) -> None:
    assert phone_number.endings(text, "CN") == ()


# As it is written, as a field takes it, whether more was written
WRITTEN = [
    ("+49 30 901820", "+49 30 901820", False),
    ("００８６ 138 0013 8000", "0086 138 0013 8000", False),
    ("٠١٢٣٤٥٦٧٨٩", "0123456789", False),
    ("030/901820", "030-901820", False),
    ("0571-88886666转8001", "0571-88886666#8001", True),
    ("+49 30 1234567 ext. 12", "+49 30 1234567#12", True),
    ("+1 (555) 123-4567 x12", "+1 (555) 123-4567#12", True),
    ("+49 (0)30 1234567 ext 123456", "+49301234567#123456", True),
    ("138 0013 8000（微信同号）", "138 0013 8000", True),
    ("0571-88886666 / 13800138000", "0571-88886666", True),
    ("13800138000 13900139000", "13800138000", True),
    ("+86 138 0013 8000 13900139000", "+86 138 0013 8000", True),
    ("021 5566 7788 021 5566 8899", "021 5566 7788", True),
    ("0171 1234567 030 9018200", "0171 1234567", True),
    ("微信 abc12345", "", True),
    ("1" * 25, "", True),
    (None, "", False),
]


@pytest.mark.parametrize(("text", "number", "more"), WRITTEN)
def test_the_number_of_what_somebody_writes(text: str | None, number: str, more: bool) -> None:
    assert (phone_number.storable(text), phone_number.says_more(text)) == (number, more)
    assert phone_number.storable(number) == number


@given(st.text(alphabet="0123456789+ ()-/#,转x ０。a", max_size=60))
def test_what_a_field_is_given_it_takes(text: str) -> None:
    number = phone_number.storable(text)
    assert not number or re.fullmatch(r"[0-9 +_\-,.*#()]{1,20}", number)


NAMES = [("K", "Electric Kettle 1.7 L"), ("C", "Ceramic Cup"), ("壶", "电热水壶 1.7 升"), ("P", "Pump")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the electric kettle 1.7 L leaks", "K"),
        ("ELECTRICKETTLE1.7L", "K"),
        ("our eletcric kettle 1.7 l broke", "K"),
        ("cermaic cup came broken", "C"),
        ("你们的电热水壶 1.7 升漏水", "壶"),
        ("kettle", "K"),
        ("the invoice is wrong", None),
    ],
)
def test_the_name_of_an_item_in_a_text(text: str, meant: str | None) -> None:
    assert next(iter(named(text, NAMES)), None) == meant


def test_words_to_search_by() -> None:
    assert search_words("the Kettles broke") == ["kett", "brok"]
    assert search_words("电热水壶坏了")[:2] == ["电热", "热水"]
    assert search_words("a b c") == []
