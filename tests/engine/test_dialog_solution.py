"""A word on a solution: what is a clear yes or no, what is asked about, and what speaks of something else."""

import pytest

from complaint_qms.engine.dialog import asks_standing, verdict_of

YES = ["Yes", "yes please", "Yes, I accept it", "同意", "可以接受", "That works for me", "It is solved, thank you", "满意", "是的", "agreed", "没问题", "已经解决了，谢谢", "没有异议"]  # fmt: skip
NO = ["No", "No, it still leaks", "不同意", "我不接受这个方案", "没解决", "I do not accept", "Not solved, it leaks again", "I don't agree", "不满意", "没有解决，还是漏水", "no thanks"]  # fmt: skip
DOUBT = [
    "OK", "ok thanks", "Thanks!", "好的", "嗯", "👍", "I accept but only with a refund", "If I accept the solution, when will it arrive?",
    "Yes but I want my money back", "不是很满意", "没什么满意的", "I never agreed", "I don't think it is solved", "I can't say I am satisfied with that",
    "Yes? No?", "如果退款我就接受",
]  # fmt: skip
ELSE = ["Where is my parcel?", "Could be better", "No problem, thanks", "Will you accept a return?", "", "   ", "\ud800", "It caught fire and burned my hand. Yes."]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "verdict"), [(YES, "agreed"), (NO, "disagreed"), (DOUBT, "doubt"), (ELSE, "")], ids=["yes", "no", "doubt", "else"]
)  # fmt: skip
def test_what_is_said_of_a_solution(texts: list[str], verdict: str) -> None:
    assert {text: verdict_of(text, asked=False) for text in texts} == dict.fromkeys(texts, verdict)


def test_a_mere_ok_is_a_yes_once_it_was_asked_for_and_what_hesitates_is_none() -> None:
    assert {verdict_of(text, asked=True) for text in ("OK", "好的", "嗯", "👍", "[Yes]", "ok thanks")} == {
        "agreed"
    }
    assert verdict_of("[No]", asked=True) == "disagreed"
    for text in ("Thanks!", "不是很满意", "Yes but I want my money back"):
        assert verdict_of(text, asked=True) == "doubt"


def test_who_asks_how_it_stands() -> None:
    for text in ("status?", "any news?", "进度怎么样了", "处理得怎么样了？"):
        assert asks_standing(text) == (True, "")
    for text in ("CMP-2026-00012", "what is the status of CMP-2026-00012?"):
        assert asks_standing(text) == (True, "CMP-2026-00012")
    for text in ("my kettle leaks", "The status light is broken", "hello", "", "x" * 5000):
        assert not asks_standing(text)[0], text


def test_a_mere_yes_or_no_after_something_else_was_said_is_asked_about() -> None:
    told = {text: verdict_of(text, asked=False, elsewhere=True) for text in ("Yes", "No", "是的", "[Yes]")}
    assert told == dict.fromkeys(told, "doubt")
    assert verdict_of("Yes, I accept it", asked=False, elsewhere=True) == "agreed"
    assert verdict_of("No, it still leaks", asked=False, elsewhere=True) == "disagreed"
