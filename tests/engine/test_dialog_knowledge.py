"""Which article answers a question, and when none does; what a turn is about."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from complaint_qms.engine.dialog import RULES, Article, Knowledge
from complaint_qms.engine.dialog.languages import chat_language
from complaint_qms.engine.dialog.turn_meaning import read_turn
from tests.engine import dialog_articles as shop
from tests.engine import dialog_turns as turns

COMPANIES = {
    "household": ((*shop.ENGLISH, *shop.CHINESE), shop.QUESTIONS, shop.OFF_TOPIC),
    "pumps and clothes": (shop.OTHER_ARTICLES, shop.OTHER_QUESTIONS, shop.OTHER_OFF_TOPIC),
}
# right answers at least, wrong ones and answers off topic at most
EXPECTED = {"household": (54, 0, 0), "pumps and clothes": (35, 0, 0)}


def answered(knowledge: Knowledge, question: str) -> str:
    """Name of the article that is given, empty for none."""
    found = knowledge.best(question, chat_language(question) or "en")
    sure = found and found.confidence >= RULES.confident and found.margin >= RULES.margin
    return found.article.name if found and sure else ""


@pytest.mark.parametrize("company", COMPANIES)
def test_what_is_answered_is_right(company: str, capsys: pytest.CaptureFixture[str]) -> None:
    articles, questions, off_topic = COMPANIES[company]
    knowledge = Knowledge.build(articles)
    given = [(answered(knowledge, question), name) for question, name in questions]
    right = sum(one == name for one, name in given)
    wrong = sum(one not in ("", name) for one, name in given)
    idle = [question for question in off_topic if answered(knowledge, question)]
    with capsys.disabled():
        print(
            f"\n{company}: {right} right, {wrong} wrong, {len(given) - right - wrong} abstained of {len(given)} questions; "
            f"{len(idle)} of {len(off_topic)} off topic answered"
        )
    least, most_wrong, most_idle = EXPECTED[company]
    assert right >= least
    assert wrong <= most_wrong
    assert len(idle) <= most_idle, idle


def test_a_site_with_one_article_gives_it_to_its_own_questions_alone() -> None:
    right = wrong = asked = 0
    for article in (*shop.ENGLISH, *shop.CHINESE):
        knowledge = Knowledge.build([article])
        for question, name in (*shop.QUESTIONS, *((question, "") for question in shop.OFF_TOPIC)):
            asked += name == article.name
            given = answered(knowledge, question)
            right += bool(given) and given == name
            wrong += bool(given) and given != name
    assert right >= 0.85 * asked
    assert wrong <= 2


def test_an_article_answers_in_its_own_language_alone() -> None:
    knowledge = Knowledge.build(shop.ENGLISH)
    assert knowledge.best("如何清除水壶水垢", "zh") is None
    assert knowledge.best("How to descale your kettle", "en-GB").article.name == "descale"  # type: ignore[union-attr]


def test_the_language_of_an_article_is_read_off_it_where_it_has_none() -> None:
    knowledge = Knowledge.build(
        [Article("a", "退货流程", "收货后三十天内可以退货"), Article("b", "Returning goods", "Send the goods back.")]
    )  # fmt: skip
    assert knowledge.best("怎么退货", "zh").article.name == "a"  # type: ignore[union-attr]
    assert knowledge.best("how do I return goods", "en").article.name == "b"  # type: ignore[union-attr]


def test_what_is_quoted_of_an_article_is_whole_sentences_of_its_text() -> None:
    html = (
        '<div class="ql-editor"><style>p {color: red}</style><h2>Reset</h2><p>First unplug it.</p>'
        "<p>Press the <b>reset</b> button for <i>5 seconds</i> &amp; wait.</p><ul><li>The light turns green</li></ul></div>"
    )
    found = Knowledge.build([Article("a", "Resetting the device", html, "en")]).best("reset button", "en")
    assert found
    assert found.excerpt == "Press the reset button for 5 seconds & wait. The light turns green"


@pytest.mark.parametrize(
    "articles",
    [
        [],
        [Article("", "", "")],
        [Article("x", "<b>", "<" * 50_000, "en")],
        [Article("y", "a" * 50_000, "\x00\ud800", "zh-TW")],
        [Article("same", "Warranty", "24 months", "en")] * 2,
    ],
)
def test_odd_articles_do_no_harm(articles: list[Article]) -> None:
    knowledge = Knowledge.build(articles)
    for text in ("how long is the warranty?", "", "保修", "\ud800"):
        for language in ("en", "zh", "", "xx"):
            found = knowledge.best(text, language)
            assert found is None or 0 <= found.confidence <= 1


def test_two_articles_alike_answer_nothing() -> None:
    knowledge = Knowledge.build([Article(name, "Warranty", "24 months", "en") for name in ("a", "b")])
    assert answered(knowledge, "How long is the warranty?") == ""


def missed(texts: Iterable[str], **wanted: object) -> list[str]:
    found = []
    for text in texts:
        reading = read_turn(text, RULES)
        if any(getattr(reading, name) != value for name, value in wanted.items()):
            found.append(text)
    return found


def test_harm_is_heard_and_not_where_there_is_none() -> None:
    assert missed(turns.HARM, harm="told") == []
    assert missed(turns.FEARED, harm="feared") == []
    assert missed(turns.NO_HARM, harm="") == []


def test_complaints_and_questions_are_told_apart() -> None:
    assert missed(turns.COMPLAINTS, complaint=True) == []
    assert missed(turns.QUESTIONS, complaint=False, question=True) == []
    assert missed(turns.NEITHER, complaint=False) == []


@pytest.mark.parametrize(("text", "language"), turns.LANGUAGES)
def test_the_language_of_a_turn_is_recognised(text: str, language: str) -> None:
    assert chat_language(text) == language


@pytest.mark.parametrize(("text", "wanted"), turns.NUMBERS)
def test_numbers_are_taken_for_what_they_are(text: str, wanted: dict[str, str]) -> None:
    numbers = read_turn(text, RULES).numbers
    kinds = ("order", "serial", "batch", "phone", "mail", "name", "complaint", "loose")
    assert {kind: getattr(numbers, kind) for kind in kinds if getattr(numbers, kind)} == wanted


@pytest.mark.parametrize(("text", "product"), turns.PRODUCTS)
def test_the_product_is_found_in_what_is_told(text: str, product: str) -> None:
    assert read_turn(text, RULES).product == product
