"""Topics, rising terms and tone on a site: found weekly, the same from week to week, counted and named as far as somebody may see them."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest
from frappe.desk.query_report import run

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.topics import FIT, TERMS, TOPIC
from complaint_qms.services import writing
from complaint_qms.services.topics import fitting, requests, rising_report, store
from complaint_qms.services.topics.rising_report import RisingTermsReport
from complaint_qms.services.topics.topics_report import TopicsReport
from complaint_qms.services.topics.words import topic_names
from tests.desk import factory
from tests.desk.report_rows import as_user, bare_company, listed
from tests.engine.topic_texts import CHINESE, ENGLISH, complaints

NOW = datetime(2024, 6, 30, 12)
PERIOD = {"from_date": "2024-01-01", "to_date": "2024-06-30"}
RARE = "glimmerstone"


@pytest.fixture(autouse=True)
def one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frappe.db, "commit", lambda *args, **kwargs: None)


class Texts:
    """Complaints of two companies about the engine's themes; one word in those of the second alone."""

    def __init__(self) -> None:
        self.companies = [bare_company(), bare_company()]
        self.customers = [factory.customer().name for _one in range(6)]
        known = factory.complaint().as_dict(no_nulls=True)
        self.common = {"stage": known.stage, "subject": "x", "sop": None}
        told, self.kinds = complaints(ENGLISH, 240)
        chinese, kinds = complaints(CHINESE, 160, joint="，")
        self.kinds += kinds
        rows = []
        for at, one in enumerate([*told, *chinese]):
            other = at % 2 and self.kinds[at] == "noise"
            company = self.companies[1] if other else self.companies[0]
            text = one.text + (f" The {RARE} rattles." if other else "")
            rows.append(self.row(text, company, self.customers[at % 6], NOW - timedelta(days=at % 150)))
        self.names = self.add(rows)

    def row(self, text: str, company: str, customer: str, at: datetime) -> dict:
        return self.common | {
            "description": f"<p>{text}</p>",
            "company": company,
            "customer": customer,
            "received_at": at,
        }

    def add(self, rows: list[dict]) -> list[str]:
        return writing.insert_rows("Complaint", rows, frappe.utils.now_datetime(), "Administrator", "test")

    def filters(self, **more: object) -> dict:
        return {**PERIOD, "company": self.companies, **more}


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture
def fitted(texts: Texts) -> Texts:
    fitting.fit_all()
    return texts


def topic_of(name: str) -> str | None:
    return frappe.db.get_value("Complaint", name, "topic")


class TestFit:
    def test_each_theme_has_a_topic_that_leads_to_its_complaints(self, fitted: Texts) -> None:
        rows = TopicsReport(fitted.filters()).rows()
        assert sum(row["count"] for row in rows) == len(fitted.names)
        assert sum(row["count"] for row in rows if row["key"]) > 0.9 * len(fitted.names)
        base = TopicsReport(fitted.filters()).filters.list_filters()
        for row in rows:
            for field, route in row["routes"].items():
                number = row["count"] if field == "count" else row.get(field)
                if field != "negative":
                    assert listed(base | route) == number, (row["group"], field)
            assert listed(base | row["routes"]["negative"]) == round(row["negative"] * row["count"] / 100)
            if row["key"]:
                assert topic_of(row["example"]) == row["key"]
        assert {frappe.db.get_value(TOPIC, row["key"], "language") for row in rows if row["key"]} == {
            "en",
            "zh",
        }

    def test_a_second_fit_finds_the_same_topics_and_a_name_of_a_person_stays(self, fitted: Texts) -> None:
        before = {name: topic_of(name) for name in fitted.names}
        topic = next(filter(None, before.values()))
        doc = frappe.get_doc(TOPIC, topic)
        doc.topic_name, doc.state, doc.complaints = "  Our   own name ", "retired", 0
        doc.save()
        assert (doc.topic_name, doc.renamed, doc.state) == ("Our own name", 1, "active")
        told, _kinds = complaints(ENGLISH, 40, seed=9)
        fitted.add(
            [
                fitted.row(one.text, fitted.companies[0], fitted.customers[at % 6], NOW)
                for at, one in enumerate(told)
            ]
        )
        again = frappe.get_doc(FIT, fitting.fit_all())
        kept = [name for name in fitted.names if before[name] and topic_of(name) == before[name]]
        assert len(kept) > 0.8 * sum(1 for one in before.values() if one)
        assert again.new_topics <= 2  # complaints have random numbers, and are read in their order
        assert frappe.db.get_value(TOPIC, topic, "topic_name") == "Our own name"
        assert (
            frappe.get_all(FIT, {"vocabulary": ("is", "set")}, pluck="name", order_by="name desc")[0]
            == again.name
        )

    def test_a_new_complaint_is_read_by_the_fit_in_use(self, fitted: Texts) -> None:
        leak = next(
            name
            for name, kind in zip(fitted.names, fitted.kinds, strict=True)
            if kind == "leak" and topic_of(name)
        )
        row = fitted.row(
            "Oil leaks from the shaft seal of the pump. Terrible!",
            fitted.companies[0],
            fitted.customers[0],
            NOW,
        )
        (name,) = fitted.add([row])
        assert fitting.read_new() == 1
        assert topic_of(name) == topic_of(leak)
        assert frappe.db.get_value("Complaint", name, "sentiment") == "negative"
        assert fitting.read_new() == 0
        stored = frappe.db.get_value(TERMS, name, ["language", "terms"], as_dict=True)
        vocabulary = store.vocabulary_in_use()[stored.language]
        assert {"seal", "leak", "pump"} <= {vocabulary.terms[int(one)] for one in stored.terms.split()}

    def test_the_site_may_say_how_many_or_none(self, texts: Texts) -> None:
        frappe.db.set_single_value(SETTINGS, "topics_wanted", 3)
        doc = frappe.get_doc(FIT, fitting.fit_all())
        assert doc.topics == 6
        frappe.db.set_single_value(SETTINGS, "skip_topics", 1)
        assert not requests.is_wanted()
        assert requests.request_fit("Administrator")["begun"] is False

    def test_a_young_site_says_what_it_waits_for(self) -> None:
        frappe.db.delete(FIT)
        message = TopicsReport({"from_date": "1999-01-01", "to_date": "1999-02-01"}).message([])
        assert "No complaints match" in message
        assert "No texts have been read" in RisingTermsReport({}).message([])


class TestRising:
    def planted(self, texts: Texts) -> list[str]:
        rows = [
            texts.row(
                f"The hinge squeaks badly. {one.text}",
                texts.companies[0],
                texts.customers[at % 3],
                NOW - timedelta(days=at % 20),
            )
            for at, one in enumerate(complaints(ENGLISH, 12, seed=4)[0])
        ]
        return texts.add(rows)

    def test_what_was_planted_is_found_and_leads_to_its_complaints(self, texts: Texts) -> None:
        planted = self.planted(texts)
        fitting.fit_all()
        report = RisingTermsReport(texts.filters(from_date="2024-06-01", months_before="3"))
        rows = report.rows()
        assert rows, report.message(rows)
        first = rows[0]
        assert {"hinge", "squeaks"} & {first["group"], *first["others"].split(", ")}
        assert (first["count"], first["before"], first["senders"]) == (12, 0, 3)
        assert sorted(first["route"]["name"][1]) == sorted(planted)
        assert listed(first["route"]) == 12
        answer = run("Rising Terms", texts.filters(from_date="2024-06-01"))
        assert answer["result"][0]["group"] == first["group"]

    def test_without_it_nothing_rises(self, fitted: Texts) -> None:
        report = RisingTermsReport(fitted.filters(from_date="2024-06-01"))
        assert report.rows() == []
        assert "No term stands" in report.message([])


class TestSight:
    def test_whoever_sees_one_company_sees_its_counts_and_no_word_of_the_other(self, fitted: Texts) -> None:
        first, second = fitted.companies
        assert RARE in store.vocabulary_in_use()["en"].shown
        noise = next(
            name
            for name, kind in zip(fitted.names, fitted.kinds, strict=True)
            if kind == "noise" and topic_of(name)
        )
        topic = topic_of(noise)
        doc = frappe.get_doc(TOPIC, topic)
        assert RARE in {row.shown for row in doc.words}
        frappe.db.set_value(TOPIC, topic, "topic_name", f"{RARE}, {doc.words[0].shown}")
        person = factory.person("Quality Manager", Company=first)
        with as_user(person):
            rows = TopicsReport(PERIOD).rows()
            assert sum(row["count"] for row in rows) == frappe.db.count(
                "Complaint", {"name": ("in", fitted.names), "company": first}
            )
            answer = frappe.as_json(run("Complaint Topics", PERIOD))
            assert RARE not in answer
            assert topic in answer
            assert RARE not in frappe.as_json(run("Rising Terms", {**PERIOD, "from_date": "2024-06-01"}))
            name = topic_names([topic])[topic]
            assert name
            assert RARE not in name
            assert frappe.get_list(TOPIC, order_by="name") == []
            assert frappe.get_list(FIT, order_by="name") == []
            assert not frappe.has_permission(TOPIC, "read", doc.name)
            with pytest.raises(frappe.PermissionError):
                requests.request_fit(person)
        with as_user(factory.person("Quality Manager", Company=second)):
            assert RARE in topic_names([topic])[topic]
        frappe.db.set_value(TOPIC, topic, "renamed", 1)
        with as_user(person):
            assert topic_names([topic])[topic].startswith(RARE)
        with as_user(factory.person("Quality Manager")):
            assert frappe.get_list(TOPIC, order_by="name")
            assert RARE in frappe.as_json(run("Complaint Topics", fitted.filters()))

    def test_what_a_request_sends_is_no_topic(self, fitted: Texts) -> None:
        doc = factory.complaint(topic=topic_of(fitted.names[0]), sentiment="positive")
        assert not frappe.db.get_value("Complaint", doc.name, "topic")
        assert not frappe.db.get_value("Complaint", doc.name, "sentiment")
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc({"doctype": TOPIC, "topic_name": "x"}).insert()
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc({"doctype": FIT}).insert()
        with pytest.raises(frappe.ValidationError, match="Rename a topic"):
            frappe.get_last_doc(TOPIC).delete()
        named = frappe.get_last_doc(TOPIC)
        named.topic_name = " "
        with pytest.raises(frappe.ValidationError):
            named.save()

    def test_an_agent_may_not_start_it(self) -> None:
        with as_user(factory.person("Complaint Agent")), pytest.raises(frappe.PermissionError):
            requests.request_fit(frappe.session.user)


def test_terms_of_complaints_that_are_gone_go_with_the_next_reading(fitted: Texts) -> None:
    gone = fitted.names[0]
    frappe.db.delete("Complaint", {"name": gone})
    assert frappe.db.exists(TERMS, gone)
    frappe.db.set_value(TOPIC, {"name": ("is", "set")}, "example", gone)
    fitting.fit_all()
    assert not frappe.db.exists(TERMS, gone)
    assert frappe.db.exists(TERMS, fitted.names[1])


def test_a_period_with_too_many_complaints_is_refused_with_the_remedy(
    fitted: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rising_report, "MOST_READ", 10)
    with pytest.raises(frappe.ValidationError, match="Choose a shorter one"):
        RisingTermsReport(fitted.filters())
