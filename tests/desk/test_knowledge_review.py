"""Who writes and publishes which Help Articles, whatever is sent, and where they stand on the site."""

from __future__ import annotations

import frappe
import pytest
from frappe.client import set_value
from frappe.website.serve import get_response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.api import knowledge as api
from complaint_qms.constants import roles
from complaint_qms.constants.knowledge import ARTICLE, CATEGORY
from tests.conftest import fresh_request
from tests.desk import factory, workers
from tests.desk.articles import closed, published, written
from tests.desk.factory import as_user, person
from tests.desk.wire import ask

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def agent() -> str:
    return person(roles.AGENT)


@pytest.fixture
def manager() -> str:
    return person(roles.MANAGER)


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


def by_hand(complaint):
    return api.write(complaint.name)["name"]


@pytest.mark.commits
@pytest.mark.slow
def test_two_people_at_once_write_one_article(agent):
    doc = closed()
    frappe.db.commit()
    both = [workers.Worker("Administrator", "Complaint", doc.name, by_hand) for _ in range(2)]
    answers = workers.at_once(both)
    assert sorted(answer.split()[0] for answer in answers) == ["done", "refused"], answers
    assert "already" in "".join(answers)
    assert frappe.db.count(ARTICLE, {"complaint": doc.name}) == 1


@pytest.mark.parametrize("html", ['<form action="https://evil.example"></form>', "<p>a</p><STYLE>body{display:none}</STYLE>", '< input type="password">'])  # fmt: skip
def test_an_article_asks_its_readers_for_nothing(agent, html):
    _doc, article = written(agent)
    with as_user(agent), pytest.raises(frappe.ValidationError, match="asks for input"):
        frappe.get_doc(ARTICLE, article.name).update({"content": f"<p>Press here.</p>{html}"}).save()


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
        sent = {"published": 0, "complaint": None, "complaint_reviewed_by": agent}
        got = ask("PUT", f"/api/resource/{ARTICLE}/{article.name}", sent, agent)
        assert (got.status, "or withdraws one" in got.said) == (403, True), got
        assert frappe.db.get_value(ARTICLE, article.name, "published") == 1
        with as_user(manager):
            article.update(sent).save()
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

    def test_what_is_sent_makes_no_article_of_the_site_one_of_a_complaint(self, agent):
        category = frappe.get_doc({"doctype": "Help Category", "category_name": "Of the shop"}).insert().name
        values = {"title": "Opening hours", "category": category, "content": "9 to 5"}
        other = frappe.get_doc({"doctype": ARTICLE, "published": 1, **values}).insert().name
        doc, own = written(agent)
        forged = {
            "content": "Closed",
            "complaint": doc.name,
            "flags": {"of_complaint": True},
            "doctype": ARTICLE,
        }

        def put(name, sent, user=agent):
            return ask("PUT", f"/api/resource/{ARTICLE}/{name}", sent, user).status

        for sent in (
            forged,
            {"category": CATEGORY, "published": 0, "content": "Closed"},
            forged | {"category": CATEGORY},
        ):
            assert put(other, sent) == 403
            assert put(own.name, {**sent, "name": other}) == 403
        for sent in (values | forged | {"title": "At once", "published": 1}, values | {"title": "A draft"}):
            got = ask("POST", f"/api/resource/{ARTICLE}", sent, agent)
            assert (got.status, "controller" in got.said) == (403, False)
            assert "Press Write Help Article on a closed complaint" in got.said
            assert "Knowledge Base Editor" in got.said
        assert put(own.name, {"category": category}) == 403
        # A draft of a complaint that somebody does not see is not opened by naming another one, nor by publishing it.
        restricted = person(roles.MANAGER, Customer=factory.customer().name)
        for sent in ({"complaint": None}, {"published": 1}, {"complaint": factory.complaint().name}):
            assert put(own.name, sent, restricted) == 403
        assert put(own.name, {"content": "<p>Better</p>"}) == 200
        assert (
            ask(
                "POST", f"/api/resource/{ARTICLE}", values | {"title": "Ours", "category": CATEGORY}, agent
            ).status
            == 200
        )
        for editors in ((roles.AGENT, "Knowledge Base Editor"), (roles.MANAGER, "System Manager")):
            assert put(other, {"content": "10 to 6", "published": 0}, person(*editors)) == 200
        editor, theirs = person("Knowledge Base Editor", "Website Manager"), values | {"title": "Theirs"}
        assert ask("POST", f"/api/resource/{ARTICLE}", theirs, editor).status == 200

    def test_its_address_lies_below_its_category_and_stands_still(self, agent, manager):
        home = frappe.db.get_value("Help Category", CATEGORY, "route")
        _doc, article = published(agent, manager)
        _other, draft = written(agent)
        assert article.route == f"{home}/{article.name}" != draft.route
        for sent in ({"route": "login"}, {"category": None}):
            for user in (agent, manager, "Administrator"):
                assert ask("PUT", f"/api/resource/{ARTICLE}/{article.name}", sent, user).status == 417, (
                    sent,
                    user,
                )
        with as_user(manager):
            article.update({"complaint_item": factory.item().name}).save()
        for sent, stored in (
            ("login", f"{home}/login"), ("/app", f"{home}/app"), (f"{home}/../../login", f"{home}/login"), ("", f"{home}/{draft.name[:-2]}-1"),
            (article.route, f"{article.route}-2"), (f"{home}/trays", f"{home}/trays"), ("x" * 140, f"{home}/{'x' * 120}"[:120]),
        ):  # fmt: skip
            with as_user(agent):
                set_value(ARTICLE, draft.name, "route", sent)
            assert frappe.db.get_value(ARTICLE, draft.name, "route") == stored
        with as_user(manager):
            draft.reload()
            draft.update({"route": "login", "published": 1}).save()
        assert draft.route == f"{home}/login"
        with as_user(person(roles.AGENT, "Knowledge Base Editor")):
            draft.update({"published": 0, "route": "help/trays"}).save()
        assert draft.route == "help/trays"

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
