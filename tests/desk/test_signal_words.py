"""A signal says what was not counted and why, what its complaints share, what is known of deliveries; words, chart and limit say the same."""

from __future__ import annotations

import json
from types import SimpleNamespace

import frappe
import numpy as np
import pytest

from complaint_qms.constants.signals import BY_TIME, BY_TIME_APART, BY_TIME_OTHER_KIND
from complaint_qms.services import writing
from complaint_qms.services.signals import run
from complaint_qms.services.signals.remarks import shared_by_most
from complaint_qms.services.signals.storing import cases_of
from tests.desk import factory
from tests.desk.scanned import complaints, deliveries, history, new_world, scan, signals, weeks

KINDS = ("all", "item", "item_type", "batch", "type", "supplier", "region")


@pytest.fixture
def world():
    return new_world()


def only(*kinds: str) -> dict[str, int]:
    return {f"by_{kind}": int(kind in kinds) for kind in KINDS}


def shown_of(name: str) -> dict:
    doc = frappe.get_doc("Complaint Signal", name)
    doc.run_method("onload")
    return doc.get("__onload").shown


def test_what_is_not_counted_is_said_with_the_reason(world):
    item, kind = world.goods[0], world.kinds[0]
    # History, an outbreak that is over, a rise, and complaints that count nowhere.
    outbreak = [(22, item, None, kind) for _ in range(14)]
    rise = [(40 + at // 10, item, None, kind) for at in range(20)]
    complaints(history(world.goods, world.kinds) + outbreak + rise, world)
    away = complaints([(41, item, None, kind)] * 3 + [(12, item, None, kind)] * 2, world)
    for name, stage in zip(away, ("duplicate", "duplicate", "void", "rejected", "rejected"), strict=True):
        writing.set_where("Complaint", [name], {"stage": stage}, "test")
    scan(world.company, weeks(42), **only("item_type"))
    (one,) = signals(world.company)
    words = shown_of(one.name)["words"]
    assert "(of these weeks): duplicates 2, void 1, rejected 0." in words
    assert "Of the weeks that tell what is usual: duplicates 0, void 0, rejected 2." in words
    signal = frappe.get_doc("Complaint Signal", one.name)
    numbers = json.loads(signal.parameters)
    assert numbers["left_out_periods"] >= 1
    assert numbers["left_out_count"] >= 14
    assert "Earlier rises are left out of what is expected (weeks: " in words
    assert not set(cases_of(one.name)) & set(away)
    # Whoever may not see those does not see how many they are.
    hidden = factory.customer().name
    writing.set_where("Complaint", away, {"customer": hidden}, "test")
    again = scan(world.company, weeks(42), **only("item_type"))
    assert again.followed_signals == 1
    held = frappe.get_all("Signal Complaint", {"parent": one.name, "contributes": 0}, pluck="complaint")
    assert set(held) & set(away)


def test_a_rise_of_all_complaints_says_that_no_part_explains_it(world):
    rows = history(world.goods, world.kinds)
    rows += [
        (week, item, None, world.kinds[at % 3])
        for week in (40, 41)
        for at, item in enumerate(world.goods * 3)
    ]
    complaints(rows, world)
    done = scan(world.company, weeks(42), **only("all", "item", "type"))
    (signal,) = [
        frappe.get_doc("Complaint Signal", one.name)
        for one in signals(world.company)
        if not (one.item_code or one.complaint_type or one.batch_no)
    ]
    assert signal.title == world.company
    assert "no part of them explains the rise" in shown_of(signal.name)["words"]
    assert json.loads(done.result)["findings"][0]["title"]


def test_what_most_complaints_share_is_named():
    complaints_read = SimpleNamespace(labels={"batch": ["B-1", "B-2"], "customer": ["Miller"]})
    traits = [SimpleNamespace(kind="customer", code=0, count=7), SimpleNamespace(kind="batch", code=1, count=9)]  # fmt: skip
    finding = SimpleNamespace(traits=traits, complaints=np.arange(12))
    told = [message.render() for message in shared_by_most(finding, (("item", 0),), complaints_read)]
    assert told == ["Common to 9 of the 12 complaints: Batch B-2.", "Common to 7 of the 12 complaints: Customer Miller."]  # fmt: skip
    none = shared_by_most(SimpleNamespace(traits=[], complaints=np.arange(3)), (("batch", 0),), complaints_read)  # fmt: skip
    assert none == []


def held_against(world: frappe._dict, field: str, *kinds: str) -> dict[str, tuple[str, str]]:
    doc = frappe.new_doc("Signal Scan")
    doc.update({"company": world.company, "as_of": weeks(42), **only(*kinds)})
    found = {}
    for facts in run.find_rises(doc).facts:
        values = facts.values
        said = " ".join(template for template, _values in json.loads(values["words"]))
        found[values[field]] = (values["held_against"], said)
    return found


def test_time_alone_says_what_is_known_of_deliveries():
    long_ago, by_another, unknown = new_world(), new_world(), new_world()
    for world in (long_ago, by_another, unknown):
        rise = [(40 + at // 8, world.goods[0], None, world.kinds[at % 3]) for at in range(16)]
        complaints(history(world.goods, world.kinds) + rise, world)
    deliveries([(week, long_ago.goods[0], None, 40.0) for week in range(-160, -150)], long_ago)
    stranger = frappe._dict(by_another, company=factory.other_company())
    deliveries([(week, by_another.goods[0], None, 40.0) for week in range(44)], stranger)
    told, said = held_against(long_ago, "item_code", "item")[long_ago.goods[0]]
    assert told == BY_TIME_APART
    assert "all of them a year or more before the first week" in said
    for world in (by_another, unknown):
        assert held_against(world, "item_code", "item")[world.goods[0]][0] == BY_TIME
    # What nothing is delivered by has no deliveries that could be known.
    again = new_world()
    more = [(40 + at // 8, item, None, again.kinds[0]) for item in again.goods for at in range(16)]
    complaints(history(again.goods, again.kinds) + more, again)
    by_type = held_against(again, "complaint_type", "type")
    assert by_type[again.kinds[0]][0] == BY_TIME_OTHER_KIND
    label = frappe.get_meta("Complaint Signal").get_field("held_against").options
    assert {BY_TIME_APART, BY_TIME_OTHER_KIND} <= set(label.split("\n"))


def test_words_chart_and_limit_of_a_launch_are_one_reading(world):
    item, rows = world.goods[0], []
    lots = [factory.batch(item).name for _ in range(9)]
    for at, lot in enumerate(lots[:8]):
        rows += [(4 * at + age, item, lot, world.kinds[age % 3]) for age in range(9) if age % 2 == 0]
    rows += [(36 + at // 5, item, lots[8], world.kinds[at % 3]) for at in range(25)]
    complaints(history(world.goods[1:], world.kinds) + rows, world)
    scan(world.company, weeks(41), **only("batch"))
    (one,) = [row for row in signals(world.company) if row.batch_no == lots[8]]
    signal = frappe.get_doc("Complaint Signal", one.name)
    assert signal.method == "maxsprt"
    numbers, shown = json.loads(signal.parameters), shown_of(one.name)
    chart = shown["chart"]
    (at,) = chart["marked"]
    assert chart["added_up"]
    assert chart["labels"][at] == signal.strongest_week
    assert chart["observed"][at] == numbers["observed"]
    assert chart["expected"][at] == pytest.approx(numbers["expected"], abs=1e-3)
    assert chart["limit"][at] == signal.week_limit <= numbers["observed"]
    assert chart["observed"] == sorted(chart["observed"])
    # The likelihood ratio of the words, by hand: Kulldorff et al. 2011, divided by how uneven siblings are.
    came, mean = numbers["observed"], numbers["expected"]
    ratio = (came * np.log(came / mean) - (came - mean)) / max(numbers["dispersion"] or 1, 1)
    assert numbers["statistic"] == pytest.approx(ratio, rel=1e-6)
    assert numbers["critical"] <= ratio
    assert f"the alarm starts at {signal.week_limit:g}" in shown["words"]
    # By chance: what all looks together come to, and over all series.
    assert float(signal.p_value) == pytest.approx(numbers["p"], rel=0.01)
    assert float(signal.p_corrected) == pytest.approx(min(1, numbers["p"] * signal.series_watched), rel=0.01)
