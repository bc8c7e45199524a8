"""Text normalisation shared by classification and similarity."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.classify.tokens import tokenize
from complaint_qms.engine.text import canonical_tokens, fold, han_ngrams, is_han, language, normalise, words

_PIECES = (
    "two 2 twenty-five hundred thousand 5kg 5 kg 千克 公斤 三十 万 两件 pcs 26,000 1.5 2,5 % 007 １２ Jan 2020-01-02 k 5k "
    "2020年1月2日 F-150 don't ﬁne ß İ 、 。 . , 十 百 千 亿 个 个月 一点 km miles and five mg dozen 's 年 日 2020 0.0001 "
    "12345678901234567"
)
PIECES = st.sampled_from(_PIECES.split())
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=12).map(" ".join),
    st.lists(PIECES, max_size=8).map("".join),
)


@given(TEXTS)
@settings(max_examples=250)
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@given(TEXTS)
def test_plain_letters_are_cut_as_any_others_are(text):
    folded = fold(text)
    assert words(f"{folded} é") == [*words(folded), "é"]
    assert canonical_tokens(f"{text} é") == [*canonical_tokens(text), "é"]
    assert tokenize(f"{text} é") == tokenize(text)


@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_case_and_outer_space_do_not_matter(text):
    assert fold(f"  {text}\t") == fold(text)
    assert fold(text.upper().lower()) == fold(fold(text.upper().lower()))


@pytest.mark.parametrize(
    "same",
    [
        ("5kg", "5 kg", "５ｋｇ", "5公斤", "5 千克", "五公斤", "5000 g", "five kilograms", "10斤"),
        ("2 pcs", "two pieces", "2件", "两个", "2 Pieces"),
        ("26,000 miles", "26000 mi", "twenty-six thousand miles", "26k miles"),
        ("105 boxes", "one hundred and five boxes", "105箱"),
        ("Jan 2, 2020", "2 January 2020", "2020-01-02", "2020年1月2日", "2020/1/2"),
        ("50%", "50 percent", "fifty percent"),
        ("12345件", "一万二千三百四十五件"),
        ("2,5 kg", "2.5kg"),
        ("3km", "3公里", "3千米", "three kilometres"),
    ],
)
def test_one_quantity_has_one_spelling(same):
    assert len({normalise(each) for each in same}) == 1, {each: normalise(each) for each in same}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("007 kg", "007 kg"),  # a code with leading zeros is no quantity
        ("version 1.2.3", "version 1.2.3"),
        ("order 12345678901234567", "order 12345678901234567"),  # too long for a quantity
        ("一点都不好", "一点都不好"),  # not a counted unit
        ("F-150", "f 150"),
        ("二十三十公斤", "二十三十公斤"),  # not a well-formed numeral
        ("2020-13-45", "2020 13 45"),  # not a date
        ("买了三十公斤大米", "买了 30kg 大米"),
        ("", ""),
    ],
)
def test_what_is_left_alone(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The pump leaks.", "en"),
        ("水泵漏水了", "zh"),
        ("iPhone 屏幕碎了要求退款", "zh"),
        ("please see the attached file 图片", "en"),
        ("Насос течёт", "other"),
        ("12345 !!", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_language(text, expected):
    assert language(text) == expected


def test_tokens_and_ngrams():
    assert words(fold("It's 2 泵坏了!")) == ["it's", "2", "泵坏了"]
    assert han_ngrams("水泵坏") == ["水泵", "泵坏"]
    assert han_ngrams("水", (2, 3)) == ["水"]
    assert [is_han(text) for text in ("水", "a", "")] == [True, False, False]
    assert canonical_tokens(None) == []
