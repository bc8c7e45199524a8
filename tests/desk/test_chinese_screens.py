"""Chinese by its meaning in a screen: punctuation, steps and states of the app's workflows, names of ERPNext's documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

import frappe
import pytest
from frappe.translate import clear_cache

from complaint_qms.services.lifecycle.guard import stage_map
from complaint_qms.services.onboarding.pack_words import describe_item
from complaint_qms.services.onboarding.packs import compare, read_packs
from complaint_qms.services.record.labels import choice_words, word
from complaint_qms.services.record.language import comma_list, labelled, sentence_list, speaking
from complaint_qms.services.record.printing import working_time
from complaint_qms.services.record.version_text import spoken
from scripts.inside import messages

HAN = "[\u4e00-\u9fff]"
# What is English, or a sign that is told of.
QUOTED = re.compile(r"“[^”]*”|（[^（）]*）|\{[^{}]*\}|\([A-Z]{2,3}\)")
FAULTS = {
    "half-width punctuation": re.compile(rf"{HAN}\s*[,;:!?]|[,;:!?]\s*{HAN}|{HAN}\.(?!\w)"),
    "half-width parentheses": re.compile(rf"{HAN} ?\(|\) ?{HAN}"),
    "straight quotation marks": re.compile(rf"{HAN}[\"']|[\"']{HAN}"),
    "space beside full-width punctuation": re.compile("[，。；：、！？（“] | [，。；：、！？）”]"),
    "a single ellipsis": re.compile(rf"{HAN} ?…(?!…)(?<!……)"),
    "the informal you": re.compile("你(?!们)"),
}
# Terms of which the app uses one alone.
OTHER_WORDS = {
    "超时": "逾期", "知悉": "获知", "主管机关": "监管机构", "石川图": "鱼骨图", "交付": "出货", "首次答复": "首次响应",
    "接收时间": "收到时间", "审批额度": "审批限额", "桌面": "系统", "邮箱账号": "邮件账户", "报表": "报告", "行项目": "明细行",
}  # fmt: skip
STEPS = {
    ("Close", "Complaint"): "结案",
    ("Hold", "Complaint"): "暂停",
    ("Reject", "Complaint"): "不予受理",
    ("Verify", "CAPA"): "验证",
}


@pytest.fixture
def rows() -> list[tuple[str, str, str]]:
    return messages.own_rows()


@pytest.fixture
def in_chinese() -> Iterator[None]:
    clear_cache()
    with speaking("zh"):
        yield


@pytest.mark.parametrize("fault", FAULTS)
def test_signs_are_chinese(fault: str, rows: list[tuple[str, str, str]]) -> None:
    assert not [row for row in rows if FAULTS[fault].search(QUOTED.sub("x", row[1]))]


def test_each_thing_has_one_word(rows: list[tuple[str, str, str]]) -> None:
    assert not [(row[1], word) for row in rows for word in OTHER_WORDS if word in row[1]]


@pytest.mark.usefixtures("in_chinese")
def test_states_are_called_as_their_stages() -> None:
    """A state that ERPNext calls otherwise, such as “Closed” of an issue, is called by its stage."""
    for doctype, state, stage in (
        ("Complaint", "Closed", "closed"),
        ("Complaint", "On Hold", "on_hold"),
        ("Complaint", "Rejected", "rejected"),
        ("Investigation", "Planned", "planned"),
        ("CAPA", "Draft", "draft"),
        ("CAPA", "Closed", "closed"),
    ):
        assert stage_map(doctype)[state] == stage
        assert frappe._(state, context=doctype) == word(stage)


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("step", STEPS)
def test_steps_are_called_by_what_they_do(step: tuple[str, str]) -> None:
    action, doctype = step
    assert frappe._(action, context=doctype) == STEPS[step]


@pytest.mark.usefixtures("in_chinese")
def test_a_cause_is_ruled_out_and_a_complaint_is_rejected() -> None:
    assert word("rejected") == "不予受理"
    assert word("rejected", "Root Cause") == "已排除"
    assert choice_words()["rejected:Root Cause"] == "已排除"
    assert spoken("Rejected", frappe.get_meta("Root Cause").get_field("status")) == "已排除"
    assert spoken("rejected", frappe.get_meta("Root Cause").get_field("status")) == "已排除"


@pytest.mark.usefixtures("in_chinese")
def test_composed_words_are_joined_as_in_chinese() -> None:
    assert comma_list(["投诉", "调查"]) == "投诉、调查"
    assert labelled("批次", "B-1") == "批次：B-1"
    assert sentence_list(["第一句。", "", "第二句。"]) == "第一句。第二句。"
    assert working_time(4 * 3600) == "4 小时"
    assert working_time(3 * 28800 + 7200, 28800) == "3 个工作日 2 小时"


def test_composed_words_are_joined_as_in_english() -> None:
    assert comma_list(["a", "b"]) == "a, b"
    assert labelled("Batch", "B-1") == "Batch: B-1"
    assert sentence_list(["One.", "", "Two."]) == "One. Two."


def test_a_pack_is_previewed_in_whole_words() -> None:
    told = [
        part["then"]
        for item in compare(read_packs()["food"])
        for part in describe_item(item)["fields"]
        if item.doctype == "Complaint SOP"
    ]
    said = "\n".join(told)
    assert " (mandatory)" in said
    assert " hours" in said
    assert " *" not in said
    assert not re.search(r"\d[hm]\b", said)
    with speaking("zh"):
        said = "\n".join(
            part["then"]
            for item in compare(read_packs()["food"])
            for part in describe_item(item)["fields"]
            if item.doctype == "Complaint SOP"
        )
    assert "（必做）" in said
    assert " 小时、" in said
