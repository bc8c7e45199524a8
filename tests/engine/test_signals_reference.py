"""Published values, and values of the reference implementations on series made by a formula.

Values marked R were computed once with R 4.2 and surveillance 1.20 (farringtonFlexible, earsC, algo.cusum), the
chart functions of qicharts2, and openEBGM.
"""

import numpy as np
import pytest
from scipy import stats

from complaint_qms.engine.signals import fdr, sequential
from complaint_qms.engine.signals.charts import c_chart, laney_u_chart, p_chart, u_chart
from complaint_qms.engine.signals.cusum import poisson_cusum, reference_value, standard_cusum
from complaint_qms.engine.signals.disproportionality import disproportion
from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.ebgm import fit_prior, posterior_quantile, posterior_weight, score
from complaint_qms.engine.signals.farrington_flexible import Control, farrington
from complaint_qms.engine.signals.poisson import conditional_test, garwood_interval, poisson_test
from complaint_qms.engine.signals.tails import negbin_tail

WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# NIST/SEMATECH e-Handbook 6.3.3.2: nonconforming chips among 50, 30 lots; printed there as fractions.
CHIPS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]
EARS_SERIES = [2, 3, 1, 4, 2, 3, 2, 5, 6, 8, 9, 3]
THETA = (3.25379356, 0.39988854, 2.02612692, 1.90807970, 0.06534557)


def seasonal_series():
    """330 weeks by a formula, with a rise planted in week 320."""
    t = np.arange(1, 331)
    y = (t * t * 7 + t * 13) % 17 + np.where(t % 52 < 10, 5, 0)
    y[319] = 60
    return y.astype(float), 1000.0 + (t % 7) * 100


def test_c_chart_of_the_wafers():
    chart = c_chart(WAFERS)
    assert chart.center == 16
    assert (chart.lower[0], chart.upper[0]) == (4, 28)
    assert np.flatnonzero(chart.above | chart.below).tolist() == [23]


def test_p_chart_of_the_chips():
    chart = p_chart(CHIPS, 50)
    assert chart.center == pytest.approx(0.2313, abs=1e-4)
    assert chart.lower[0] == pytest.approx(0.0524, abs=1e-4)
    assert chart.upper[0] == pytest.approx(0.4103, abs=1e-4)


def test_exact_poisson():
    assert poisson_test(10, 1, 4).p == pytest.approx(0.008132243, abs=5e-10)
    lower, upper = garwood_interval(10)
    assert lower == pytest.approx(4.795389, abs=5e-7)
    assert upper == pytest.approx(18.390356, abs=5e-7)


def test_conditional_poisson_is_the_one_sided_binomial_test():
    # binom.test(12, 52, 0.25, alternative = "greater") of 12 against 40 in three times the exposure
    test = conditional_test(12, 100, 40, 300)
    assert test.p == pytest.approx(stats.binomtest(12, 52, 0.25, alternative="greater").pvalue, rel=1e-12)
    assert test.expected == pytest.approx(40 / 3)


def test_ears_c1_and_c2():
    c1, c2 = ears(EARS_SERIES, "C1"), ears(EARS_SERIES, "C2")
    assert c1.statistic[7] == pytest.approx(2.634930, abs=5e-7)
    assert c1.upper[7] == pytest.approx(5.444329, abs=5e-7)
    assert c2.statistic[9] == pytest.approx(5.709015, abs=5e-7)
    assert c2.statistic[10] == pytest.approx(4.566550, abs=6e-7)  # printed 4.566550 from 4.5665505
    assert not c1.alarm[7]
    assert c2.alarm[9:11].all()


def test_ears_c3_by_its_definition():
    c2, c3 = ears(EARS_SERIES, "C2"), ears(EARS_SERIES, "C3")
    assert c3.statistic[11] == pytest.approx(8.275566, abs=5e-7)
    parts = np.maximum(0, c2.statistic[9:12] - 1)
    assert c3.statistic[11] == pytest.approx(parts.sum())
    # today's C2 takes part in today's alarm, and the bound is the count at which it does
    for last in range(20):
        found = ears([*EARS_SERIES[:9], last], "C3", alpha=0.001)
        assert found.alarm[-1] == (found.statistic[-1] > 3.090232) == (last > found.upper[-1])


def test_poisson_cusum():
    k = reference_value(2, 4)
    assert k == pytest.approx(2.885390, abs=5e-7)
    found = poisson_cusum([1, 3, 2, 4, 6, 7], k, 5)
    np.testing.assert_allclose(found.value, [0, 0.11461, 0, 1.11461, 4.22922, 8.34383], atol=5e-6)
    assert found.alarm.tolist() == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("transform", "value", "upper", "alarm"),
    [
        (
            "standard",
            [1.215885243, 2.809140206, 21.761402350, 20.713069265, 21.174215065, 17.484293930],
            [16, 13, 9, 0, 0, 0],
            [0, 1, 1, 1, 1, 1],
        ),
        (
            "rossi",
            [1.043572762, 2.411936496, 16.464113126, 15.415776760, 15.793053316, 10.778171614],
            [16.819945314, 13.530270915, 9.466477754, 0, 0, 0],
            [0, 1, 1, 1, 1, 1],
        ),
        (
            "anscombe",
            [0.9780939185, 2.2597087205, 13.8578159744, 12.8094785155, 13.1559621183, 8.1410804166],
            [17.386753189, 14.000971483, 9.951956328, 0, 0, 0],
            [0, 0, 1, 1, 1, 1],
        ),
    ],
)
def test_standard_cusum_as_in_r(transform, value, upper, alarm):
    y, _ = seasonal_series()
    found = standard_cusum(y[:323], 317, transform=transform)
    np.testing.assert_allclose(found.value, value, rtol=1e-9)
    np.testing.assert_allclose(found.upper, upper, rtol=1e-9)
    assert found.alarm.astype(int).tolist() == alarm


def test_laney_chart_as_in_qicharts2():
    y, n = seasonal_series()
    plain, screened = laney_u_chart(y, n), laney_u_chart(y, n, screen=True)
    assert plain.center == pytest.approx(0.005517723881, rel=1e-9)
    np.testing.assert_allclose(plain.upper[[0, 319]], [0.018330962686, 0.016490326050], rtol=1e-9)
    np.testing.assert_allclose(screened.upper[[0, 319]], [0.017784251949, 0.016022150945], rtol=1e-9)
    assert plain.lower[0] == 0


def test_laney_keeps_the_place_of_a_missing_period_as_qicharts2():
    gap, whole = [10, 12, np.nan, 30, 11, 9, 14], [8, 9, 10, 11, 9, 8, 12]
    assert laney_u_chart(gap, 100).upper[0] == pytest.approx(0.329504, abs=5e-7)
    # What other series know of that period changes nothing.
    assert laney_u_chart([gap, whole], 100).upper[0, 0] == laney_u_chart(gap, 100).upper[0]


def test_farrington_counts_the_days_of_months_as_r_does():
    t = np.arange(1, 121)
    y = (t * t * 7 + t * 13) % 17 + t // 12 * 2 + 5
    y[-1] = 60
    starts = (np.datetime64("2000-01") + np.arange(120).astype("timedelta64[M]")).astype("datetime64[D]")
    control = Control(years=5, half_window=2, trend_p=1.0, threshold="delta")
    found = farrington(y, [117, 118, 119], frequency=12, control=control, starts=starts)
    np.testing.assert_allclose(found.expected[0], [30.7228284364, 30.4186275980, 32.2580536343], rtol=1e-9)
    np.testing.assert_allclose(found.upper[0], [40.3203517639, 39.9728267970, 42.0807123601], rtol=1e-9)
    np.testing.assert_allclose(found.p[0], [0.281398637896, 0.919291160451, 6.89323730226e-06], rtol=1e-6)


def test_disproportion():
    found = disproportion(12, 88, 30, 870)
    assert found.prr == pytest.approx(3.6)
    np.testing.assert_allclose([found.prr_lower, found.prr_upper], [1.904377, 6.805375], atol=5e-7)
    assert found.ror == pytest.approx(3.954545, abs=5e-7)
    np.testing.assert_allclose([found.ror_lower, found.ror_upper], [1.955065, 7.998929], atol=5e-7)
    assert found.chi2 == pytest.approx(16.800875, abs=5e-7)
    assert found.chi2_yates == pytest.approx(14.715954, abs=5e-7)
    assert found.alarm


@pytest.mark.parametrize(("limit", "critical"), [(1.0, 2.853937), (10.0, 3.467952), (100.0, 3.952321)])
def test_maxsprt_critical_values(limit, critical):
    assert sequential.critical_value(limit) == pytest.approx(critical, abs=5e-7)
    assert sequential.crossing_probability(sequential.critical_value(limit), limit) == pytest.approx(
        0.05, abs=1e-10
    )


def test_maxsprt_statistic():
    assert sequential.log_likelihood_ratio(10, 4) == pytest.approx(3.162907, abs=5e-7)
    assert sequential.log_likelihood_ratio(4, 10) == 0


def test_maxsprt_where_no_value_reaches_alpha():
    # With 0.02 expected, one complaint is already rarer than 5 %: the smallest value a rejection can have.
    assert sequential.critical_value(0.02) == pytest.approx(np.log(1 / 0.02) - 0.98)


def test_ebgm_of_one_pair():
    found = score(1, 0.0360548272, THETA)
    assert found.q == pytest.approx(0.2819737, abs=5e-8)
    assert found.ebgm == pytest.approx(2.23, abs=0.005)
    assert found.eb05 == pytest.approx(0.49, abs=0.005)
    # R bisects to half a hundredth and then rounds, so its 13.85 may be one hundredth off.
    assert found.eb95 == pytest.approx(13.85, abs=0.01)


def test_ebgm_as_in_openebgm():
    n, e = np.array([1, 3, 10, 40, 2]), np.array([0.5, 0.1, 2, 12.5, 7])
    np.testing.assert_allclose(
        posterior_weight(n, e, THETA),
        [0.0332451552544, 0.8774802060217, 0.4934775164780, 0.1442822387938, 0.0003903886569],
        rtol=1e-9,
    )
    found = score(n, e, THETA)
    np.testing.assert_allclose(
        found.ebgm, [1.1051685462, 9.4385428999, 3.9449354992, 2.9408970515, 0.3972202646], rtol=1e-9
    )
    np.testing.assert_allclose(
        found.eb05, [0.349966281, 2.090022031, 1.999864328, 2.242930662, 0.155100703], rtol=1e-8
    )
    np.testing.assert_allclose(
        posterior_quantile(0.95, n, e, THETA),
        [3.003703838, 21.251750929, 7.521086755, 3.826848806, 0.874862995],
        rtol=1e-8,
    )


def test_ebgm_prior_is_found_again():
    rng = np.random.default_rng(22)
    e = rng.gamma(0.7, 2.0, 40_000) + 0.01
    first = rng.random(len(e)) < 0.1
    rate = np.where(first, rng.gamma(2.0, 1 / 0.3, len(e)), rng.gamma(4.0, 1 / 5.0, len(e)))
    n = rng.poisson(rate * e)
    with_zeros = fit_prior(n, e, smallest=0)
    assert with_zeros.converged
    np.testing.assert_allclose(with_zeros.theta, (2.0, 0.3, 4.0, 5.0, 0.1), rtol=0.2)


def test_ebgm_prior_without_zeros_is_an_optimum():
    rng = np.random.default_rng(21)
    e = rng.gamma(0.7, 2.0, 8000) + 0.01
    n = rng.poisson(
        np.where(rng.random(8000) < 0.1, rng.gamma(2.0, 3.0, 8000), rng.gamma(4.0, 0.2, 8000)) * e
    )
    n, e = n[n > 0], e[n > 0]
    prior = fit_prior(n, e)
    assert prior.converged

    def likelihood(theta):
        total = np.zeros(len(n))
        for alpha, beta, weight in ((*theta[:2], theta[4]), (*theta[2:4], 1 - theta[4])):
            law = stats.nbinom(alpha, beta / (beta + e))
            # Each component is conditional on N >= 1 by itself, as openEBGM's negLL has it.
            total += weight * law.pmf(n) / law.sf(0)
        return -np.log(total).sum()

    best = likelihood(prior.theta)
    assert best == pytest.approx(prior.negative_log_likelihood, rel=1e-10)
    for i in range(5):
        for factor in (0.98, 1.02):
            moved = list(prior.theta)
            moved[i] *= factor
            assert likelihood(moved) > best


def test_noufaily_bound():
    assert negbin_tail(11, 5, 1.5) == pytest.approx(0.03763657, abs=5e-9)
    assert negbin_tail(11, 5, 1) == pytest.approx(0.01369527, abs=5e-9)


@pytest.mark.parametrize(
    ("control", "upper", "expected", "p", "phi", "trend"),
    [
        (
            Control(),
            [19.20010558, 19.33208351, 17.35062024],
            [11.714285714, 11.2, 8.787649851],
            [2.973677904e-01, 5.556956478e-15, 6.566249164e-01],
            [1.479199630, 1.789925951, 2.372166578],
            [0, 0, 1],
        ),
        (
            Control(threshold="nbPlugin"),
            [19, 19, 17],
            [11.714285714, 11.2, 8.787649851],
            [3.109173587e-01, 3.159286255e-11, 6.550373577e-01],
            [1.479199630, 1.789925951, 2.372166578],
            [0, 0, 1],
        ),
        (
            Control(threshold="muan", season_levels=10, skip_recent=26),
            [23, 22, 21],
            [11.71428571, 11.2, 10.11428571],
            [3.770394263e-01, 1.347037004e-07, 7.777551006e-01],
            [2.610774632, 2.595369515, 2.639505206],
            [0, 0, 0],
        ),
        (
            Control(population_offset=True, power="1/2", years=4),
            [21.72617903, 23.21792726, 24.23644853],
            [12.76923077, 12.89835165, 12.21978022],
            [3.995824117e-01, 1.280722789e-08, 8.363157292e-01],
            [1.743177771, 2.217301609, 2.997929947],
            [0, 0, 0],
        ),
    ],
)
def test_farrington_as_in_r(control, upper, expected, p, phi, trend):
    y, n = seasonal_series()
    found = farrington(y, [318, 319, 320], control=control, population=n)
    np.testing.assert_allclose(found.upper[0], upper, rtol=1e-9)
    np.testing.assert_allclose(found.expected[0], expected, rtol=1e-9)
    np.testing.assert_allclose(found.p[0], p, rtol=2e-9)
    np.testing.assert_allclose(found.dispersion[0], phi, rtol=1e-8)
    assert found.trend[0].astype(int).tolist() == trend
    assert found.alarm[0].tolist() == [False, True, False]


def test_false_discovery_rate_as_in_r():
    p = [0.01, 0.02, 0.03, 0.5, 0.001]
    # p.adjust(c(.01, .02, .03, .5, .001), "BH") and "BY"
    np.testing.assert_allclose(fdr.adjust(p), [0.025, 0.1 / 3, 0.0375, 0.5, 0.005], rtol=1e-12)
    harmonic = 137 / 60
    np.testing.assert_allclose(
        fdr.adjust(p, rule="by"), np.minimum(1, np.array([0.025, 0.1 / 3, 0.0375, 0.5, 0.005]) * harmonic)
    )


def test_u_chart_over_alarms_where_laney_does_not():
    rng = np.random.default_rng(4)
    n = np.full(20, 20_000.0)
    # Rates that differ from month to month by more than chance, as complaint rates do.
    y = rng.poisson(rng.gamma(25, 0.01 / 25, 20) * n)
    assert u_chart(y, n).above.sum() + u_chart(y, n).below.sum() >= 5
    assert laney_u_chart(y, n).above.sum() == 0
