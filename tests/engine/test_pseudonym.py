"""One person goes out of texts, and nobody else."""

import re

import pytest

from complaint_qms.engine.pseudonym import Person

JANE = Person(
    names=("Jane Brown",), mails=("Jane.Brown@home.example",), phones=("+49 (0)89 / 123-456 78",), keys=("Jane Brown-Home",)
)  # fmt: skip
WANG = Person(names=("王小明",), phones=("138 0013 8000",))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mail JANE.brown@home.example, please", "Mail person-1@erased.invalid, please"),
        ("<a href='mailto:jane.brown@home.example'>", "<a href='mailto:person-1@erased.invalid'>"),
        ("xjane.brown@home.example", "xjane.brown@home.example"),
        ("call +49 89 12345678 now", "call Person 1 now"),
        ("call 0049 (0)89-123.456.78", "call Person 1"),
        ("call 089 12345678", "call Person 1"),
        ("batch 991234567899", "batch 991234567899"),
        ("Jane Brown wrote", "Jane Brown wrote"),
    ],
)
def test_what_is_the_person_s_alone_goes_everywhere(text: str, left: str) -> None:
    assert JANE.out_of(text, "Person 1", is_about=False) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Brown, Jane wrote: a brown kettle", "Person 1 wrote: a brown kettle"),
        ("Mrs Brown and JANE BROWN", "Mrs Person 1 and Person 1"),
        ("Janet Brownie", "Janet Brownie"),
    ],
)
def test_names_go_where_the_text_is_about_the_person(text: str, left: str) -> None:
    assert JANE.out_of(text, "Person 1", is_about=True) == left


def test_chinese_names_with_and_without_a_title() -> None:
    text = "王小明来电，王先生说水壶漏水，电话13800138000。国王杯"
    assert WANG.out_of(text, "P1", is_about=True) == "P1来电，P1先生说水壶漏水，电话P1。国王杯"
    assert WANG.out_of('{"a": "\\u738b\\u5c0f\\u660e"}', "P1", is_about=True) == '{"a": "P1"}'


def test_the_database_s_patterns_find_what_is_taken_out() -> None:
    for text in ("0049 (0)89-123.456.78", "jane.brown@home.example"):
        assert re.search(JANE.sure_pattern(), text, re.IGNORECASE)
    assert re.search(WANG.name_pattern(), "王小明来电")
    assert re.search(WANG.name_pattern(), '{"a": "\\u738b\\u5c0f\\u660e"}')
    assert re.search(JANE.key_pattern(), '{"d":"Jane Brown-Home"}')


def test_a_name_alone_or_a_short_number_is_nobody() -> None:
    assert not Person(names=("Jane Brown",), phones=("12345",)).is_known_surely
    assert JANE.is_known_surely
    assert WANG.is_known_surely
    assert Person().sure_pattern() == ""
    assert Person().out_of("text", "P", is_about=True) == "text"
