"""Help Articles of complaints: written without personal data, published by a second person, proposed, used and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import frappe
import pytest
from frappe.client import set_value
from frappe.utils import now_datetime
from frappe.website.serve import get_response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.api import answers
from complaint_qms.api import knowledge as api
from complaint_qms.complaint_qms.report.knowledge_use.knowledge_use import execute
from complaint_qms.constants import roles
from complaint_qms.constants.knowledge import ARTICLE, CATEGORY, USE
from complaint_qms.services.knowledge import finder
from complaint_qms.services.lifecycle.guard import take_step
from tests.conftest import fresh_request
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.chatting import a_channel, says, turns
from tests.desk.factory import as_user, at_stage, person
from tests.desk.mailbox import Mailbox, delivering

pytestmark = pytest.mark.usefixtures("site")
ANN = "ann.zweig@customer.example"
STORY = (
    "<p>Dear Mr Miller, the drip tray of my espresso machine overflows after descaling.</p>"
    "<p>My order was SAL-ORD-2026-00077, call me at +49 30 7654321. Ann Zweig, Hauptstraße 5, 10115 Berlin</p>"
)
REPLY = "<p>Dear Ann Zweig, please empty the drip tray and clean its float with warm water.</p>"
SUMMARY = "The float of the drip tray was blocked by lime; cleaning it helped Ann Zweig."
TITLE = "Drip tray overflows after descaling"


@pytest.fixture
def agent() -> str:
    return person(roles.AGENT)


@pytest.fixture
def manager() -> str:
    return person(roles.MANAGER)


def closed(**values: object):
    told = {
        "subject": TITLE,
        "description": STORY,
        "complainant_name": "Ann Zweig",
        "customer": factory.customer().name,
        "contact_email": ANN,
        "language": "en",
    }
    doc = at_stage("review", **told | values)
    doc.db_set({"reply": REPLY, "complaint_owner": "Administrator"})
    doc.reload()
    factory.tick_all(doc)
    with as_user(person(roles.MANAGER, roles.QUALITY_MANAGER)):
        take_step(
            doc,
            "Close",
            {
                "closing_decision": "justified",
                "capa_required": "no",
                "no_capa_reason": "Once",
                "closing_summary": SUMMARY,
            },
        )
    return doc


def written(agent: str, **values: object):
    doc = closed(**values)
    with as_user(agent):
        return doc, frappe.get_doc(ARTICLE, api.write(doc.name)["name"])


def published(agent: str, manager: str, **values: object):
    doc, article = written(agent, **values)
    with as_user(manager):
        set_value(ARTICLE, article.name, "published", 1)
    article.reload()
    return doc, article


def page(path: str) -> tuple[int, str]:
    """What a guest gets at an address of the site."""
    fresh_request()
    frappe.local.request = Request(EnvironBuilder(f"/{path}").get_environ())
    frappe.local.form_dict = frappe._dict()
    try:
        with as_user("Guest"):
            response = get_response(path)
    finally:
        fresh_request()
    return response.status_code, response.get_data(as_text=True)


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


class TestReview:
    def test_a_second_person_with_the_role_publishes_whichever_way(self, agent, manager):
        doc, article = written(agent)
        with as_user(agent):
            for way in (
                lambda: set_value(ARTICLE, article.name, "published", 1),
                lambda: frappe.get_doc(ARTICLE, article.name).update({"published": 1}).save(),
            ):
                with pytest.raises(frappe.PermissionError):
                    way()
            # a draft of the own hand, published at once
            with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
                frappe.get_doc(
                    {
                        "doctype": ARTICLE,
                        "title": "At once",
                        "category": CATEGORY,
                        "content": "x",
                        "published": 1,
                    }
                ).insert()
        both = person(roles.AGENT, roles.MANAGER)
        with as_user(both):
            opened = frappe.get_doc(ARTICLE, article.name)
            with pytest.raises(frappe.ValidationError, match="as a draft first"):
                opened.update({"content": "<p>Mine</p>", "published": 1}).save()
            opened.reload()
            opened.update({"content": "<p>Mine, and better</p>"}).save()
            with pytest.raises(frappe.ValidationError, match="you have written"):
                set_value(ARTICLE, article.name, "published", 1)
        with pytest.raises(
            frappe.ValidationError
        ):  # Administrator moves it out of the category and publishes
            frappe.get_doc(ARTICLE, article.name).update({"content": "<p>New</p>", "published": 1}).save()
        with as_user(manager):
            set_value(ARTICLE, article.name, "published", 1)
        article.reload()
        assert (article.complaint_reviewed_by, article.complaint) == (manager, doc.name)
        assert article.complaint_reviewed_at
        with as_user(manager), pytest.raises(frappe.ValidationError, match="stands still"):
            article.update({"content": "<p>Changed unread</p>"}).save()
        article.reload()
        with as_user(agent):
            article.update({"published": 0, "complaint": None, "complaint_reviewed_by": agent}).save()
        article.reload()
        assert (article.complaint, article.complaint_reviewed_by) == (doc.name, None)
        assert frappe.get_meta(ARTICLE).track_changes

    def test_the_apps_roles_write_no_other_articles_of_the_site(self, agent):
        category = frappe.get_doc({"doctype": "Help Category", "category_name": "Of the shop"}).insert()
        other = {"doctype": ARTICLE, "title": "Opening hours", "category": category.name, "content": "9 to 5"}
        article = frappe.get_doc(other | {"published": 1}).insert()
        with as_user(agent):
            with pytest.raises(frappe.PermissionError):
                frappe.get_doc(other | {"title": "Others"}).insert()
            with pytest.raises(frappe.PermissionError):
                set_value(ARTICLE, article.name, "title", "Closed for ever")
            set_value("Help Category", CATEGORY, "published", 0)
        assert frappe.db.get_value("Help Category", CATEGORY, "published")
        with as_user(person("Knowledge Base Editor", "Website Manager")):
            set_value(ARTICLE, article.name, "title", "Our hours")

    def test_a_draft_is_as_open_as_its_complaint_and_no_guest_sees_it(self, agent, manager):
        doc, article = written(agent)
        restricted = person(roles.AGENT, Customer=factory.customer().name)
        with as_user(restricted):
            assert not frappe.get_list(ARTICLE, {"name": article.name})
            with pytest.raises(frappe.PermissionError):
                frappe.get_doc(ARTICLE, article.name).check_permission("read")
        status, text = page(article.route)
        assert status in (403, 404)
        assert "drip tray" not in text
        with as_user("Guest"):
            with pytest.raises(frappe.PermissionError):
                frappe.get_list(ARTICLE, {"name": article.name})
            with pytest.raises(frappe.PermissionError):
                api.propose(doc.name)
        with as_user(manager):
            set_value(ARTICLE, article.name, "published", 1)
        article.reload()
        status, text = page(article.route)
        assert status == 200
        assert "drip tray" in text
        assert "clean its float" in text or "Reply" not in text
        assert doc.name not in text
        with as_user(restricted):
            assert frappe.get_list(ARTICLE, {"name": article.name})


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
