"""Long reads are asked of the replica where the site has one: every report, chart and card of the app, and none of them writes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import frappe
import pytest
from frappe.desk import query_report

from complaint_qms.api import figures as behind
from complaint_qms.services.reporting import figures

FOLDER = "complaint_qms.complaint_qms"
CHARTS = ("complaint_clock_status", "complaints_by_type", "complaints_received", "open_complaints_by_stage")
NEEDED = {"Batch Genealogy": {"batch": "none"}, "Common Factors": {"company": "none"}}
"""Reports that ask for something to begin with: they refuse it in words."""


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A second connection to the same server, which refuses every write; gives the connections that were asked as a replica."""
    asked: list[int] = []
    connect = frappe.connect_replica

    def read_only_replica() -> bool:
        switched = connect()
        if switched:
            asked.append(frappe.db.sql("select connection_id()")[0][0])
            frappe.db.rollback()
            frappe.db.sql("set session transaction read only")
        return switched

    conf = frappe.local.conf
    with monkeypatch.context() as patch:
        patch.setattr(frappe, "connect_replica", read_only_replica)
        patch.setitem(conf, "read_from_replica", 1)
        patch.setitem(conf, "replica_host", conf.db_host or "127.0.0.1")
        patch.setitem(conf, "replica_db_port", conf.db_port)
        primary = frappe.local.db
        yield asked
        frappe.local.db = primary
        _forget()


def _forget() -> None:
    """As at the begin of the next request."""
    for name in ("replica_db", "primary_db"):
        if hasattr(frappe.local, name):
            delattr(frappe.local, name)


def _connection(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """The connections that a figure is asked of."""
    asked: list[int] = []
    whole: Callable = getattr(figures, name)

    def noted(*given: object, **named: object) -> object:
        asked.append(frappe.db.sql("select connection_id()")[0][0])
        return whole(*given, **named)

    monkeypatch.setattr(figures, name, noted)
    return asked


@pytest.mark.parametrize("name", CHARTS)
def test_charts(name: str, replica: list[int]) -> None:
    primary = frappe.db
    frappe.get_attr(f"{FOLDER}.dashboard_chart_source.{name}.{name}.get")(filters="{}")
    assert len(replica) == 1
    assert frappe.db is primary


def test_the_card_and_what_lies_behind_a_mark(replica: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _connection(monkeypatch, "severe_open")
    frappe.get_attr(f"{FOLDER}.number_card.severe_open_complaints.severe_open_complaints.get")()
    assert asked == replica
    _forget()
    behind.behind("Complaints Received", 0)
    assert len(replica) == 2


def test_every_report_reads_and_writes_nothing(replica: list[int]) -> None:
    names = frappe.get_all(
        "Report", {"module": "Complaint QMS", "is_standard": "Yes"}, pluck="name", order_by="name"
    )
    assert len(names) >= 17
    for at, name in enumerate(names, 1):
        try:
            query_report.run(name, filters=NEEDED.get(name, {}))
        except frappe.ValidationError:
            assert name in NEEDED
        assert len(replica) == at, name
        _forget()


def test_without_one_the_site_itself_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _connection(monkeypatch, "severe_open")
    frappe.get_attr(f"{FOLDER}.number_card.severe_open_complaints.severe_open_complaints.get")()
    assert asked == [frappe.db.sql("select connection_id()")[0][0]]
