"""Places and customers are judged by the units delivered to them, by time where none are known, and a signal says by which."""

from __future__ import annotations

import frappe

from complaint_qms.constants.signals import BY_ALL_UNITS, BY_TIME, BY_UNITS
from complaint_qms.services import writing
from complaint_qms.services.signals import run
from tests.desk.scanned import complaints, deliveries, new_world, weeks

SPAN = 100
ONLY = {f"by_{kind}": 0 for kind in ("item", "item_type", "batch", "type", "supplier")}


def places() -> list[str]:
    root = frappe.db.get_value("Territory", {"parent_territory": ("in", ["", None])})
    return [
        frappe.get_doc({"doctype": "Territory", "territory_name": f"T-{at}-{frappe.generate_hash(length=6)}", "parent_territory": root}).insert().name
        for at in range(4)
    ]  # fmt: skip


def told(world: frappe._dict, kind: str, field: str) -> dict[str, str]:
    scan = frappe.new_doc("Signal Scan")
    scan.update({"company": world.company, "as_of": weeks(SPAN), **ONLY, "by_region": 0, f"by_{kind}": 1})
    found = run.find_rises(scan)
    rises = (facts.values for facts in found.facts if facts.is_rise and not facts.is_over)
    return {values[field]: values["held_against"] for values in rises if values[field]}


def test_a_territory_that_buys_more_has_no_signal_and_one_that_complains_more_has():
    world = new_world()
    grows, rises, calm, unknown = places()
    later = {rises: 92, unknown: 96}
    sold, rows, where = [], [], []
    for week in range(-60, SPAN):
        for place in (grows, rises, calm):
            sold.append(
                (week, world.goods[week % 4], place, 100.0 * (6 if place == grows and week >= 40 else 1))
            )
    for week in range(SPAN):
        for place in (grows, rises, calm, unknown):
            # Units of a year draw complaints: what is sold six times as often from week 40 on draws up to six times as many.
            usual = 2 + (max(0, min(week - 40, 52)) * 10) // 52 if place == grows else 2
            more = 7 if week >= later.get(place, SPAN) else 0
            rows += [
                (week, world.goods[at % 4], None, world.kinds[at % 3])
                for at in range(week, week + usual + more)
            ]
            where += [place] * (usual + more)
    deliveries(sold, world)
    names = complaints(rows, world)
    for place in set(where):
        mine = [name for name, one in zip(names, where, strict=True) if one == place]
        writing.set_where("Complaint", mine, {"territory": place}, "test")
    assert told(world, "region", "territory") == {rises: BY_UNITS, unknown: BY_TIME}
    # All units are what complaints by one way of telling are held against: they rose less than those that came by it.
    channel = frappe.get_all("Complaint Channel", pluck="name", order_by="name asc", limit=1)[0]
    late = [name for name, (week, *_rest) in zip(names, rows, strict=True) if week >= 94]
    writing.set_where("Complaint", [*names[:400:4], *late], {"channel": channel}, "test")
    assert told(world, "channel", "channel").get(channel) in (BY_ALL_UNITS, BY_TIME)
    customer = told(world, "customer", "customer")
    assert set(customer) <= {world.customer}
