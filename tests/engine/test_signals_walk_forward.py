"""A walk over the past finds at each step what a scan of that day found, and follows it as one rise."""

import numpy as np
import pytest

from complaint_qms.engine.signals.findings import find_findings
from complaint_qms.engine.signals.kind_scan import History, Wanted, scan_kind
from complaint_qms.engine.signals.outbreaks import join_rises
from complaint_qms.engine.signals.quiet_alarms import QuietAlarms, QuietBase, of_all_series, quiet_alarms
from complaint_qms.engine.signals.types import Settings
from complaint_qms.engine.signals.walk_forward import Cases, Walk, WatchedThen, walk_forward
from complaint_qms.engine.signals.weekly import Deliveries

START, WEEKS = np.datetime64("2022-01-03"), 150
KINDS = ("all", "item", "batch", "type", "region")
WANTED = Wanted(3, 1000, Settings())


def complaints():
    """(week, item, batch, type, region): quiet, a bad batch in weeks 90 to 96, a lasting rise of one type on an item from week 120 on."""
    rng = np.random.default_rng(8)
    rows = []
    for week in range(WEEKS):
        for item in range(5):
            for _ in range(rng.poisson(1.5)):
                rows.append((week, item, item * 10 + week // 16, int(rng.integers(4)), int(rng.integers(3))))
        if 90 <= week < 97:
            rows += [(week, 2, 25, int(rng.integers(4)), int(rng.integers(3))) for _ in range(6)]
        if week >= 120:
            rows += [(week, 4, -1, 3, int(rng.integers(3))) for _ in range(4)]
    return np.array(rows)


def history(rows, delivered: bool, until=None):
    day = START + 7 * rows[:, 0] + np.arange(len(rows)) % 5
    order = np.argsort(day, kind="stable")
    rows, day = rows[order], day[order].astype("datetime64[s]")
    sizes = {"item": 5, "batch": 60, "type": 4, "region": 3}
    codes = {kind: rows[:, at] for at, kind in enumerate(sizes, 1)}
    none = np.empty(0)
    sent = Deliveries(none.astype(int), none.astype(int), none.astype("datetime64[D]"), none)
    if delivered:
        made = [
            (item, item * 10 + week // 16, START + 7 * week) for week in range(WEEKS) for item in range(5)
        ]
        item, batch, when = (np.array(column) for column in zip(*made, strict=True))
        sent = Deliveries(item, batch, when, np.full(len(item), 50.0))
    end = START + 7 * WEEKS - 1
    if until is not None:
        end = START + 7 * until + 6
        seen, out = day.astype("datetime64[D]") <= end, sent.day <= end
        day, codes = day[seen], {kind: column[seen] for kind, column in codes.items()}
        sent = Deliveries(sent.item[out], sent.batch[out], sent.day[out], sent.units[out])
    return History(day, codes, sizes, START, end, sent), {
        kind: [f"{kind} {at}" for at in range(size)] for kind, size in sizes.items()
    }


def plain(finding):
    return (
        finding.parts, finding.change, finding.trend, finding.first, finding.last, finding.observed,
        round(finding.expected, 6), f"{finding.p:.6g}", finding.complaints.tolist(), [word.render(str) for word in finding.words],
    )  # fmt: skip


@pytest.mark.parametrize("delivered", [True, False])
def test_each_step_is_the_scan_of_its_day(delivered):
    rows = complaints()
    past, labels = history(rows, delivered)
    kinds = [one for one in (scan_kind(kind, past, WANTED) for kind in KINDS) if one]
    then = [WatchedThen.of(one, WANTED.least) for one in kinds]
    cases = Cases(past.received, past.codes, labels, np.ones(len(past.received)), KINDS)
    for week in (30, 80, 92, 101, 125, WEEKS - 1):
        walked = walk_forward(then, cases, Walk([week], 13))
        cut, _labels = history(rows, delivered, week)
        scans = [one.watched for one in (scan_kind(kind, cut, WANTED) for kind in KINDS) if one]
        assert sum(len(scan.signals) for scan in scans) == sum(len(one.until(week).signals) for one in then)
        found = find_findings(scans, cut.codes, cut.received, labels)
        assert [plain(one) for one in walked.findings] == [plain(one) for one in found], week
        assert len(found) >= (week >= 92)


def test_a_rise_is_told_once_and_followed():
    past, labels = history(complaints(), True)
    then = [
        WatchedThen.of(one, WANTED.least) for one in (scan_kind(kind, past, WANTED) for kind in KINDS) if one
    ]
    cases = Cases(past.received, past.codes, labels, np.ones(len(past.received)), KINDS)
    told = []
    weekly = walk_forward(then, cases, Walk(range(60, WEEKS), 13), tell=told.append)
    lot, lasting = sorted(
        (one for one in weekly.rises if one.parts and one.now.observed > 30), key=lambda one: one.told
    )
    assert dict(lot.parts)["item"] == 2
    assert (lot.then.trend != "ended", lot.now.trend) == (True, "ended")
    assert 90 <= lot.told <= 92
    assert lot.then.observed < lot.now.observed
    assert lasting.parts == (("item", 4), ("type", 3))
    assert 120 <= lasting.told <= 127
    assert lasting.now.ongoing
    assert (lot.is_over, lasting.is_over) == (False, False)
    assert not any(one.was_known for one in (lot, lasting))
    assert told[-1] == 1
    monthly = walk_forward(then, cases, Walk(range(61, WEEKS, 4), 13))
    late = [one.told for one in monthly.rises if one.parts and one.now.observed > 30]
    assert all(there >= here for here, there in zip((lot.told, lasting.told), sorted(late), strict=True))
    # Both tell of the same outbreaks, the one later than the other.
    both = [one for one in join_rises([weekly.rises, monthly.rises]) if one.parts and one.best.observed > 30]
    assert [sorted(one.told) for one in both] == [[0, 1], [0, 1]]
    assert all(
        one.told[0].week <= one.told[1].week and one.told[0].observed <= one.told[1].observed for one in both
    )
    assert all(one.is_new and len(one.cases) >= one.best.observed for one in both)
    # What the first step finds was known before.
    begun = walk_forward(then, cases, Walk(range(93, WEEKS), 13))
    assert [one.was_known for one in begun.rises if one.parts == lot.parts] == [True]
    with pytest.raises(ValueError, match="steps"):
        walk_forward(then, cases, Walk([5, 5], 13))


def test_quiet_series_alarm_as_seldom_as_is_promised():
    """What rises is left out; the rest, with its weeks in another order, alarms by chance alone."""
    past, _labels = history(complaints(), True)
    item = QuietBase.of(scan_kind("item", past, WANTED))
    quiet = ~np.isin(item.chosen, [2, 4])
    told = quiet_alarms(item, quiet, WANTED, first=52, rounds=6)
    assert told == quiet_alarms(item, quiet, WANTED, first=52, rounds=6)
    assert told.weeks == 6 * (WEEKS - 52)
    assert told.alarms / told.weeks <= 0.05
    low = Wanted(3, 1000, Settings(method="threshold", threshold_count=6, threshold_window=2))
    assert quiet_alarms(item, quiet, low, first=52, rounds=6).a_year > told.a_year
    # Of all series, by the quiet ones of the same kind, else by those of other kinds; not known where none is quiet.
    assert (told.quiet, told.series) == (len(item.chosen) - 2, len(item.chosen))
    year = [QuietAlarms(6, 104, 3, 12), QuietAlarms(0, 104, 0, 5)]
    assert of_all_series(year[:1]) == pytest.approx(12)
    assert of_all_series(year) == pytest.approx(17)
    assert of_all_series([quiet_alarms(item, quiet & False, WANTED, first=52, rounds=6)]) is None
    again = QuietBase.of(scan_kind("item", past, low)).sharing(item)
    assert again.counts is item.counts
    # New batches are drawn from the rate that they are held against.
    batch = QuietBase.of(scan_kind("batch", past, WANTED))
    assert batch.launched.any()
    drawn = quiet_alarms(batch, np.ones(len(batch.chosen), bool), WANTED, first=52, rounds=6)
    assert drawn.alarms / drawn.weeks <= 0.05
