"""What tells who somebody is, is taken out of a text and told; what happened stays."""

from __future__ import annotations

import pytest

from complaint_qms.engine.personal_data import Known
from complaint_qms.engine.redaction import MARK, without_personal

ENGLISH = """Dear Mr Smith, my name is Anna Brown and I bought a brown kettle (order SAL-ORD-2026-00012, serial no. SN-88231) at 12 Baker Street.
Call me at +49 30 1234567 or 0171 2345678. Write to anna.brown@web.de or see https://shop.example/o?id=9.
Hauptstraße 5, 10115 Berlin. IBAN DE89 3704 0044 0532 0130 00. The lid leaks since 2026-01-12 after 3 uses at 95 degrees.
Kind regards,
A. Brown, ACME"""
CHINESE = "您好，我叫王小明，订单号 SO-20261，电话13812345678，住上海市浦东新区张江路88号302室。王先生说水壶在95度时漏水。"


def test_english_and_german():
    left, taken = without_personal(
        ENGLISH, [Known("name", "Anna Brown", person=True), Known("name", "ACME GmbH")]
    )
    gone = (
        "Smith", "Anna", "Brown", "SAL-ORD", "88231", "Baker", "1234567", "2345678", "web.de", "shop.example", "Hauptstra", "Berlin", "DE89", "ACME",
    )  # fmt: skip
    assert not [word for word in gone if word in left]
    for kept in ("a brown kettle", "The lid leaks since 2026-01-12 after 3 uses at 95 degrees."):
        assert kept in left
    assert {one.kind for one in taken} == {"name", "mail", "phone", "link", "number", "address"}
    assert all(one.text and MARK not in one.text for one in taken)


def test_chinese():
    left, taken = without_personal(CHINESE, [Known("name", "王小明", person=True)])
    assert not [word for word in ("王", "20261", "138123", "张江", "302") if word in left]
    assert "水壶在95度时漏水" in left
    assert [one.kind for one in taken].count("name") == 2


@pytest.mark.parametrize(
    "text", ["", "The kettle is brown.", "Dear Team, it leaks.", "2026-01-12 10:30", "3 of 1200 pieces"]
)
def test_what_tells_of_nobody_stays(text):
    assert without_personal(text, [Known("name", "Brown", person=True), Known("name", "")]) == (text, [])


def test_what_is_known_in_part_goes_as_a_whole():
    text = "Write to anna-brown@web.de or Mr Brown-Miller, 上海市张江路88号3单元302室"
    left, taken = without_personal(text, [Known("name", "brown"), Known("name", "Brown", person=True)])
    assert left == f"Write to {MARK} or Mr {MARK}"
    assert [one.kind for one in taken] == ["mail", "name", "address"]


@pytest.mark.parametrize("title", ["", "Mr ", "Dr. "])
def test_a_title_tells_of_nobody(title):
    left, taken = without_personal(f"Dear {title}Miller, it leaks")
    assert left == f"Dear {title}{MARK}, it leaks"
    assert [one.text for one in taken] == ["Miller"]


def test_of_a_long_text_nothing_is_cut_and_its_end_is_read():
    story = "The lid leaks since noon.\n" * 20_000
    left, taken = without_personal(
        f"{story}Write to anna@web.de, Anna Brown", [Known("name", "Anna Brown", person=True)]
    )
    assert left == f"{story}Write to {MARK}"
    assert [one.text for one in taken] == ["anna@web.de", "Anna Brown"]


def test_hostile_texts_are_read():
    """How soon: `bench_hostile`."""
    for part in ("a", "A ", "1 ", "+1-", "x@", "Dear A", "路1号", "AB-2026-", "我叫"):
        left, _taken = without_personal(part * 50_000, [Known("name", "a" * 200, person=True)])
        assert left
    # As many findings as a text can hold
    left, taken = without_personal("".join(f"a{number}@b.de " for number in range(20_000)))
    assert (len(taken), "@" in left) == (20_000, False)
