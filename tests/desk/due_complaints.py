"""Complaints whose clocks are due, and what was told of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from tests.desk import factory

NOW = datetime(2024, 7, 2, 12, 0)
HOUR = timedelta(hours=1)
CLOCKS = ("response", "stage", "resolution")


def nothing_else_is_due() -> None:
    """Complaints that are on the site already stay out of the count."""
    complaint = frappe.qb.DocType("Complaint")
    frappe.qb.update(complaint).set(complaint.next_check_at, None).where(complaint.next_check_at <= NOW).run()


def complaint(owner: str | None = None, **values: object) -> str:
    """A complaint in the database, past its controller. `stage=(warn, due, status)` and so on set the clocks."""
    doc = frappe.new_doc("Complaint")
    doc.name = factory.unique("CMP")
    doc.update({"subject": "Cracked <housing>", "company": factory.company(), "stage": "triage"})
    doc.complaint_owner = owner
    steps = []
    for clock in CLOCKS:
        warn, due, status = values.pop(clock, (None, None, ""))
        doc.update({f"{clock}_warn_at": warn, f"{clock}_due": due, f"{clock}_status": status})
        steps += [m for m, at in ((warn, "on_track"), (due, "at_risk")) if m and status in ("on_track", at)]
    doc.sla_status = "on_track"
    doc.next_check_at = min(steps, default=None)
    doc.update(values)
    doc.db_insert()
    return doc.name


def told(name: str, channel: str = "desk") -> list[tuple[str, str]]:
    """Who was told what of a complaint."""
    rows = frappe.get_all(
        "QMS Message",
        {"reference_doctype": "Complaint", "reference_name": name, "channel": channel},
        ["to_user", "kind"],
        order_by="to_user, kind",
    )
    return [(row.to_user, row.kind) for row in rows]


def person(*roles: str) -> str:
    return factory.user(*roles or ("Complaint Agent",), email=f"{frappe.generate_hash(length=8)}@qms.example")
