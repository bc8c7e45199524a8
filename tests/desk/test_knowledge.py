"""Help Articles of complaints: written without personal data, published by a second person, proposed, used and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import frappe
import pytest
from frappe.client import set_value
from frappe.utils import now_datetime

from complaint_qms.api import answers
from complaint_qms.api import knowledge as api
from complaint_qms.complaint_qms.report.knowledge_use.knowledge_use import execute
from complaint_qms.constants import roles
from complaint_qms.constants.knowledge import ANSWERED, ARTICLE, CATEGORY, USE
from complaint_qms.services.knowledge import finder, uses
from tests.desk import factory
from tests.desk.articles import ANN, TITLE, closed, published, written
from tests.desk.asked import queries
from tests.desk.chatting import a_channel, says, turns
from tests.desk.factory import as_user, at_stage, person
from tests.desk.mailbox import Mailbox, delivering

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def agent() -> str:
    return person(roles.AGENT)


@pytest.fixture
def manager() -> str:
    return person(roles.MANAGER)


def test_a_draft_tells_what_helped_and_not_whom(agent):
    doc, open_one = closed(), at_stage("triage")
    with as_user(agent):
        draft = api.draft(doc.name)
        article = frappe.get_doc(ARTICLE, api.write(doc.name)["name"])
        with pytest.raises(frappe.ValidationError, match="already"):
            api.write(doc.name)
        with pytest.raises(frappe.ValidationError, match="not closed"):
            api.write(open_one.name)
    told = {one["text"] for one in draft["taken"]}
    assert {"Ann Zweig", "SAL-ORD-2026-00077", "+49 30 7654321", "Hauptstraße 5", "Miller"} <= told
    whole = f"{article.title}{article.content}{article.complaint_reply}"
    assert not [text for text in (*told, ANN, doc.customer, doc.name) if text in whole]
    assert "drip tray of my espresso machine overflows" in article.content
    assert "clean its float" in article.complaint_reply
    assert (article.published, article.category, article.complaint) == (0, CATEGORY, doc.name)
    assert (article.complaint_language, article.complaint_type) == ("en", doc.complaint_type)
    assert "<h3>What Happened</h3>" in article.content
    # what somebody puts back is told when it is saved
    with as_user(agent):
        article.content += "<p>Thanks to Ann Zweig</p>"
        article.save()
        assert any("Zweig" in str(message) for message in frappe.local.message_log)
        assert api.about(article.name)["personal"]


def test_a_chinese_complaint_gives_a_chinese_article(agent):
    _doc, article = written(
        agent, language="zh", description="<p>咖啡机的滴水盘除垢后溢水。电话13812345678</p>"
    )
    assert "发生了什么" in article.content or "What Happened" not in article.content
    assert "13812345678" not in article.content


class TestUse:
    @pytest.fixture
    def mailbox(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
        with delivering(monkeypatch) as box:
            yield box

    def test_it_is_proposed_with_reasons_used_in_an_answer_and_counted(self, agent, manager, mailbox):
        item = factory.item().name
        doc, article = published(agent, manager, item_code=item)
        new = factory.complaint(
            subject="Tray overflows", description="The drip tray overflows since I descaled it.", contact_email=ANN, item_code=item,
            complainant_name="Bob", language="en", customer=factory.customer().name,
        )  # fmt: skip
        other = factory.complaint(
            subject="Parcel late", description="The parcel never arrived here.", language="en"
        )
        with as_user(agent):
            first = api.propose(new.name)[0]
            assert first["article"] == article.name
            assert "the same product" in first["reasons"]
            assert any("tray" in reason for reason in first["reasons"])
            assert article.name not in [one["article"] for one in api.propose(other.name)]
            assert article.name not in [one["article"] for one in api.propose(doc.name)]
            api.propose(new.name)
            text = api.reply(new.name, article.name)["text"]
            # where the template has the reply, and not before the greeting
            content = answers.compose(new.name, "Answer", article=article.name)["content"]
            assert content.index("Bob") < content.index("clean its float")
            answers.send(new.name, "Information", ANN, "Your complaint", text, article=article.name)
            answers.send(new.name, "Information", ANN, "Once more", text, article=article.name)
            figures = api.about(article.name)["figures"]
        assert (figures["proposed"], figures["answered"], figures["solved"], figures["unsolved"]) == (
            1,
            1,
            0,
            0,
        )
        new.db_set("customer_agreement", "disagreed")
        with as_user(manager):
            rows = {row["name"]: row for row in execute({"show": "used"})[1]}
            assert (rows[article.name]["unsolved"], rows[article.name]["helped"]) == (1, 0.0)
            new.db_set({"customer_agreement": "agreed", "stage": "closed"})
            assert {row["name"]: row for row in execute({})[1]}[article.name]["solved"] == 1
            assert article.name not in [row["name"] for row in execute({"show": "unused"})[1]]
        told = factory.complaint(subject="Tray", description="The drip tray overflows.")
        with as_user(agent):
            answers.note(told.name, "Answer", "Phone", "Clean the float", article=article.name)
            answers.note(told.name, "Answer", "Phone", "Clean it again", article=article.name)
            assert api.about(article.name)["figures"]["answered"] == 2
        # by another name it is the same article, and one that takes another in counts each complaint once
        renamed = frappe.rename_doc(ARTICLE, article.name, "drip-tray", force=True)
        uses.count(ANSWERED, [renamed], told.name)
        _doc, second = written(agent)
        uses.count(ANSWERED, [second.name], told.name)
        frappe.rename_doc(ARTICLE, second.name, renamed, force=True, merge=True)
        uses.count(ANSWERED, [renamed], new.name)
        assert frappe.db.count(USE, {"article": renamed, "kind": ANSWERED}) == 2
        frappe.rename_doc(ARTICLE, renamed, article.name, force=True)
        # nobody reads the auditor's looking as a proposal, and nobody writes a use by hand
        with as_user(person(roles.AUDITOR)):
            api.propose(new.name)
            with pytest.raises(frappe.PermissionError):
                frappe.get_doc({"doctype": USE, "article": article.name, "kind": "article_used"}).insert()
        with as_user(person(roles.AGENT, Customer=factory.customer().name)):
            assert api.about(article.name)["figures"]["answered"] == 0
            with pytest.raises(frappe.PermissionError):
                api.reply(new.name, article.name)

    def test_the_customers_language_is_taken_where_there_is_one(self, agent, manager):
        _doc, article = published(agent, manager)
        _other, chinese = written(agent, language="zh")
        with as_user(agent):
            chinese.update({"complaint_translation_of": article.name, "title": "除垢后滴水盘溢水", "complaint_reply": "<p>请清洗浮子。</p>", "content": "<p>请清洗。</p>"}).save()  # fmt: skip
        new = factory.complaint(
            subject=TITLE, description="My drip tray overflows after descaling", language="zh"
        )
        with as_user(agent):
            one = api.propose(new.name)[0]
            assert (one["article"], one["other_language"]) == (article.name, True)
        with as_user(manager):
            set_value(ARTICLE, chinese.name, "published", 1)
        with as_user(agent):
            one = api.propose(new.name)[0]
            assert (one["article"], one["other_language"]) == (chinese.name, False)
            assert "浮子" in api.reply(new.name, one["article"])["text"]

    def test_the_assistant_tells_published_ones_and_chats_count(self, agent, manager):
        doc, article = written(agent, subject="How to clean the float of the drip tray")
        question = "How do I clean the float of the drip tray?"
        assert not turns(says(a_channel(), question), "assistant")[-1].article
        with as_user(manager):
            set_value(ARTICLE, article.name, "published", 1)
        channel = a_channel()
        assert turns(says(channel, question), "assistant")[-1].article == article.name
        chat = says(channel, question, "visitor-77")
        assert turns(chat, "assistant")[-1].article == article.name
        frappe.db.set_value("Complaint Chat Message", turns(chat, "sender")[-1].name, "complaint", doc.name)
        frappe.db.set_value(
            "Complaint Chat Message",
            turns(chat, "sender")[-1].name,
            "creation",
            now_datetime(),
            update_modified=False,
        )
        with as_user(manager):
            figures = api.about(article.name)["figures"]
        assert (figures["chat"], figures["chat_solved"], figures["chat_unsolved"]) == (2, 1, 1)

    def test_gaps_are_told_by_type_and_item_and_the_queries_are_few(self, agent, manager):
        item = factory.item().name
        for _ in range(2):
            factory.complaint(item_code=item, subject="Zzz", description="Qqq")
        with as_user(manager):
            columns, rows, *_rest = execute(json.dumps({"show": "gaps", "item_code": item}))
            assert [(row["complaints"], row["item_code"]) for row in rows] == [(2, item)]
            assert {one["fieldname"] for one in columns} >= {"complaints", "closed"}
            execute({"show": "used"})
            with queries() as asked:
                execute({"show": "used"})
        assert len(asked) < 15

    def test_a_deleted_article_leaves_no_counts(self, agent, manager):
        _doc, article = published(agent, manager)
        frappe.delete_doc(ARTICLE, article.name)
        assert not frappe.get_all(USE, {"article": article.name})
        finder.published()
