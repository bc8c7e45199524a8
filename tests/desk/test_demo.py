"""The demo company, in a small size: made by the real doors, made once, and taken back to the last row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.demo import company, portal, registry
from complaint_qms.demo.time_travel import at, into_office, working
from complaint_qms.services.compliance.audit_trail import verifying
from complaint_qms.services.evidence.disk import path_of, sha256_of
from complaint_qms.services.onboarding import demo_state
from complaint_qms.services.portal import access, case, listing, new_complaint
from tests.desk import factory

SMALL = company.Size(complaints=10, receipts=4, deliveries=8, days=300)
# For what ends before the first complaint.
SMALLEST = company.Size(complaints=2, receipts=1, deliveries=1, days=300)
PASSWORD = "Quiet-Harbour-7391"
# Caches, counters and logs that grow by looking at a site or are reckoned anew by the system; the audit trail, which loses nothing.
NOT_COMPARED = {
    "__global_search",
    "tabAccess Log",
    "tabActivity Log",
    "tabComplaint Demo Record",
    "tabError Log",
    "tabQuality Audit Entry",
    "tabRoute History",
    "tabScheduled Job Log",
    "tabSessions",
    "tabSeries",
    "tabSingles",
    "__UserSettings",
}


@pytest.fixture
def empty_site():
    """The test site may hold complaints that others left; the demo must not mind here."""
    if demo_state.state_of_demo():
        pytest.skip("this site has the demo company already; the tests make their own")


def counts() -> dict[str, int]:
    tables = [table for table in frappe.db.get_tables(cached=False) if table not in NOT_COMPARED]
    return {table: frappe.db.sql(f"select count(*) from `{table}`")[0][0] for table in tables}


def made(size: company.Size = SMALL) -> company.Made:
    return company.make(PASSWORD, size=size, force=True, tell=lambda _text: None)


@pytest.mark.slow
class TestDemo:
    def test_it_is_made_once_stays_while_others_need_it_and_is_taken_back_to_the_last_row(self, empty_site):
        """One story, because making it takes long."""
        before, series = counts(), registry._series()
        was_open = frappe.db.get_single_value("Complaint QMS Settings", "portal_enabled")
        demo = made()
        assert demo.made
        complaints = registry.names("Complaint")
        assert len(complaints) == demo.counts["complaints"] > 0
        self.check_records(complaints)
        self.check_work_that_waits(complaints)
        photos = self.check_photos(complaints)
        self.check_portal(demo.users["customer"])
        self.check_mails(complaints)
        assert not made().made
        assert counts() != before
        self.check_that_a_record_of_somebody_else_keeps_it()
        gone = company.remove()
        assert frappe.db.get_single_value("Complaint QMS Settings", "portal_enabled") == was_open
        assert gone["Complaint"] == len(complaints)
        after = counts()
        assert {table: after[table] - count for table, count in before.items() if after[table] != count} == {}
        assert registry._series() == series
        assert verifying.verify_trail(sha256_of).sentences == []
        assert company.remove() == {}
        frappe.db.after_commit.run()  # `commit` does nothing here
        assert not any(photo.exists() for photo in photos)

    def check_photos(self, complaints: list[str]) -> list[Path]:
        """Where the photos are: each is evidence of its complaint, as the bytes on the disk."""
        rows = frappe.get_all(
            "Complaint Evidence",
            {"parent": ("in", complaints)},
            ["file", "sha256", "caption"],
            order_by="name asc",
        )
        assert rows
        assert all(row.caption and sha256_of(row.file) == row.sha256 for row in rows)
        return [path_of(row.file) for row in rows]

    def check_work_that_waits(self, complaints: list[str]) -> None:
        """Each list of work has something in it: a settlement to decide, a rejected one, a drafted credit, a study."""
        mine = {"complaint": ("in", complaints)}
        states = frappe.get_all("Complaint Settlement", mine, ["status", "docstatus"], order_by="name asc")
        assert {(row.status, row.docstatus) for row in states} >= {
            ("proposed", 0),
            ("approval_rejected", 0),
            ("drafted", 1),
        }
        drafts = frappe.get_all(
            "Sales Invoice", {"docstatus": 0, "is_return": 1}, "name", order_by="name asc"
        )
        assert {row.name for row in drafts} & set(registry.names("Sales Invoice"))
        studies = frappe.get_all("Investigation", mine, pluck="stage", order_by="name asc")
        assert "in_progress" in studies

    def check_portal(self, email: str) -> None:
        """A customer logs in and finds what they bought, a question and a solution that wait for them, and nothing hidden."""
        assert portal.login() == email
        with factory.as_user(email):
            party, closed = access.look_in()
            assert not closed
            rows = listing.complaints(party, "open", 1)["rows"]
            assert [row["waits"] for row in rows[:2]] in (
                [["question"], ["solution"]],
                [["solution"], ["question"]],
            )
            told = {tuple(row["waits"]): case.how_it_stands(party, row["name"]) for row in rows}
            assert "photo of the label" in told["question",]["question"]
            assert told["solution",]["solution"]["waits"]
            assert told["solution",]["messages"], "what was written before is there as well"
            assert new_complaint.find_lines(party, "", 0)["rows"]

    def check_mails(self, complaints: list[str]) -> None:
        """Whoever wrote by mail has an answer that belongs to the mail, and none of it was sent anywhere."""
        mails = frappe.get_all(
            "Communication",
            {"reference_doctype": "Complaint", "reference_name": ("in", complaints)},
            ["name", "sent_or_received", "in_reply_to", "reference_name"],
            order_by="name asc",
        )
        first = {mail.reference_name: mail.name for mail in mails if not mail.in_reply_to}
        assert first
        assert all(mail.sent_or_received == "Received" for mail in mails if not mail.in_reply_to)
        assert {mail.in_reply_to for mail in mails if mail.sent_or_received == "Sent"} & set(first.values())
        assert not frappe.db.count("Email Queue", {"reference_name": ("in", complaints)})

    def check_records(self, complaints: list[str]) -> None:
        rows = frappe.get_all(
            "Complaint",
            {"name": ("in", complaints)},
            ["name", "received_at", "creation", "owner", "stage", "sop"],
            order_by="name asc",
        )
        year = now_datetime() - timedelta(days=SMALL.days + 1)
        assert all(year < row.received_at <= row.creation for row in rows)
        assert all(row.owner.endswith("@harbour-demo.example") and row.sop for row in rows)
        for name in complaints:
            log = frappe.get_doc("Complaint", name).stage_log
            moments = [row.entered_at for row in log]
            assert moments == sorted(moments)

    def check_that_a_record_of_somebody_else_keeps_it(self) -> None:
        """Made and refused within a savepoint: what comes after sees the demo alone."""
        frappe.db.savepoint("somebody_else")
        standing = counts()
        customer = registry.names("Customer")[0]
        own = factory.make("Address", address_title="Own", address_line1="1", city="X", country="Germany")
        own.append("links", {"link_doctype": "Customer", "link_name": customer})
        own.save()
        frappe.get_doc(
            {"doctype": "Complaint", "subject": "Own", "company": factory.company(), "customer": customer}
        ).insert()
        with pytest.raises(frappe.LinkExistsError, match=customer):
            company.remove()
        assert demo_state.state_of_demo() == demo_state.FINISHED
        frappe.db.rollback(save_point="somebody_else")
        assert counts() == standing

    def test_an_interrupted_demo_can_be_taken_back(self, empty_site, monkeypatch):
        before = counts()

        def stop(*_args):
            raise KeyboardInterrupt

        monkeypatch.setattr(company, "live", stop)
        with pytest.raises(KeyboardInterrupt):
            made(size=SMALLEST)
        assert registry.names("Sales Invoice")
        assert demo_state.state_of_demo() == "broken"
        with pytest.raises(frappe.ValidationError, match="interrupted"):
            made()
        company.remove()
        assert counts() == before


def test_it_refuses_a_site_with_complaints(empty_site):
    frappe.get_doc(
        {"doctype": "Complaint", "subject": "Real", "company": factory.company(), "complainant_name": "A"}
    ).insert()
    with pytest.raises(frappe.ValidationError, match="complaints of its own"):
        company.make(PASSWORD, size=SMALL, tell=lambda _text: None)
    assert not demo_state.state_of_demo()


def test_inside_a_moment_the_site_lives_then():
    then = now_datetime().replace(year=2024, month=2, day=6, hour=11, minute=0, second=0)
    with at(then):
        note = factory.make("ToDo", description="dated")
        assert abs((now_datetime() - then).total_seconds()) < 60
    assert str(frappe.db.get_value("ToDo", note.name, "creation"))[:10] == "2024-02-06"
    assert now_datetime().year > 2024


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2024-02-06 10:00", 2, "2024-02-06 12:00"),  # a Tuesday
        ("2024-02-06 16:00", 2, "2024-02-07 10:00"),
        ("2024-02-09 16:30", 1, "2024-02-12 09:30"),  # over a weekend
        ("2024-02-10 13:00", 1, "2024-02-12 10:00"),
        ("2024-02-06 09:00", 16, "2024-02-07 17:00"),
    ],
)
def test_office_time(start, hours, end):
    moment = frappe.utils.get_datetime(start)
    assert str(working(moment, hours))[:16] == end
    assert into_office(working(moment, hours)).weekday() < 5
