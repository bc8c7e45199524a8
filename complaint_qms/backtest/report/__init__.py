"""One self-contained HTML file from a finished store: opens offline, prints on A4, reads on a phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from complaint_qms.backtest import odd_history, stored_reasons
from complaint_qms.backtest.catalogue import phrase, translator
from complaint_qms.backtest.finding_scan import LISTED, LISTED_OF_FINDING
from complaint_qms.backtest.report import chart_section, data, sop_section, svg
from complaint_qms.backtest.report.lead import Lead
from complaint_qms.backtest.report.lists import MOST_IN_CSV, Lists
from complaint_qms.backtest.store import Store
from complaint_qms.backtest.templates import environment
from complaint_qms.tabular.fields import STAGES

CUMULATIVE = frozenset({"maxsprt"})
BARS_ONLY = frozenset({"threshold", "cusum"})
STATISTICS = frozenset({"u", "laney", "ears", "cusum", "maxsprt", "farrington"})
"""Methods whose statistic says something that the count and the p-value do not."""


def render(store: Store, language: str, csv_name: str) -> str:
    """The report of a finished store in `language` (en, zh). `csv_name`: the file of its complaints that lies beside it."""
    templates = environment(Path(__file__).parent, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    found = data.collect(store)
    view = _View(found, language, Lists(store), csv_name)
    view.charts = chart_section.charts(store, language)
    gap = "" if language == "zh" else " "
    templates.globals.update(t=view.t, v=view, charts=view.charts, gap=gap)
    return templates.get_template("report.html.jinja").render(d=found, lang=language)


class _View(Lead):
    """What the template asks: words, numbers and charts in one language."""

    few, many, most_in_csv = LISTED, LISTED_OF_FINDING, MOST_IN_CSV

    def __init__(self, found: dict[str, Any], language: str, lists: Lists, csv_name: str) -> None:
        super().__init__(found, language, lists, csv_name)
        self.cards, self.other_signals = data.CARDS, data.OTHER_SIGNALS
        self.charts: list[dict[str, str]] = []
        self.given = {key for key, _count, _share in found["quality"]["filled"]}
        self.typed = "type" in self.given or bool(found["read_types"])
        """Whether any complaint has a type; whether any has words; what is in nobody's file has no column."""
        self.worded = not self.given.isdisjoint(("text", "subject"))

    def sections(self) -> list[str]:
        """Ids of the sections that this report has, in order."""
        d = self.d
        there = {
            "findings": d["findings"]["rises"][self.leading :] or d["findings"]["changes"],
            "harmed": d["harmed"]["count"],
            "costs": d["costs"],
            "months": d["months"]["rows"],
            "open": d["ageing"]["count"],
            "trend": d["trend"]["points"],
            "reportable": d["reportable"]["count"],
            "pareto": d["pareto"],
            "suspects": "batch" in self.given,
            "pairings": d["pairings"],
            "customers": "customer" in self.given,
            "rules": d["rules"],
            "charts": self.charts,
        }
        first = ["summary", "findings", "worst", "harmed", "costs", "months", "open"]
        first += ["trend", "risk", "reportable", "pareto", "signals", "charts", "sop", "suspects", "pairings"]
        order = [*first, "customers", "duplicates", "rules", "quality", "methods", "behind"]
        return [key for key in order if there.get(key, True)]

    def occurrences(self) -> list[str | None]:
        """Columns of the matrix; None where it is not known how often an item draws a complaint."""
        known = list(self.policy.occurrences) if self.d["risk"]["known"] else []
        return [*known, None] if self.d["risk"]["unknown"] else known

    def cell(self, severity: str, occurrence: str | None) -> dict[str, Any]:
        """A cell of the heat map: level, its name, tint, count, open; without level and colour where occurrence is unknown."""
        count, still_open = self.d["risk"]["cells"].get((severity, occurrence), (0, 0))
        if occurrence is None:
            return {"level": "", "color": "", "tint": 0.0, "count": count, "open": still_open}
        key = self.policy.data["risk"]["grid"][severity][self.policy.occurrences.index(occurrence)]
        color = self.policy.data["risk"]["levels"][key].get("color", "#888888")
        most = max((c for c, _ in self.d["risk"]["cells"].values()), default=1)
        return {
            "level": self.level("levels", key),
            "color": color,
            "tint": 0.14 if not count else 0.3 + 0.45 * (count / most) ** 0.5,
            "count": count,
            "open": still_open,
        }

    def cell_count(self, severity: str, occurrence: str | None, count: int) -> str:
        where = self.t(
            "where_two", one="severity", value=severity, other="occurrence", second=occurrence or ""
        )
        name = self.level("occurrences", occurrence) if occurrence else self.t("occurrence_unknown")
        title = f"{self.level('severities', severity)} ＼ {name}"
        source = "FROM assessment WHERE severity = ? AND occurrence IS ?"
        return self.of_query(title, count, where, source, severity, occurrence)

    def everything(self) -> str:
        return self.of_query(self.t("series_all"), self.d["count"], "", "FROM assessment")

    def severe(self) -> str:
        """How many are of the gravest levels."""
        grave = self.d["risk"]["grave"]
        source = f"FROM assessment WHERE severity IN ({', '.join('?' * len(grave))})"
        where = self.t("where_value", field="severity", value=" / ".join(grave))
        return self.of_query(self.t("big_severe"), self.d["risk"]["severe"], where, source, *grave)

    def late(self) -> str:
        """How many are over any of their limits."""
        seqs = self.d["sop"]["late_seqs"]
        where = self.t("where_value", field="over_limit", value=1)
        behind = self.lists.add(self.t("big_late"), len(seqs), seqs[: -LISTED - 1 : -1], where)
        return self.behind(self.whole(len(seqs)), behind)

    def over_limit(self, clock: dict[str, Any]) -> str:
        name, first, limit = clock["clock"], clock["first"], clock["limit"]
        title = f"{self.span(first, name)}: {self.t('over_limit')}"
        where = self.t("where_over", field=f"{name}_minutes", limit=f"{limit or 0:g}")
        conditions = [f"{name} > ?"]
        if first is not None:  # a time over several stages is told from one over the last of them alone
            place = STAGES.index(first)
            between = STAGES[place : STAGES.index(name)]
            conditions += [f"{stage} IS NULL" for stage in between]
            conditions += [f"{STAGES[place - 1]} IS NOT NULL"] if place else []
            where = (
                self.t("or_words", first=where, rest=", ".join(f"{stage}_minutes" for stage in between))
                if between
                else where
            )
        source = f"FROM sop_time WHERE {' AND '.join(conditions)}"
        return self.of_query(title, clock["over"], where, source, limit, shown=self.percent(clock["share"]))

    def told_count(self, stage: str, step: int, count: int) -> str:
        ladder = self.policy.data["sop"]["ladder"][step]
        title = f"{self.t('stage_' + stage)} {self.percent(ladder['at'])}: {self.told(ladder['to'])}"
        where = self.t("where_table", table="escalation")
        source = 'FROM escalation WHERE stage = ? AND "at" = ?'
        return self.of_query(title, count, where, source, stage, ladder["at"])

    def pair_count(self, pair: dict[str, Any]) -> str:
        where = self.t("where_two", one="item", value=pair["item"], other="type", second=pair["type"])
        kept = self.lists.kept("pair", pair["item"], pair["type"])
        behind = self.lists.add(f"{pair['item']}, {pair['type']}", pair["count"], kept, where)
        return self.behind(self.whole(pair["count"]), behind)

    def suspect_count(self, one: dict[str, Any]) -> str:
        where = self.t("where_value", field="batch", value=one["batch"])
        if one["batch_count"] > one["count"]:
            where = self.t(
                "where_two", one="batch", value=one["batch"], other="item", second=one["item"] or ""
            )
        kept = self.lists.kept("suspect", one["batch"], one["item"] or "")
        title = f"{self.t('field_batch')} {one['batch']}, {one['item'] or self.t('not_given')}"
        return self.behind(self.whole(one["count"]), self.lists.add(title, one["count"], kept, where))

    def rule_count(self, row: dict[str, Any]) -> str:
        title = f"{self.t('rule')} {row['rule']}: {self.action(row['action'])} {self.detail(row['detail'])}"
        where = self.t("where_table", table="effect")
        source = "FROM effect WHERE rule = ? AND action = ? AND detail = ?"
        return self.of_query(title, row["count"], where, source, row["rule"], row["action"], row["detail"])

    def trend_chart(self, narrow: bool) -> str:
        trend = self.d["trend"]
        title = self.t("trend_months" if trend["monthly"] else "trend_weeks")
        points = trend["points"]
        if trend["method"] in CUMULATIVE | BARS_ONLY:
            points = [{**p, "expected": None, "limit_value": None} for p in points]
        description = self.t("period", first=self.d["first"], last=self.d["last"])
        size = (380, 230, 4) if narrow else (1040, 300, 9)
        return svg.column_chart(points, size[0], size[1], title, description, size[2])

    def trend_has(self, line: str) -> bool:
        """Whether the chart of all complaints has the line of what was expected, or that of the limit."""
        trend = self.d["trend"]
        plain = trend["monthly"] or trend["method"] in CUMULATIVE | BARS_ONLY
        return not plain and any(point[line] is not None for point in trend["points"])

    def card_chart(self, episode: data.Episode) -> str:
        points = episode.points
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
        told = bool(d["findings"]["rises"])
        lines = [self.harm_sentences()] if d["harmed"]["people"] else []
        if d["stands_in"]:
            lines.append(f"{self.t('received_stands_in')}: {d['stands_in']}")
        lines += odd_history.date_sentences(d["date_facts"], self.language)
        lines += odd_history.severity_sentences(d["severity_facts"], self.policy, self.language)
        lines += [self._batch_line()] if "batch" in self.given and not told else []
        if told:
            pass  # said by the findings
        elif d["trend"]["alarms"]:
            first = next(e for e in sorted(d["episodes"], key=lambda e: e.first) if e.kind == "all").first
            lines.append(
                self.t("sum_signal", weeks=d["trend"]["alarms"], all=d["trend"]["weeks"], first=first)
            )
        else:
            lines.append(self.t("sum_signal_none"))
        if changes := d["findings"]["changes"]:
            lines.append(
                self.t(
                    "sum_changes_one" if len(changes) == 1 else "sum_changes",
                    count=f"{len(changes):,}",
                    first=self.finding_sentence(changes[0]),
                )
            )
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
                self.t(
                    "sum_customers",
                    count=f"{count:,}",
                    least=3,
                    days=30,
                    name=often[0]["customer"],
                    most=often[0]["most"],
                )
            )
        if d["duplicates"]["pairs"]:
            lines.append(
                self.t(
                    "sum_duplicates",
                    count=d["duplicates"]["pairs"],
                    pairs=f"{d['duplicates']['pairs']:,}",
                    groups=f"{d['duplicates']['clusters']:,}",
                    more=f"{d['duplicates']['members'] - d['duplicates']['clusters']:,}",
                )
            )
        sources = [
            self.t("severity_source", source=self.t(f"severity_from_{key}"), number=self.whole(count))
            for key, count in d["risk"]["sources"]
        ]
        lines.append(self.t("severity_sources_are", sources=self.t("comma").join(sources)))
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
