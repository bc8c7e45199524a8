"""Puts the demo company onto a site, and takes it off again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import frappe
from frappe import _
from frappe.utils import global_search, now_datetime

from complaint_qms.demo import corrective, portal, registry, signals
from complaint_qms.demo.cases import Office, live
from complaint_qms.demo.floor import bill_operations, make_floor
from complaint_qms.demo.market import make_market
from complaint_qms.demo.people import make_people
from complaint_qms.demo.planning import plan_cases
from complaint_qms.demo.supply import Shop, ensure_years, run_year
from complaint_qms.demo.time_travel import at
from complaint_qms.engine.sla import clock
from complaint_qms.message_log import messages_withheld
from complaint_qms.services.notify.outbox import OUTBOX, QUEUED
from complaint_qms.services.onboarding import demo_state
from complaint_qms.services.record.site_time import aware, site_zone
from complaint_qms.services.sop import escalation, plan, procedure

SEED = 20482


@dataclass(frozen=True)
class Size:
    """How much is made: complaints, purchase rounds, deliveries, days back."""

    complaints: int = 160
    receipts: int = 6
    deliveries: int = 36
    days: int = 365


FULL = Size()


@dataclass
class Made:
    """What the demo put onto the site; `made` is False when it was there already."""

    made: bool
    users: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def make(
    password: str, *, size: Size = FULL, force: bool = False, tell: Callable[[str], None] = print
) -> Made:
    """Make the demo company on this site; a second call changes nothing.

    Raises:
        frappe.ValidationError: the site has work of its own and `force` is not set, an earlier demo was interrupted, or
            the site has no company yet.
    """
    if demo_state.state_of_demo() == demo_state.FINISHED:
        return Made(False)
    demo_state.check_empty(force=force)
    company = frappe.defaults.get_global_default("company") or frappe.db.get_value(
        "Company", {}, "name", order_by="creation asc"
    )
    if not company:
        frappe.throw(_("Complete ERPNext's setup wizard first: the demo needs a company."))
    muted, frappe.flags.mute_emails = frappe.flags.mute_emails, True
    try:
        with messages_withheld():
            return _make(company, password, size, tell)
    finally:
        frappe.flags.mute_emails = muted


def nearly_due(company: str, end: datetime) -> list[datetime]:
    """Moments of receipt for which the first response is at risk at `end` but not overdue, by the site's own SOP."""
    doc = frappe.new_doc("Complaint")
    doc.company, doc.is_migrated = company, 0
    doc.sop = procedure.choose_sop(doc)
    rules = plan.plan_of(doc)
    if not rules or not rules.response or not rules.response.warn:
        return []
    zone, budget, found = site_zone(), rules.response.budget, []
    shares = [rules.response.warn + (1 - rules.response.warn) * part for part in (0.2, 0.45, 0.7)]
    moment = end
    while shares and moment > end - timedelta(days=14):
        moment -= timedelta(minutes=5)
        used = clock.used(aware(moment, zone), aware(end, zone), rules.calendar)
        while shares and used >= budget * shares[0]:
            found.append(moment)
            shares.pop(0)
    return found


def remove(*, force: bool = False) -> dict[str, int]:
    """Take the demo back; number of records by DocType, empty when there was none.

    Raises:
        frappe.LinkExistsError: a record of somebody else leans on it; `force` removes the demo all the same.
    """
    if not demo_state.state_of_demo():
        return {}
    global_search.sync_global_search()
    before = registry.settings_before()
    gone = registry.remove(force)
    portal.close_again(before)
    frappe.db.commit()
    return gone


def _make(company: str, password: str, size: Size, tell: Callable[[str], None]) -> Made:
    end = now_datetime().replace(microsecond=0)
    start = (end - timedelta(days=size.days)).replace(hour=9, minute=0, second=0)
    random = Random(SEED)
    registry.begin()
    frappe.db.commit()
    tell(_("people, customers, items"))
    with registry.recording() as recorder:
        with at(start - timedelta(days=10)):
            ensure_years(start - timedelta(days=10), end)
            users = make_people(company, password)
            floor = make_floor(company, users)
            make_market(company, bill_operations())
            users["customer"] = portal.make_login(password)
            portal.open_portal()
        recorder.commit()
        tell(_("purchases, production, deliveries, invoices"))
        shop = Shop(company, random, floor)
        run_year(shop, start, end - timedelta(days=4), size.receipts, size.deliveries, recorder.commit)
        office = Office(company, users, random, end)
        plans = plan_cases(
            shop, random, start + timedelta(days=12), end, size.complaints, nearly_due(company, end)
        )
        for number, plan in enumerate(plans, 1):
            live(office, plan)
            recorder.commit()
            if number % 20 == 0:
                tell(_("{0} of {1} complaints").format(number, len(plans)))
        office.counts["effectiveness computed"] = corrective.judge_effectiveness(users, end)
        office.counts["signals"] = signals.search(company, users["quality"], end, recorder.commit)
    _let_clocks_run(end)
    registry.finish()
    frappe.db.commit()
    global_search.sync_global_search()
    return Made(
        True,
        users,
        office.counts
        | {"complaints": len(plans) + office.counts.get("repeated", 0), "deliveries": len(shop.sales)},
    )


def _let_clocks_run(end: datetime) -> None:
    """One sweep, so that what is overdue stands as overdue; its messages stay in the desk and are not mailed."""
    escalation.sweep(end)
    outbox = frappe.qb.DocType(OUTBOX)
    complaints = registry.names("Complaint")
    frappe.qb.from_(outbox).delete().where(
        (outbox.state == QUEUED) & outbox.reference_name.isin(complaints or [""])
    ).run()
