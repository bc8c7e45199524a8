"""One self-contained HTML file from a finished store: opens offline, prints on A4, reads on a phone."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import jinja2

from complaint_qms.backtest import stored_reasons
from complaint_qms.backtest.catalogue import phrase, translator
from complaint_qms.backtest.report import data, sop_section, svg
from complaint_qms.backtest.store import Store

CUMULATIVE = frozenset({"maxsprt"})
BARS_ONLY = frozenset({"threshold", "cusum"})
STATISTICS = frozenset({"u", "laney", "ears", "cusum", "maxsprt", "farrington"})
"""Methods whose statistic says something that the count and the p-value do not."""


def render(store: Store, language: str) -> str:
    """The report of a finished store in `language` (en, zh)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = data.collect(store)
    view = _View(found, language)
    environment.globals.update(t=view.t, v=view)
    return environment.get_template("report.html.jinja").render(d=found, lang=language)


class _View:
    """What the template asks: words, numbers and charts in one language."""

    def __init__(self, found: dict[str, Any], language: str) -> None:
        self.d = found
        self.language = language
        self.policy = found["policy"]
        self.reason = partial(stored_reasons.reason, language=language)
        self.detail = partial(stored_reasons.detail, language=language)
        self.cards, self.other_signals = data.CARDS, data.OTHER_SIGNALS
        self.given = {key for key, _count, _share in found["quality"]["filled"]}

    def sections(self) -> list[str]:
        """Ids of the sections that this report has, in order."""
        d = self.d
        there = {
            "trend": d["trend"]["points"],
            "reportable": d["reportable"]["count"],
            "pareto": d["pareto"],
            "suspects": "batch" in self.given,
            "pairings": d["pairings"],
            "customers": "customer" in self.given,
            "rules": d["rules"],
        }
        first = ["summary", "trend", "risk", "reportable", "pareto", "signals", "sop", "suspects", "pairings"]
        order = [*first, "customers", "duplicates", "rules", "quality", "methods"]
        return [key for key in order if there.get(key, True)]

    def t(self, key: str, /, **values: object) -> str:
        return phrase(key, self.language, **values)

    def message(self, key: str) -> str:
        return phrase(key, self.language)

    def whole(self, value: float | None) -> str:
        return "–" if value is None else f"{value:,.0f}"

    def number(self, value: float | None) -> str:
        """Three significant digits, thousands with commas."""
        if value is None:
            return "–"
        if value == int(value) or abs(value) >= 100:
            return f"{value:,.0f}"
        return (
            f"{value:.2f}"
            if abs(value) >= 0.995 and abs(value) < 10
            else f"{value:.3g}"
            if abs(value) >= 0.001
            else "< 0.001"
        )

    def percent(self, share: float) -> str:
        if 0 < share < 0.0005:
            return "< 0.1 %"
        if 0.995 <= share < 1:
            return f"{min(share * 100, 99.9):.1f} %"
        digits = 0 if share >= 0.0995 or share == 0 else 1
        return f"{share * 100:.{digits}f}".removesuffix(".0") + " %"

    def chance(self, p: float | None) -> str:
        if p is None:
            return "–"
        return "< 1e-12" if p < 1e-12 else f"{p:.2g}"

    def hours(self, minutes: float) -> str:
        hours = minutes / 60
        return self.t("hours", hours=f"{hours:,.0f}" if hours >= 20 else f"{hours:.1f}".removesuffix(".0"))

    def level(self, axis: str, key: str | None) -> str:
        """The policy's own name of a level."""
        section = self.policy.data["risk"][axis]
        level = (
            section.get(key)
            if isinstance(section, dict)
            else next((s for s in section if s["key"] == key), None)
        )
        if not level:
            return key or "–"
        return str(
            level.get("name_zh") if self.language == "zh" and level.get("name_zh") else level.get("name", key)
        )

    def cell(self, severity: str, occurrence: str) -> dict[str, Any]:
        """A cell of the heat map: level key, its name, tint, count, open."""
        key = self.policy.data["risk"]["grid"][severity][self.policy.occurrences.index(occurrence)]
        count, still_open = self.d["risk"]["cells"].get((severity, occurrence), (0, 0))
        color = self.policy.data["risk"]["levels"][key].get("color", "#888888")
        most = max((c for c, _ in self.d["risk"]["cells"].values()), default=1)
        return {
            "level": self.level("levels", key),
            "color": color,
            "tint": 0.14 if not count else 0.3 + 0.45 * (count / most) ** 0.5,
            "count": count,
            "open": still_open,
        }

    def rgba(self, color: str, alpha: float) -> str:
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{alpha:.2f})"

    def series(self, kind: str, key: str) -> str:
        return self.t("series_all") if kind == "all" else key

    def kind(self, kind: str) -> str:
        return "" if kind == "all" else self.t(f"field_{kind}")

    def trend_chart(self, narrow: bool) -> str:
        trend = self.d["trend"]
        title = self.t("trend_months" if trend["monthly"] else "trend_weeks")
        points = trend["points"]
        if trend["method"] in CUMULATIVE | BARS_ONLY:
            points = [{**p, "expected": None, "limit_value": None} for p in points]
        description = self.t("period", first=self.d["first"], last=self.d["last"])
        size = (380, 230, 4) if narrow else (1040, 300, 9)
        return svg.column_chart(points, size[0], size[1], title, description, size[2])

    def card_chart(self, episode: data.Episode) -> str:
        points = [{**p, "alarm": p["period"] in episode.alarms} for p in episode.points]
        if episode.method in BARS_ONLY:
            points = [{**p, "expected": None, "limit_value": None} for p in points]
        title = self.series(episode.kind, episode.key)
        return svg.column_chart(
            points, 400, 170, title, self.sentence(episode), 4, cumulative=episode.method in CUMULATIVE
        )

    def sentence(self, episode: data.Episode) -> str:
        return stored_reasons.sentences(episode.peak["words"], self.language)

    def baseline(self, episode: data.Episode) -> str:
        words_of = self._baseline(json.loads(episode.peak["baseline"]))
        guard = 2 if episode.method == "ears" else json.loads(episode.peak["parameters"]).get("guard", 0)
        return words_of + (self.t("baseline_guard", guard=guard) if guard > 1 else "")

    def arithmetic(self, episode: data.Episode) -> list[tuple[str, str]]:
        """Names and values of everything a signal rests on; a limit beside what it limits."""
        peak, method = episode.peak, episode.method
        own_limit = method in CUMULATIVE | {"cusum"}
        limit = (self.t(f"limit_{method}" if own_limit else "limit_count"), self.number(peak["limit_value"]))
        rows = [
            (self.t("week"), peak["label"]),
            (self.t("observed"), self.number(peak["observed"])),
            (self.t("expected"), self.number(peak["expected"])),
        ]
        if not own_limit:
            rows.append(limit)
        if peak["units"] is not None:
            rows.append((self.t("units"), self.number(peak["units"])))
        rows.append((self.t("baseline"), self.baseline(episode)))
        if method in STATISTICS:
            rows.append((self.t(f"statistic_{method}"), self.number(peak["statistic"])))
        if own_limit:
            rows.append(limit)
        if peak["p"] is not None:
            rows.append((self.t("p_value"), self.chance(peak["p"])))
            if episode.kind != "all":
                rows.append((self.t("q_value"), self.chance(peak["q"])))
        return rows

    def pareto_label(self, row: dict[str, Any], kind: str) -> str:
        if row["key"] is None:
            return self.t("the_rest")
        return row["key"] or self.t("not_given")

    def summary(self) -> list[str]:
        """The findings in sentences, gravest first."""
        d = self.d
        lines = [self._batch_line()] if "batch" in self.given else []
        if d["trend"]["alarms"]:
            first = next(e for e in sorted(d["episodes"], key=lambda e: e.first) if e.kind == "all").first
            lines.append(
                self.t("sum_signal", weeks=d["trend"]["alarms"], all=d["trend"]["weeks"], first=first)
            )
        else:
            lines.append(self.t("sum_signal_none"))
        worst = d["sop"]["worst"]
        if worst and worst["share"] > 0.05:
            key = "sum_stage" if worst["median"] >= 0.5 else "sum_stage_at_once"
            lines.append(
                self.t(key, stage=self.span(worst["first"], worst["clock"]), share=self.percent(worst["share"]),
                       limit=self.hours(worst["limit"]), median=self.hours(worst["median"]),
                       at_once=self.percent(worst["at_once"]))
            )  # fmt: skip
        often = [c for c in d["customers"] if c["most"] > 3]
        if often:
            count = d["customer_count"] if len(often) == len(d["customers"]) else len(often)
            lines.append(
                self.t("sum_customers", count=f"{count:,}", least=3, days=30, name=often[0]["customer"])
            )
        if d["duplicates"]["pairs"]:
            lines.append(
                self.t(
                    "sum_duplicates",
                    pairs=f"{d['duplicates']['pairs']:,}",
                    groups=f"{d['duplicates']['clusters']:,}",
                )
            )
        if d["bad"]:
            lines.append(
                self.t("sum_quality", bad=f"{d['bad']:,}", all=f"{d['bad'] + d['count'] + d['left_out']:,}")
            )
        if d["left_out"]:
            lines.append(self.t("left_out", count=f"{d['left_out']:,}", date=d["meta"]["as_of"][:10]))
        return lines

    def beyond(self, suspect: dict[str, Any]) -> bool:
        return (
            suspect["q"] is not None and suspect["q"] <= self.policy.data["signals"]["false_discovery_rate"]
        )

    def interval(self, suspect: dict[str, Any]) -> str:
        top = max(16.0, *(min(s["ratio_high"] or 16, 64) for s in self.d["suspects"]))
        return svg.interval(
            suspect["ratio"] or 0.25, suspect["ratio_low"], suspect["ratio_high"], top, self.beyond(suspect)
        )

    def share_bar(self, row: dict[str, Any]) -> str:
        return svg.share_bar(row["share"], row["cumulative"])

    def action(self, key: str) -> str:
        return phrase(f"action_{key}", self.language, key)

    def no_rates(self, kind: str) -> str:
        """Why counts stand in for rates of items or batches."""
        known = self.d["deliveries"][kind]
        if not self.d["deliveries"]["rows"]:
            return self.t("deliveries_none")
        if not known["known"]:
            return self.t(f"deliveries_unnamed_{kind}")
        if not known["matched"]:
            return self.t(f"deliveries_unmatched_{kind}", count=self.whole(known["known"]))
        return self.t("deliveries_elsewhere", days=self.policy.data["risk"]["window_days"])

    def time_bar(self, clock: dict[str, Any], top: float) -> str:
        return svg.time_bar(
            clock["p10"], clock["median"], clock["p90"], clock["limit"], top, clock["share"] > 0.2
        )

    def clock_top(self, clocks: list[dict[str, Any]]) -> float:
        return max(max(c["p90"], (c["limit"] or 0) * 1.15) for c in clocks)

    def clock_groups(self) -> list[list[dict[str, Any]]]:
        """Stages on one scale, the whole on its own."""
        clocks = self.d["sop"]["clocks"]
        stages = [c for c in clocks if c["clock"] != "total"]
        whole = [c for c in clocks if c["clock"] == "total"]
        return [group for group in (stages, whole) if group]

    def ladder_rows(self) -> list[tuple[str, list[int]]]:
        """Stage and how often each step of the ladder would have been taken."""
        steps = [step["at"] for step in self.policy.data["sop"]["ladder"]]
        found: dict[str, list[int]] = {}
        for row in self.d["sop"]["ladder"]:
            found.setdefault(row["stage"], [0] * len(steps))[steps.index(row["at"])] += row["count"]
        return [(clock, found[clock]) for clock in sop_section.CLOCKS if clock in found]

    def told(self, whom: str) -> str:
        """Who is told, in the reader's language where the policy names a role of the default one."""
        return translator(self.language)(whom)

    def span(self, first: str | None, last: str) -> str:
        """A stage, or from which to which one a time goes."""
        name = self.t(f"stage_{last}")
        if first is None or first == last:
            return name
        return self.t("stage_span", first=self.t(f"stage_{first}"), last=name)

    def _baseline(self, base: dict[str, Any]) -> str:
        if base["count"] is None:
            return self.t("period", first=base["first"], last=base["last"])
        count = self.number(base["count"])
        if base["exposure"] is not None:
            return self.t(
                "baseline_units",
                count=count,
                units=self.number(base["exposure"]),
                first=base["first"],
                last=base["last"],
            )
        return self.t(
            "baseline_words", count=count, periods=base["periods"], first=base["first"], last=base["last"]
        )

    def _batch_line(self) -> str:
        first = next((s for s in self.d["suspects"] if self.beyond(s)), None)
        if not first:
            return self.t("sum_batch_none" if self.d["suspects"] else "suspects_none")
        return self.t(
            "sum_batch", batch=first["batch"], item=first["item"] or "–", count=self.whole(first["count"]),
            expected=self.number(first["expected"]), ratio=self.number(first["ratio"]), low=self.number(first["ratio_low"]),
            high=self.number(first["ratio_high"]), type=first["top_type"] or "–",
        )  # fmt: skip
