"""What is planted into four years of a company is found, or not, as it should be, and soon: the table in docs/signals_on_a_site.md."""

from __future__ import annotations

from datetime import timedelta

import frappe
import numpy as np

from complaint_qms.services import writing
from complaint_qms.services.signals import run
from tests.desk import factory
from tests.desk.scanned import MONDAY, new_world, weeks

SPAN = 230
BATCH_WEEKS = 6
UNITS = 120.0
LOT, REGION, LASTING, FIRST, SECOND = 186, 196, 204, 178, 212
"""Weeks from which on the bad lot is complained about, the region and the lasting rise begin, and both outbreaks."""
MOST_WEEKS = {"lot": 4, "region": 2, "lasting": 8, "first": 2, "second": 4}
SEASON = range(24, 37)
NAMES = ("item_code", "batch_no", "territory", "complaint_type")


class Planted:
    def __init__(self, seed: int) -> None:
        self.world = new_world()
        self.rng = np.random.default_rng(seed)
        self.places = [
            one.name for one in frappe.get_all("Territory", {"is_group": 0}, order_by="name asc", limit=4)
        ]
        while len(self.places) < 4:
            self.places.append(self._place())
        self.bad, self.lasting, self.twice, self.seasonal = self.world.goods
        self.lots = {
            item: [factory.batch(item).name for _ in range(0, SPAN, BATCH_WEEKS)]
            for item in (self.bad, self.twice)
        }
        self.bad_lot = self.lots[self.bad][(LOT - 4) // BATCH_WEEKS]
        self.rows: list[dict] = []

    def _place(self) -> str:
        root = frappe.db.get_value("Territory", {"parent_territory": ("in", ["", None])})
        name = f"P-{frappe.generate_hash(length=6)}"
        return (
            frappe.get_doc({"doctype": "Territory", "territory_name": name, "parent_territory": root})
            .insert()
            .name
        )

    def put_in(self) -> None:
        for week in range(SPAN):
            for item in self.world.goods:
                usual = 3.0 * (3 if item == self.seasonal and week % 52 in SEASON else 1)
                self._told(week, item, self.rng.poisson(usual))
            if LOT <= week < LOT + 12:
                self._told(week, self.bad, self.rng.poisson(5), lot=self.bad_lot)
            if REGION <= week < REGION + 8:
                for _ in range(self.rng.poisson(12)):
                    self._told(week, self.world.goods[int(self.rng.integers(4))], 1, place=self.places[1])
            if week >= LASTING:
                self._told(week, self.lasting, self.rng.poisson(5), kind=self.world.kinds[1])
            if week in (*range(FIRST, FIRST + 3), *range(SECOND, SECOND + 3)):
                self._told(week, self.twice, self.rng.poisson(9), kind=self.world.kinds[0])
        now = frappe.utils.now_datetime()
        writing.insert_rows("Complaint", self.rows, now, "Administrator", "test")
        self._deliver(now)

    def _told(self, week: int, item: str, count: int, lot: str = "", place: str = "", kind: str = "") -> None:
        for _ in range(int(count)):
            at = MONDAY + timedelta(weeks=week, days=int(self.rng.integers(7)))
            if not lot and item in self.lots:  # of a batch of the half year before
                named = self.lots[item][max(0, week - int(self.rng.integers(26))) // BATCH_WEEKS]
            else:
                named = lot or None
            self.rows.append(
                {
                    "subject": "x", "company": self.world.company, "customer": self.world.customer, "stage": "closed",
                    "received_at": f"{at} {int(self.rng.integers(24)):02d}:{int(self.rng.integers(60)):02d}:00", "item_code": item,
                    "batch_no": named, "territory": place or self.places[int(self.rng.integers(4))],
                    "complaint_type": kind or self.world.kinds[int(self.rng.integers(3))],
                }
            )  # fmt: skip

    def _deliver(self, now) -> None:
        heads, lines = [], []
        for week in range(-52, SPAN):
            for item in self.world.goods:
                for place in self.places:
                    heads.append(
                        {
                            "company": self.world.company, "customer": self.world.customer, "territory": place, "docstatus": 1,
                            "posting_date": MONDAY + timedelta(weeks=week),
                        }
                    )  # fmt: skip
                    lot = self.lots[item][week // BATCH_WEEKS] if item in self.lots and week >= 0 else None
                    lines.append({"item_code": item, "batch_no": lot, "stock_qty": UNITS / len(self.places)})
        names = writing.insert_rows("Delivery Note", heads, now, "Administrator", "test")
        for parent, line in zip(names, lines, strict=True):
            line |= {"parent": parent, "parenttype": "Delivery Note", "parentfield": "items", "docstatus": 1}
        writing.insert_rows("Delivery Note Item", lines, now, "Administrator", "test")

    def rises(self, week: int) -> list[dict]:
        """What a scan finds as of the Sunday that ends a week, and has not ended."""
        scan = frappe.new_doc("Signal Scan")
        scan.update({"company": self.world.company, "as_of": weeks(week + 1)})
        found = run.find_rises(scan)
        return [facts.values for facts in found.facts if facts.is_rise and not facts.is_over]


def test_what_is_planted_is_found_in_time_and_a_season_is_not():
    planted = Planted(7)
    planted.put_in()
    about = {
        "lot": {"batch_no": planted.bad_lot},
        "region": {"territory": planted.places[1]},
        "lasting": {"item_code": planted.lasting},
        "first": {"item_code": planted.twice},
        "second": {"item_code": planted.twice},
    }
    begin = {"lot": LOT, "region": REGION, "lasting": LASTING, "first": FIRST, "second": SECOND}
    for what, latest in MOST_WEEKS.items():
        found = planted.rises(begin[what] + latest - 1)
        told = [{name: values[name] for name in NAMES if values[name]} for values in found]
        assert any(about[what].items() <= values.items() for values in told), (what, told)
        if what != "second":  # what comes back is told with its first time
            since = [values["since"] for values in found if about[what].items() <= values.items()]
            assert min(since) >= MONDAY + timedelta(weeks=begin[what] - 2), what
    # The fourth season of an item that always has one is no rise, neither as it begins nor at its height.
    for week in (3 * 52 + SEASON.start, 3 * 52 + SEASON.start + 8):
        assert planted.seasonal not in {values["item_code"] for values in planted.rises(week)}, week
