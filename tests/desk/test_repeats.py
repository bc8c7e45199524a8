"""Repeats are counted by stretches of days in the database: against every pair of complaints looked at one by one."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import frappe
import pytest

from complaint_qms.services.analysis.repeats import RepeatComplaints
from tests.desk import factory
from tests.desk.report_rows import bare_company, bare_row


@pytest.mark.parametrize("period", [{}, {"from_date": "2025-02-10", "to_date": "2025-04-20"}])
def test_as_if_every_pair_were_looked_at(period: dict[str, str]) -> None:
    company, kind = (
        bare_company(),
        frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", limit=1)[0],
    )
    items, customer = [factory.item().name for _ in "ab"], factory.customer().name
    draw, first = random.Random(7), datetime(2025, 1, 1)
    made = []
    for _number in range(60):
        received = first + timedelta(hours=draw.randrange(24 * 150))
        closed = received + timedelta(hours=draw.randrange(24 * 40)) if draw.random() < 0.6 else None
        item = draw.choice(items)
        told = {
            "company": company,
            "customer": customer,
            "item_code": item,
            "complaint_type": kind,
            "subject": "Broken",
        }
        stage = "closed" if closed else "triage"
        name = bare_row("Complaint", **told, stage=stage, received_at=received, closed_at=closed)
        made.append((name, item, received, closed))
    begin = datetime.fromisoformat(period["from_date"]) if period else datetime.min
    end = datetime.fromisoformat(period["to_date"]) + timedelta(days=1) if period else datetime.max
    for days in (1, 7, 30, 400):
        wanted = {}
        for name, item, received, _closed in made:
            before = [
                (closed, other)
                for other, same, _at, closed in made
                if same == item and closed and closed < received
            ]
            if begin <= received < end and before and max(before)[0] >= received - timedelta(days=days):
                wanted[name] = max(before)[0]
        asked = {"company": company, "days": str(days), "by": "item", **period}
        assert sum(row["repeats"] for row in RepeatComplaints(asked).rows()) == len(wanted) > 0
        listed = RepeatComplaints({**asked, "show": "list"}).listed()
        assert {row.name: row.earlier_closed for row in listed} == wanted
