"""Signal detection: rises in complaints that chance does not explain.

One file per family of methods, each a set of functions on arrays whose last axis is time; ``series`` makes those arrays
from events, ``method_choice`` states which method suits which series, ``scanning`` runs everything over thousands of
series with the false discovery rate held, and ``sentences`` writes the arithmetic out. Nothing here reads a clock, a database
or a setting.

Public API::

    build_series(keys, dates, kind, …) -> SeriesMatrix          events as counts: series × days, weeks, months, quarters
    scan_series(matrix, settings=Settings(…)) -> ScanResult      every period judged by the method that its past suggests
    scan(counts, exposure, …) -> ScanResult                      the same on arrays; .signals: list[SignalRecord] with .text
    limits(result, exposure, row)                                in every period of one series, the count that alarms

    weekly_series(codes, chosen, received, …) -> SeriesMatrix    complaints a week with the units in the field, aged
    suspect_batches, typical_defects                             what stands out: batch of an item, defect of an item
    trailing_counts, repeats, UnitsDelivered                     what came lately, who comes again, units in a window

    c_chart, p_chart, u_chart, laney_p_chart, laney_u_chart      control charts                       -> Chart
    np_chart, i_chart, mr_chart, xbar_chart, s_chart             of samples and of measurements       -> Chart
    g_chart, t_chart                                             cases, time between rare events      -> Chart
    ewma_chart                                                   a moving average, for small shifts   -> Chart
    western_electric, runs                                       run rules (Western Electric, Anhøj)  -> ZoneRules, Runs
    ears                                                         CDC's EARS C1, C2, C3                -> Ears
    poisson_cusum, standard_cusum, decision_limit                cumulative sums                      -> Cusum
    farrington                                                   Farrington and Noufaily, with season -> Farrington
    maxsprt, critical_value                                      sequential, for launches and batches -> MaxSprt
    poisson_test, conditional_test                               exact tests of one count             -> PoissonTest
    threshold_test                                               more than so many in a window        -> ThresholdTest
    disproportion, pair_table                                    PRR, ROR and χ² of item × defect     -> Disproportion
    fit_prior, score                                             EBGM (DuMouchel's gamma-Poisson)     -> Prior, Scores
    adjust, discoveries                                          Benjamini, Hochberg and Yekutieli

Each result is a dataclass of arrays; what they hold stands beside them. ``docs/signals.md`` has examples that run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from complaint_qms.engine.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from complaint_qms.engine.signals.ageing import Units, age_weights, births, units_in_field
    from complaint_qms.engine.signals.charts import (
        Chart,
        c_chart,
        laney_p_chart,
        laney_u_chart,
        p_chart,
        u_chart,
    )
    from complaint_qms.engine.signals.complaint_columns import (
        Repeats,
        UnitsDelivered,
        main_stretch,
        most_common,
        repeats,
        trailing_counts,
    )
    from complaint_qms.engine.signals.cusum import (
        Cusum,
        StandardCusum,
        average_run_length,
        decision_limit,
        decision_limits,
        poisson_cusum,
        reference_value,
        standard_cusum,
    )
    from complaint_qms.engine.signals.disproportionality import (
        Disproportion,
        PairTable,
        disproportion,
        pair_table,
    )
    from complaint_qms.engine.signals.ears_chart import Ears, ears
    from complaint_qms.engine.signals.ebgm import Prior, Scores, fit_prior, score
    from complaint_qms.engine.signals.farrington_flexible import Control, Farrington, farrington
    from complaint_qms.engine.signals.fdr import adjust, discoveries
    from complaint_qms.engine.signals.measurement_charts import (
        i_chart,
        mr_chart,
        np_chart,
        s_chart,
        xbar_chart,
    )
    from complaint_qms.engine.signals.method_choice import METHODS, Rule, choose, choose_pairs
    from complaint_qms.engine.signals.moving_average import ewma_chart
    from complaint_qms.engine.signals.poisson import (
        PoissonTest,
        conditional_test,
        garwood_interval,
        poisson_test,
    )
    from complaint_qms.engine.signals.rare_events import g_chart, t_chart
    from complaint_qms.engine.signals.run_rules import Runs, ZoneRules, runs, western_electric
    from complaint_qms.engine.signals.scanning import limits, scan, scan_series
    from complaint_qms.engine.signals.sequential import MaxSprt, critical_value, maxsprt
    from complaint_qms.engine.signals.series import Periods, SeriesMatrix, build_series, in_field
    from complaint_qms.engine.signals.suspects import (
        SuspectBatches,
        TypicalDefects,
        suspect_batches,
        typical_defects,
    )
    from complaint_qms.engine.signals.threshold import ThresholdTest, threshold_test
    from complaint_qms.engine.signals.types import BaselineRecord, ScanResult, Settings, SignalRecord
    from complaint_qms.engine.signals.weekly import Deliveries, first_to_reach, sibling_rates, weekly_series

__all__ = [
    "METHODS",
    "BaselineRecord",
    "Chart",
    "Control",
    "Cusum",
    "Deliveries",
    "Disproportion",
    "Ears",
    "Farrington",
    "MaxSprt",
    "PairTable",
    "Periods",
    "PoissonTest",
    "Prior",
    "Repeats",
    "Rule",
    "Runs",
    "ScanResult",
    "Scores",
    "SeriesMatrix",
    "Settings",
    "SignalRecord",
    "StandardCusum",
    "SuspectBatches",
    "ThresholdTest",
    "TypicalDefects",
    "Units",
    "UnitsDelivered",
    "ZoneRules",
    "adjust",
    "age_weights",
    "average_run_length",
    "births",
    "build_series",
    "c_chart",
    "choose",
    "choose_pairs",
    "conditional_test",
    "critical_value",
    "decision_limit",
    "decision_limits",
    "discoveries",
    "disproportion",
    "ears",
    "ewma_chart",
    "farrington",
    "first_to_reach",
    "fit_prior",
    "g_chart",
    "garwood_interval",
    "i_chart",
    "in_field",
    "laney_p_chart",
    "laney_u_chart",
    "limits",
    "main_stretch",
    "maxsprt",
    "most_common",
    "mr_chart",
    "np_chart",
    "p_chart",
    "pair_table",
    "poisson_cusum",
    "poisson_test",
    "reference_value",
    "repeats",
    "runs",
    "s_chart",
    "scan",
    "scan_series",
    "score",
    "sibling_rates",
    "standard_cusum",
    "suspect_batches",
    "t_chart",
    "threshold_test",
    "trailing_counts",
    "typical_defects",
    "u_chart",
    "units_in_field",
    "weekly_series",
    "western_electric",
    "xbar_chart",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "ageing": ("Units", "age_weights", "births", "units_in_field"),
        "charts": ("Chart", "c_chart", "laney_p_chart", "laney_u_chart", "p_chart", "u_chart"),
        "cusum": (
            "Cusum", "StandardCusum", "average_run_length", "decision_limit", "decision_limits", "poisson_cusum",
            "reference_value", "standard_cusum",
        ),
        "disproportionality": ("Disproportion", "PairTable", "disproportion", "pair_table"),
        "ears_chart": ("Ears", "ears"),
        "ebgm": ("Prior", "Scores", "fit_prior", "score"),
        "complaint_columns": (
            "Repeats", "UnitsDelivered", "main_stretch", "most_common", "repeats", "trailing_counts",
        ),
        "farrington_flexible": ("Control", "Farrington", "farrington"),
        "fdr": ("adjust", "discoveries"),
        "measurement_charts": ("i_chart", "mr_chart", "np_chart", "s_chart", "xbar_chart"),
        "method_choice": ("METHODS", "Rule", "choose", "choose_pairs"),
        "moving_average": ("ewma_chart",),
        "poisson": ("PoissonTest", "conditional_test", "garwood_interval", "poisson_test"),
        "rare_events": ("g_chart", "t_chart"),
        "run_rules": ("Runs", "ZoneRules", "runs", "western_electric"),
        "scanning": ("limits", "scan", "scan_series"),
        "sequential": ("MaxSprt", "critical_value", "maxsprt"),
        "series": ("Periods", "SeriesMatrix", "build_series", "in_field"),
        "suspects": ("SuspectBatches", "TypicalDefects", "suspect_batches", "typical_defects"),
        "threshold": ("ThresholdTest", "threshold_test"),
        "types": ("BaselineRecord", "ScanResult", "Settings", "SignalRecord"),
        "weekly": ("Deliveries", "first_to_reach", "sibling_rates", "weekly_series"),
    },
)  # fmt: skip
