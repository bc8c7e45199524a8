"""The scan: choice of method, whole matrix against single series, false discovery rate, records and words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from complaint_qms.engine.message import Message, join
from complaint_qms.engine.signals import sentences
from complaint_qms.engine.signals.baselines import Baselines
from complaint_qms.engine.signals.detect import years_back
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.farrington_flexible import Control
from complaint_qms.engine.signals.method_choice import CODE, METHODS, choose, choose_pairs
from complaint_qms.engine.signals.scanning import Settings, limits, scan, scan_series
from complaint_qms.engine.signals.series import Periods, build_series
from complaint_qms.engine.signals.shared_dispersion import LEAST_SERIES
from complaint_qms.engine.signals.tails import conditional_tail, poisson_tail

tables = hnp.arrays(float, st.tuples(st.integers(1, 6), st.integers(16, 40)), elements=st.integers(0, 40))


def portfolio(series=60, periods=80, seed=1):
    rng = np.random.default_rng(seed)
    units = rng.integers(200, 2000, (series, periods)).astype(float)
    rate = rng.gamma(1.0, 0.004, (series, 1))
    counts = rng.poisson(rate * units).astype(float)
    counts[::5] = rng.negative_binomial(rate[::5] * units[::5] / 2, 1 / 3)
    units[::3] = 0
    return counts, units


def planted():
    """20 quiet series of 60 weeks with a rate of 5 in 1,000; the first has 18 complaints in the last week."""
    rng = np.random.default_rng(6)
    units = np.full((20, 60), 1000.0)
    counts = rng.poisson(0.005 * units).astype(float)
    counts[0, -1] = 18
    weeks = Periods("week", 2800, 60)
    return counts, units, weeks


# -- the choice ---------------------------------------------------------------------------------------------------


def names(codes):
    return [METHODS[code] for code in codes]


def test_the_rule_picks_by_the_data():
    rng = np.random.default_rng(3)
    units = np.full((5, 104), 1000.0)
    units[4] = 0
    counts = np.stack(
        [
            rng.poisson(2, 104),
            rng.poisson(30, 104),
            rng.negative_binomial(10, 1 / 4, 104),
            rng.poisson(5, 104),
            rng.poisson(9, 104),
        ]
    ).astype(float)
    launch = [False, False, False, True, True]
    assert names(choose(counts, units, launch=launch)) == ["poisson", "u", "laney", "maxsprt", "poisson"]
    assert names(choose(counts)) == ["poisson"] * 5
    assert names(choose(counts * 0)) == ["poisson"] * 5
    assert names(choose(counts[:, :8])) == ["none"] * 5
    assert names(choose(np.ones((1, 1)))) == ["none"]
    assert names(choose(rng.poisson(5, (2, 200)))) == ["farrington"] * 2
    assert names(choose(rng.poisson(0.5, (2, 200)))) == ["poisson"] * 2
    assert names(choose(rng.poisson(5, (1, 48)), frequency=12)) == ["farrington"]
    assert scan(counts, units, launch=launch).method_name(2) == "laney"


def test_the_rule_keeps_false_alarms_of_sparse_weeks_at_their_level():
    rng = np.random.default_rng(12)
    means = rng.uniform(0.2, 4.0, 300)
    counts = rng.poisson(means[:, None], (300, 120)).astype(float)
    cells = scan(counts, settings=Settings(min_count=1)).cells
    assert cells.alarm.sum() / (~np.isnan(cells.p)).sum() <= Settings().alpha
    plain = ears(counts, "C2", min_sd=0.5)
    assert (plain.alarm & (counts >= 3)).sum() / (~np.isnan(plain.upper)).sum() > 10 * Settings().alpha


def test_one_outbreak_does_not_make_a_series_overdispersed():
    rng = np.random.default_rng(4)
    counts = rng.poisson(10, (1, 104)).astype(float)
    counts[0, 60] = 90
    assert names(choose(counts, np.ones_like(counts))) == ["u"]


def test_pairs_need_enough_of_everything_for_a_prior():
    assert choose_pairs(50, 40, 900) == "ebgm"
    assert choose_pairs(50, 40, 100) == "prr"
    assert choose_pairs(3, 40, 900) == "prr"


# -- the scan -----------------------------------------------------------------------------------------------------


def test_the_whole_matrix_is_each_series_by_itself():
    counts, units = portfolio()
    counts, units = (
        counts[: LEAST_SERIES - 1],
        units[: LEAST_SERIES - 1],
    )  # more would lend each other their dispersion
    whole = scan(counts, units)
    assert len(set(whole.method.ravel())) >= 3
    for i in range(len(counts)):
        alone = scan(counts[i : i + 1], units[i : i + 1])
        same = (alone.method[0] == whole.method[i]) | (whole.method[i] == CODE["cusum"])
        assert (same | (alone.method[0] == CODE["cusum"])).all()
        for name in ("expected", "base_count"):
            np.testing.assert_allclose(
                getattr(whole.cells, name)[i], getattr(alone.cells, name)[0], rtol=1e-9, err_msg=name
            )


@settings(max_examples=20)
@given(tables, st.sampled_from(METHODS[1:]), st.randoms(use_true_random=False))
def test_any_table_any_method_any_order(table, method, random):
    units = 10.0 + np.arange(table.shape[1]) % 4 + np.zeros_like(table)
    here = scan(table, units, settings=Settings(method=method))
    assert np.all((here.cells.p >= 0) & (here.cells.p <= 1) | np.isnan(here.cells.p))
    assert not np.isnan(here.cells.observed).any()
    order = list(range(len(table)))
    random.shuffle(order)
    moved = scan(table[order], units[order], settings=Settings(method=method), reference_rate=None)
    np.testing.assert_allclose(moved.cells.p, here.cells.p[order], rtol=1e-9)
    np.testing.assert_array_equal(moved.signal, here.signal[order])
    for record in here.signals:
        assert record.text
        assert "{" not in record.text


@settings(max_examples=20)
@given(tables, st.sampled_from(["poisson", "u", "laney", "cusum", "maxsprt"]), st.floats(0.01, 1000))
def test_the_unit_of_exposure_does_not_matter(table, method, unit):
    units = 10.0 + np.arange(table.shape[1]) % 4 + np.zeros_like(table)
    here = scan(table, units, settings=Settings(method=method))
    there = scan(table, units * unit, settings=Settings(method=method))
    np.testing.assert_allclose(there.cells.p, here.cells.p, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(there.cells.expected, here.cells.expected, rtol=1e-9)


@settings(max_examples=20)
@given(tables, st.sampled_from(["poisson", "u", "laney", "ears"]))
def test_more_complaints_never_look_less_unusual(table, method):
    more = table.copy()
    more[:, -1] += 1
    here = scan(table, settings=Settings(method=method)).cells.p[:, -1]
    there = scan(more, settings=Settings(method=method)).cells.p[:, -1]
    assert np.all((there <= here * (1 + 1e-9)) | np.isnan(here))


def test_a_period_is_judged_by_its_past_only():
    counts, units = portfolio()
    changed = counts.copy()
    changed[:, 60:] = 99
    method = Settings(method="laney")
    before = scan(counts, units, settings=method)
    after = scan(changed, units, settings=method)
    np.testing.assert_array_equal(before.cells.p[:, :60], after.cells.p[:, :60])


def test_only_the_last_periods():
    counts, units = portfolio()
    whole, last = scan(counts, units), scan(counts, units, last=3)
    np.testing.assert_allclose(last.cells.p[:, -3:], whole.cells.p[:, -3:], rtol=1e-9)
    assert np.isnan(last.cells.p[:, :-3]).all()
    assert not last.cells.alarm[:, :-3].any()
    assert all(record.column >= 77 for record in last.signals)


def test_false_signals_of_a_quiet_portfolio_stay_within_the_level():
    rng = np.random.default_rng(9)
    units = rng.integers(200, 2000, (500, 104)).astype(float)
    units[:150] = 0
    rate = rng.gamma(1.0, 0.004, (500, 1))
    counts = rng.poisson(rate * np.where(units > 0, units, 1000.0)).astype(float)
    result = scan(counts, units, settings=Settings(min_count=1))
    families = result.signal.any(axis=0)[15:]
    # Every discovery is false here, so the rate is the share of periods with any.
    assert families.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / families.size)


def test_the_planted_rise_is_found_with_its_arithmetic():
    counts, units, weeks = planted()
    result = scan(counts, units, periods=weeks, keys=[f"item {i}" for i in range(20)])
    assert [(s.key, s.column) for s in result.signals] == [("item 0", 59)]
    found = result.signals[0]
    assert found.method == "poisson"
    assert found.baseline.periods == 52
    assert found.baseline.count == counts[0, 5:57].sum()
    assert found.baseline.exposure == 52_000
    assert found.expected == pytest.approx(found.baseline.count / 52)
    assert found.p >= float(conditional_tail(18, 1000, found.baseline.count, 52_000))
    assert found.q == pytest.approx(found.p * 20)
    assert found.statistic == found.p <= found.critical == 0.001
    assert found.observed >= found.limit
    told = found.parameters
    facts = (
        1000.0,
        found.baseline.count,
        52_000.0,
        52.0,
        told["own_dispersion"],
        told["dispersion"],
        told["freedom"],
    )
    shares = np.array([told["lent_shares"]])
    own = Baselines(*(np.array([fact]) for fact in facts), shares, 0.001)
    assert own.tail(np.array([18.0]))[0] == pytest.approx(found.p, rel=1e-4)
    assert own.tail(np.array([found.limit])) <= 0.001
    assert own.tail(np.array([found.limit - 1])) > 0.001
    assert (found.baseline.first, found.baseline.last) == (weeks.label(5), weeks.label(56))
    assert found.text.startswith(f"18 complaints in {weeks.name(59)} where ")
    assert "were expected for 1,000 units. Such a count happens by chance less than once in" in found.text


def test_sentence_of_the_design():
    facts_ = {
        "observed": 14,
        "period": Message("week {week}", {"week": 23}),
        "expected": 4.1,
        "exposure": 2310,
    }
    text = join(
        (
            Message(sentences.SENTENCES["rate"], facts_),
            *sentences.chance(float(poisson_tail(14, 4.1)), "week"),
        )
    )
    assert text == (
        "14 complaints in week 23 where 4.1 were expected for 2,310 units. "
        "Such a count happens by chance less than once in 10,000 weeks."
    )


@given(st.floats(1e-12, 1))
def test_once_in_never_overstates(p):
    turns = sentences.once_in(p)
    assert turns <= max(1, 1 / p)
    assert turns * 2 > min(1e9, 1 / p) or turns == 1


def test_chart_limits_of_a_series():
    counts, units, _ = planted()
    result = scan(counts, units)
    row = limits(result, units, 0)
    assert row[-1] == result.signals[0].limit
    judged = ~np.isnan(result.cells.p[0])
    assert not np.isnan(row[judged]).any()
    np.testing.assert_array_equal(result.cells.p[0][judged] <= 0.001, counts[0][judged] >= row[judged])
    both = limits(result, units, [0, 3])
    np.testing.assert_array_equal(both[0], row)
    laney = scan(counts, units, settings=Settings(method="laney"))
    charted = limits(laney, units, 0)
    np.testing.assert_array_equal(laney.cells.alarm[0][judged], counts[0][judged] >= charted[judged])


def test_seasons_do_not_alarm_but_a_rise_above_them_does():
    t = np.arange(52 * 6)
    rng = np.random.default_rng(30)
    season = 20 * np.exp(0.8 * np.sin(2 * np.pi * t / 52))
    counts = rng.poisson(season, (6, len(t))).astype(float)
    counts[0, -1] *= 3
    result = scan(counts, last=52, periods=Periods("week", 2500, len(t)))
    assert names(result.method[:, -1]) == ["farrington"] * 6
    assert [(s.row, s.column) for s in result.signals] == [(0, len(t) - 1)]
    assert "the same time of the past 5 years" in result.signals[0].text
    assert years_back([100, 170, 400], Control(), 52).tolist() == [0, 3, 5]


@pytest.mark.parametrize("method", METHODS[1:])
def test_awkward_series_have_defined_answers(method):
    settings_ = Settings(method=method)
    one = scan([[3.0]], [[10.0]], settings=settings_)
    assert not one.signal.any() or method == "maxsprt"
    zeros = scan(np.zeros((2, 60)), np.full((2, 60), 5.0), settings=settings_)
    assert not zeros.signal.any()
    no_exposure = scan(np.ones((1, 60)), np.zeros((1, 60)), settings=settings_)
    assert not no_exposure.signal.any() or method == "threshold"
    gaps = np.full((1, 60), 5.0)
    gaps[0, 20:30] = np.nan
    if method != "farrington":
        assert not scan(gaps, np.full((1, 60), 5.0), settings=settings_).signal.any() or method == "threshold"
    huge = np.full((1, 60), 1e9)
    huge[0, -1] = 2e9
    found = scan(huge, np.full((1, 60), 1e9), settings=settings_)
    if method in ("poisson", "u", "laney", "cusum"):
        assert found.signal[0, -1]
        assert not found.signal[0, :-1].any()


def test_first_complaints_after_an_all_zero_baseline():
    counts = np.zeros((3, 60))
    counts[0, -1], counts[1, -1] = 4, 2
    result = scan(counts, np.full((3, 60), 50.0))
    assert [(s.row, s.observed, s.expected) for s in result.signals] == [(0, 4, 0)]
    assert result.signals[0].p == pytest.approx((1 / 53) ** 4)


def test_complaints_without_units_are_judged_by_their_number_and_not_dropped():
    counts, units, weeks = planted()
    units[0, -1] = units[1, -1] = 0
    counts[1, -1] = 0
    result = scan(counts, units, periods=weeks)
    (found,) = result.signals
    assert (found.row, found.column, found.exposure, found.baseline.exposure) == (0, 59, None, None)
    assert "were expected from the 52 weeks up to" in found.text
    assert np.isnan(result.cells.p[1, -1])  # no units and no complaints say nothing


def test_an_unfinished_last_period_counts_for_its_share():
    months = [f"2022-{m:02d}" for m in range(1, 13)] + [f"2023-{m:02d}" for m in range(1, 13)]
    months += [f"2024-{m:02d}" for m in range(1, 12)]
    events = [f"{month}-{d:02d}" for month in months for d in range(1, 11)] + ["2024-12-01"] * 9
    whole = {"until": "2025-01-01"}
    part = {"until": "2024-12-04", "partial": "keep"}
    options = {"settings": Settings(method="poisson", min_baseline=8)}
    full = scan_series(build_series(["A"] * len(events), events, "month", **whole), **options)
    early = scan_series(build_series(["A"] * len(events), events, "month", **part), **options)
    assert early.cells.expected[0, -1] == pytest.approx(10 * 3 / 31)
    assert early.signal[0, -1]
    assert not full.signal[0, -1]


def test_every_method_says_its_arithmetic_in_words():
    counts, units, weeks = planted()
    counts[0, -4:] = 30
    for method in METHODS[1:]:
        if method == "farrington":
            continue
        result = scan(counts, units, periods=weeks, settings=Settings(method=method, sprt_plan=1000))
        record = next(s for s in result.signals if s.row == 0)
        assert record.method == method
        assert record.text.endswith(".")
        translated = [
            sentence.render(lambda text: text.replace("complaints", "Klagen")) for sentence in record.words
        ]
        assert "complaints" not in " ".join(translated).replace("Complaints", "")


def test_bad_input_is_refused():
    for arguments, word in [
        (([1.0, 2.0],), "table"),
        (([[-1.0]],), "at least 0"),
        (([[np.inf]],), "finite"),
        (([[1.0]], [[1.0, 2.0]]), "shape"),
        (([[1.0]], [[-1.0]]), "exposure"),
    ]:
        with pytest.raises(ValueError, match=word):
            scan(*arguments)
    with pytest.raises(ValueError, match="keys"):
        scan([[1.0]], keys=["a", "b"])
    with pytest.raises(ValueError, match="periods"):
        scan([[1.0]], periods=Periods("week", 0, 3))
    with pytest.raises(ValueError, match="reference_rate"):
        scan([[1.0]], [[1.0]], reference_rate=-1)
    for name, value in [
        ("method", "magic"), ("alpha", 0), ("alpha", 1), ("fdr", 1.5), ("fdr_rule", "x"), ("family", "x"),
        ("min_count", -1), ("baseline", 5), ("min_baseline", 1), ("guard", -1), ("guard", 1.5), ("sigmas", 0),
        ("ears_baseline", 2), ("ears_min_sd", -1), ("cusum_ratio", 1), ("cusum_run_length", 1), ("sprt_alpha", 0),
        ("sprt_min_count", 0), ("sprt_plan", 0), ("sprt_plan", 1001), ("threshold_window", 0), ("threshold_count", 0),
        ("alpha", np.nan), ("sigmas", np.inf),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name} must"):
            Settings(**{name: value})
    for name, value in [("alpha", 0), ("years", 0), ("half_window", -1), ("trend_p", 0), ("min_cases", -1)]:
        with pytest.raises(ValueError, match=f"^{name} must"):
            Control(**{name: value})
    with pytest.raises(ValueError, match="last must"):
        scan([[1.0]], last=-1)
    with pytest.raises(ValueError, match="launch"):
        scan([[1.0]], launch=[True, False])
    with pytest.raises(ValueError, match="watched"):
        scan([[1.0]], watched=[True])


def test_no_series_at_all():
    result = scan(np.zeros((0, 10)))
    assert result.signals == []
    assert result.q.shape == (0, 10)
    assert CODE["none"] == 0


def test_farrington_leaves_a_series_with_an_unknown_week_alone():
    counts = np.random.default_rng(8).poisson(6.0, (2, 5 * 52)).astype(float)
    counts[1, 100] = np.nan
    found = scan(counts, settings=Settings(method="farrington"))
    assert np.isfinite(found.cells.p[0]).any()
    assert np.isnan(found.cells.p[1]).all()
    assert np.isnan(scan(counts[1:], settings=Settings(method="farrington")).cells.p).all()
