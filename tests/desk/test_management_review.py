"""The management review: figures equal the reports' and stay as they were, and only who may see all of a company reads it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO

import frappe
import openpyxl
import pytest
from frappe.utils import add_months, getdate, now_datetime
from pypdf import PdfReader

from complaint_qms.constants import roles
from complaint_qms.constants.review import DOCTYPE, SECTIONS, SUMMARY
from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.analysis.suppliers import SupplierScorecard
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.satisfaction import Satisfaction
from complaint_qms.services.review import mailing, making, schedule
from complaint_qms.services.review.document import review_pdf
from complaint_qms.services.review.frozen import frozen_number, frozen_table
from complaint_qms.services.review.spans import Span, last_whole, whole_period
from complaint_qms.services.review.workbook import review_workbook
from tests.desk import factory, ways
from tests.desk.report_rows import bare_company, bare_row
from tests.desk.test_delivered_units_report import Shop

ROGUE = '<img src=x onerror=alert(1)>"} </style>'


def review(company: str, kind: str = "yearly", **values: object):
    return frappe.get_doc(
        {"doctype": DOCTYPE, "company": company, "period_kind": kind, "language": "en", **values}
    ).insert()


def year(company: str, **values: object):
    """A review of the year that runs."""
    return review(company, from_date=str(getdate()), **values)


def data_of(doc, key: str) -> dict:
    return next(one for one in making.sections_of(doc) if one["key"] == key)


def submitted(doc):
    doc.conclusion = "Suitable, adequate and effective."
    doc.submit()
    return doc


def test_every_clause_has_its_section() -> None:
    iso_9001 = {letter for clauses in SECTIONS.values() for letter in clauses.iso_9001}
    assert iso_9001 == {"a", "b", *(f"c {number}" for number in range(1, 8)), "d", "e", "f"}
    assert {letter for clauses in SECTIONS.values() for letter in clauses.iso_13485} == set("abcdefghijkl")


@pytest.mark.parametrize(
    ("kind", "today", "expected"),
    [
        ("monthly", date(2026, 3, 1), (date(2026, 2, 1), date(2026, 2, 28))),
        ("quarterly", date(2026, 1, 5), (date(2025, 10, 1), date(2025, 12, 31))),
        ("quarterly", date(2026, 12, 31), (date(2026, 7, 1), date(2026, 9, 30))),
        ("yearly", date(2026, 12, 31), (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_periods_are_whole_ones_of_the_calendar(kind: str, today: date, expected: tuple[date, date]) -> None:
    assert last_whole(kind, today) == expected
    assert whole_period(kind, expected[1]) == expected


def test_figures_are_those_of_the_reports() -> None:
    shop = Shop()
    doc = year(shop.company)
    span = Span(shop.company, getdate(doc.from_date), getdate(doc.to_date))
    reports = {
        "complaints": Pareto(span.asked(by="complaint_type")),
        "risk": RiskMatrixReport(span.asked()),
        "cost": QualityCost(span.asked(by="complaint_type")),
        "handling": EfficiencyReport(span.asked(by="month"), doc.figures_at),
        "satisfaction": Satisfaction(span.asked(by="month")),
        "suppliers": SupplierScorecard(span.asked()),
        "capas": CapaEffects(span.dated(date_of="window_end")),
    }
    for key, report in reports.items():
        columns, rows, _message, _chart, cards, _skip = report.run()
        frozen = data_of(doc, key)
        assert not frozen["refused"], key
        for card in map(frozen_number, cards):
            assert key == "capas" or card in frozen["numbers"], (key, card)
        table = frozen["tables"][0]
        by_label = {one["label"]: one["fieldname"] for one in columns}
        again = frozen_table(
            "", columns, rows, [by_label[one["label"]] for one in table["columns"]], len(table["rows"])
        )
        assert again["rows"] == table["rows"], key
    assert all(
        data_of(doc, key)["list"][1]["company"] == ["=", shop.company] for key in ("signals", "reportable")
    )
    # Counted by hand: 44 valid complaints of the company within the last 90 days, as far as they lie in this year.
    days = [*[70] * 30, *[35] * 10, *[30] * 4]
    here = sum(getdate() - timedelta(days=one) >= getdate(doc.from_date) for one in days)
    first = data_of(doc, SUMMARY)["numbers"][0]
    assert first["value"] == str(here)
    assert first["definition"]
    assert first["filters"]["company"] == shop.company


def test_what_was_frozen_stays_whatever_is_sent() -> None:
    company = bare_company()
    bare_row(
        "Complaint", company=company, subject="Broken", stage="triage", received_at=f"{getdate()} 00:00:01"
    )
    doc = year(company, title="Mine", submitted_by="Guest", by_schedule=1, sections=[{"section": "complaints", "figures": "{}", "commentary": "More than usual"}])  # fmt: skip
    assert (doc.submitted_by, doc.by_schedule) == (None, 0)
    assert doc.title.startswith("Management Review")
    assert [row.section for row in doc.sections] == list(SECTIONS)
    assert data_of(doc, "complaints")["numbers"][0]["value"] == "1"
    assert data_of(doc, "complaints")["commentary"] == "More than usual"
    frozen = [row.figures for row in doc.sections]
    bare_row(
        "Complaint", company=company, subject="Broken", stage="triage", received_at=f"{getdate()} 00:00:02"
    )
    doc.sections[2].figures = json.dumps({"numbers": []})
    doc.figures_at = "2001-01-01 00:00:00"
    doc.sections = doc.sections[:3]
    doc.save()
    doc.reload()
    assert [row.figures for row in doc.sections] == frozen
    assert doc.figures_at.year != 2001
    making.take_anew(doc)
    assert data_of(doc.reload(), "complaints")["numbers"][0]["value"] == "2"
    assert data_of(doc, "complaints")["commentary"] == "More than usual"
    with pytest.raises(frappe.ValidationError, match="Conclusion: say whether"):
        doc.submit()
    doc.reload()
    submitted(doc)
    assert doc.submitted_by == frappe.session.user
    with pytest.raises(frappe.ValidationError, match="Only the figures of a draft"):
        making.take_anew(doc)
    doc.conclusion = "Another"
    with pytest.raises(frappe.UpdateAfterSubmitError):
        doc.save()


def test_a_period_that_is_not_there_is_refused_in_words() -> None:
    company = bare_company()
    with pytest.raises(frappe.ValidationError, match="From Date: the period has not begun"):
        review(company, from_date=str(add_months(getdate(), 13)))
    with pytest.raises(frappe.ValidationError, match="Period"):
        review(company, "weekly")
    doc = review(company, "quarterly")
    assert (doc.from_date, doc.to_date) == last_whole("quarterly", getdate())


def test_actions_are_followed_up_by_the_next_review() -> None:
    company = bare_company()
    old = review(company, from_date="2024-05-05")
    old.append(
        "actions", {"action": "Audit the supplier", "responsible": "Administrator", "due_date": "2025-01-31"}
    )
    old.append("actions", {"action": "Train the packers", "status": "done"})
    submitted(old)
    assert old.actions[1].done_on == getdate()
    doc = year(company)
    assert doc.previous_review == old.name
    told = data_of(doc, "last_actions")
    assert [row[0] for row in told["tables"][0]["rows"]] == ["Audit the supplier", "Train the packers"]
    assert [one["value"] for one in told["numbers"]] == ["2", "1", "1"]
    old.reload()
    old.actions[0].status = "done"
    old.save()
    making.take_anew(doc)
    assert [one["value"] for one in data_of(doc, "last_actions")["numbers"]] == ["2", "0", "0"]
    old.append("actions", {"action": "One more"})
    with pytest.raises(frappe.ValidationError, match="neither added nor taken away"):
        old.save()
    old.reload()
    old.actions[0].done_on = add_months(getdate(), 1)
    with pytest.raises(frappe.ValidationError, match="lies in the future"):
        old.save()


def test_it_is_amended_with_its_figures_and_never_deleted() -> None:
    company = bare_company()
    doc = submitted(year(company))
    bare_row(
        "Complaint", company=company, subject="Broken", stage="triage", received_at=f"{getdate()} 00:00:01"
    )
    doc.cancel()
    copy = frappe.copy_doc(doc)
    copy.update({"amended_from": doc.name, "docstatus": 0})
    copy.insert()
    assert [row.figures for row in copy.sections] == [row.figures for row in doc.sections]
    assert copy.figures_at == doc.figures_at
    with pytest.raises(frappe.ValidationError, match="never deleted"):
        doc.delete()
    with pytest.raises(frappe.ValidationError, match="is not cancelled"):
        year(company, amended_from=copy.name)


def test_who_is_kept_to_some_complaints_reads_and_makes_none() -> None:
    company = bare_company()
    doc = year(company)
    for role, opened in ((roles.QUALITY_MANAGER, True), (roles.AUDITOR, True), (roles.MANAGER, False), (roles.AGENT, False)):  # fmt: skip
        user = factory.user(role)
        for way in ways.way_names():
            assert ways.gives(way, user, DOCTYPE, doc.name) is opened, (role, way)
    kept = {"Customer": factory.customer().name, "Item": factory.item().name, "Company": factory.company()}
    for doctype, name in kept.items():
        user = factory.person(roles.QUALITY_MANAGER, **{doctype: name})
        for way in set(ways.way_names()) - {"link"}:
            assert ways.gives(way, user, DOCTYPE, doc.name) is False, (doctype, way)
        with factory.as_user(user), pytest.raises(frappe.PermissionError):
            year(company)
    with factory.as_user(factory.user(roles.AUDITOR)), pytest.raises(frappe.PermissionError):
        year(company)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_has_cover_contents_pages_and_what_was_said(language: str) -> None:
    company = bare_company()
    doc = year(company, language=language)
    doc.sections[2].commentary = f"Zyx{ROGUE}"
    doc.append("attendees", {"attendee": "Ada Lovelace", "job": "Director"})
    doc.append("actions", {"action": "Qwe act", "due_date": "2027-01-31"})
    doc.save()
    submitted(doc)
    reader = PdfReader(BytesIO(review_pdf(doc)))
    texts = [page.extract_text() for page in reader.pages]
    # Cover, contents and end; of the sections those with figures begin a page, the others share one.
    own = sum(bool(one["numbers"]) for one in making.sections_of(doc))
    assert own + 3 <= len(texts) < len(SECTIONS) + 3
    assert reader.metadata.title == doc.title
    words = {"en": ("Contents", "Suppl", "ISO 13485:2016"), "zh": ("目录", "供应商", "ISO 13485:2016")}[
        language
    ]
    whole = "\n".join(texts)
    assert all(word in whole for word in words)
    assert company in texts[0]
    assert "Zyx<img" in whole.replace("\n", "")
    assert "Ada Lovelace" in texts[-1]
    assert "Qwe act" in texts[-1]
    # The contents name the page on which a section stands.
    at = next(number for number, text in enumerate(texts, start=1) if number > 2 and words[1] in text)
    line = next(one for one in texts[1].splitlines() if words[1] in one)
    assert str(at) in texts[1][texts[1].index(line) :].split("ISO")[0] + line or str(at) in texts[1]
    assert f"/ {len(texts)}" in texts[-1]


def test_each_table_is_a_sheet_with_numbers_as_numbers() -> None:
    shop = Shop()
    doc = year(shop.company)
    doc.sections[2].commentary = "=1+1"
    doc.save()
    book = openpyxl.load_workbook(BytesIO(review_workbook(doc)))
    tables = sum(len(one["tables"]) + bool(one["chart"]) for one in making.sections_of(doc))
    assert len(book.sheetnames) == tables + 3
    types = data_of(doc, "complaints")["tables"][0]
    sheet = next(book[name] for name in book.sheetnames if name.startswith("3 "))
    assert [cell.value for cell in sheet[1]] == [one["label"] for one in types["columns"]]
    assert sheet.cell(2, 2).value == types["rows"][0][1]
    assert isinstance(sheet.cell(2, 2).value, int)
    assert "'=1+1" in [row[2].value for row in book["Comments"]]
    assert not [row[3].value for row in book["Numbers"] if str(row[3].value).startswith("'")]
    assert all(name == name.strip() and len(name) <= 31 for name in book.sheetnames)
    assert not [name for name in book.sheetnames if "(" in name and not name.endswith("(chart)")]
    assert [row[0].data_type for row in book["Comments"]].count("f") == 0


class TestSchedule:
    @pytest.fixture
    def settings(self):
        doc = frappe.get_single("Complaint QMS Settings")
        self.owner = factory.person(roles.QUALITY_MANAGER)
        self.reader, self.kept = (
            factory.user(roles.AUDITOR),
            factory.person(roles.AUDITOR, Customer=factory.customer().name),
        )
        doc.update(
            {
                "review_quarterly": 1,
                "review_owner": self.owner,
                "review_role": roles.AUDITOR,
                "review_language": "en",
            }
        )
        doc.save()
        return doc

    def made(self, company: str, day: date) -> list[str]:
        found = schedule.make_due_reviews(day)
        return [name for name in found if frappe.db.get_value(DOCTYPE, name, "company") == company]

    def test_a_draft_is_made_on_the_first_working_day_and_told_once(self, settings) -> None:
        company = bare_company()
        bare_row(
            "Complaint", company=company, subject="Broken", stage="triage", received_at="2023-05-05 10:00:00"
        )
        # 1 July 2023 is a Saturday.
        assert self.made(company, date(2023, 7, 2)) == []
        (name,) = self.made(company, date(2023, 7, 3))
        assert self.made(company, date(2023, 7, 4)) == []
        doc = frappe.get_doc(DOCTYPE, name)
        assert (doc.owner, doc.from_date, doc.to_date, doc.by_schedule) == (
            self.owner,
            date(2023, 4, 1),
            date(2023, 6, 30),
            1,
        )
        assert data_of(doc, "complaints")["numbers"][0]["value"] == "1"
        now = now_datetime()
        assert [one.user for one in mailing.review_readers(doc)] == [self.owner]
        assert mailing.mail_review(name, now) == 1
        assert mailing.mail_review(name, now) == 0
        doc.reload()
        with factory.as_user(self.owner):
            submitted(doc)
        readers = {one.user for one in mailing.review_readers(doc)}
        assert {self.owner, self.reader} <= readers
        assert self.kept not in readers
        count = mailing.mail_review(name, now)
        assert count == len(readers)
        mail = frappe.get_all(
            "Email Queue",
            {"reference_doctype": DOCTYPE, "reference_name": name},
            ["name", "message"],
            order_by="creation desc",
        )
        assert len(mail) == count + 1
        assert f"{name}.pdf" in mail[0].message

    def test_who_may_not_make_one_makes_none(self, settings) -> None:
        company = bare_company()
        bare_row(
            "Complaint", company=company, subject="Broken", stage="triage", received_at="2023-05-05 10:00:00"
        )
        settings.review_owner = factory.person(roles.QUALITY_MANAGER, Company=factory.company())
        settings.save()
        assert self.made(company, date(2023, 7, 3)) == []
        settings.review_owner = None
        settings.save()
        assert schedule.make_due_reviews(date(2023, 7, 3)) == []
