"""What the lead page asks: findings, harm, costs, months, ages; and the links from numbers to their complaints."""

from __future__ import annotations

import json
from functools import cached_property
from html import escape
from typing import Any

from jinja2.filters import FILTERS

from complaint_qms.backtest import stored_reasons
from complaint_qms.backtest.report import svg
from complaint_qms.backtest.report.data import Episode
from complaint_qms.backtest.report.findings import CHANGES, LEADING, SHOWN, TABLED
from complaint_qms.backtest.report.grave import AGES
from complaint_qms.backtest.report.lists import MOST_IN_CSV, Behind, Lists
from complaint_qms.backtest.report.words import Words

HEAT = ("#f5f4ee", "#f3ddc4", "#e9b98f", "#d98a5f", "#bf5a38", "#8f2f1c")
"""One scale for every cell that counts: from none to the largest of its table."""


_escaped = FILTERS["escape"]


class Html(str):
    """Text that is markup already; a template takes it as it is."""

    def __html__(self) -> str:
        return self


class Lead(Words):
    """Words and charts of the lead page."""

    def __init__(self, found: dict[str, Any], language: str, lists: Lists, csv_name: str) -> None:
        super().__init__(found, language)
        self.lists, self.csv_name = lists, csv_name
        self.leading, self.shown_findings = LEADING, SHOWN
        self.tabled, self.shown_changes = TABLED, CHANGES
        self.whole_csv = found["count"] <= MOST_IN_CSV

    def behind(self, shown: str, behind: Behind | None) -> str:
        """A number that leads to its complaints."""
        if behind is None:
            return shown
        name = escape(f"{behind.title}: {shown}")
        return Html(f'<a class="to" href="#{behind.anchor}" aria-label="{name}">{escape(shown)}</a>')

    def behind_rows(self, behind: Behind) -> Html:
        """The rows of a list. One complaint stands in many of them; so its row is written once."""
        return Html("\n".join([self._rows[seq] for seq in behind.seqs]))

    def to_section(self, section: str, count: int) -> str:
        """A number that a section of the report takes apart."""
        shown = self.whole(count)
        return Html(f'<a class="to" href="#{section}">{shown}</a>') if count else shown

    def to_finding(self, number: int | None) -> str:
        """The number of a finding, which leads to it where the report tells it."""
        if number is None:
            return "–"
        rises, changes = self.d["findings"]["rises"], self.d["findings"]["changes"]
        told = [*rises[: self.shown_findings + self.tabled], *changes[: self.shown_changes]]
        there = any(one["finding"] == number for one in told)
        return Html(f'<a class="to" href="#finding-{number}">{number}</a>') if there else str(number)

    def verdict(self, episode: Episode) -> str:
        """What became of a signal: the finding that it is part of, or that chance explains it among all series."""
        if episode.finding is None:
            return self.t("of_no_finding", series=self.whole(self.d["series"]))
        return Html(self.t("of_finding", finding=self.to_finding(episode.finding)))

    def of_value(self, kind: str, key: str, count: int, shown: str | None = None) -> str:
        """A count of complaints that share a value of a dimension."""
        name = key or self.t("not_given")
        where = self.t("where_value", field=kind, value=key)
        behind = self.lists.add(f"{self.kind(kind)}: {name}", count, self.lists.kept(kind, key), where)
        return self.behind(shown or self.whole(count), behind)

    def of_query(
        self, title: str, count: int, where: str, source: str, *parameters: Any, shown: str | None = None
    ) -> str:
        """A count of complaints that a query tells."""
        if not count:
            return shown or self.whole(count)
        behind = self.lists.add(title, count, self.lists.newest(source, parameters), where)
        return self.behind(shown or self.whole(count), behind)

    def of_finding(self, one: dict[str, Any], shown: str) -> str:
        title = f"{self.t('finding')} {self.finding_number(one)}: {self.finding_name(one)}"
        where = self.t("where_contains", field="finding", value=f"[{one['finding']}]")
        return self.behind(
            shown, self.lists.add(title, one["observed"], self.lists.finding(one["finding"]), where)
        )

    def finding_number(self, one: dict[str, Any]) -> int:
        return one["finding"]

    def finding_name(self, one: dict[str, Any]) -> str:
        """What a finding is about, without its numbers."""
        subject = json.loads(one["words"])[0][1].get("subject")
        return self._subject(subject) if subject else self.t("series_all")

    def finding_sentence(self, one: dict[str, Any]) -> str:
        return stored_reasons.sentences(one["words"], self.language)

    def finding_words(self, one: dict[str, Any]) -> str:
        """The sentences of a finding after its name."""
        said = stored_reasons.sentences(one["words"], self.language)
        return said.removeprefix(self.finding_name(one)).lstrip(":： ")

    def since(self, one: dict[str, Any]) -> str:
        """When: every stretch of what came back."""
        said = []
        for place, (_first, _last, begin, end) in enumerate(one["spells"], 1):
            ongoing = one["trend"] != "ended" and place == len(one["spells"])
            key = "since" if ongoing else "during" if begin != end else "in_week"
            said.append(self.t(key, first=begin, last=end))
        return self.t("comma").join(said)

    def expected_words(self, value: float) -> str:
        """An expectation as the sentence says it."""
        if round(value, 2) == 0:
            return "–"  # nothing before to compare with
        return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"

    def traits(self, one: dict[str, Any]) -> str:
        """What most of its complaints share."""
        return self.t("comma").join(
            self.t("trait", field=self.kind(kind), value=value, share=self.percent(count / one["observed"]))
            for kind, value, count in one["traits"]
        )

    def harm_sentences(self) -> str:
        """How many complaints tell of a death, of an injury, and of a crash or a fire alone."""
        harmed = self.d["harmed"]
        said = []
        for key in ("died", "hurt"):
            if harmed[key]:
                said.append(self.t(f"harmed_{key}", count=self.whole(harmed[key])))
        for key in ("told", "doubted"):
            if harmed[key]:
                said.append(self.t(f"harmed_{key}", count=self.whole(harmed[key])))
        if harmed["injured"] is not None or harmed["deaths"] is not None:
            numbers = {key: self.whole(harmed[key]) for key in ("injured", "deaths")}
            said.append(self.t("harmed_numbers", **numbers))
        if harmed["count"] > harmed["people"]:
            key = "harmed_events" if harmed["people"] else "harmed_events_only"
            said.append(self.t(key, count=self.whole(harmed["count"] - harmed["people"])))
        return ("" if self.language == "zh" else " ").join(said)

    def deaths_told(self) -> str:
        """How many complaints tell of a death, which leads to them."""
        return self.to_section("harmed", self.d["harmed"]["died"])

    def harm_of(self, one: dict[str, Any]) -> str:
        """How grave its complaints are; empty where nothing is."""
        said = []
        if one["deaths"]:
            said.append(self.t("deaths_count", count=self.whole(one["deaths"])))
        if one["injured"]:
            said.append(self.t("injured_count", count=self.whole(one["injured"])))
        if one["severe"]:
            said.append(self.t("severe_count", count=self.whole(one["severe"])))
        if one["open"]:
            said.append(self.t("open_count", count=self.whole(one["open"])))
        return self.t("comma").join(said)

    def explained(self, one: dict[str, Any]) -> str:
        """The series whose signals it explains."""
        names = [self.series(s["kind"], s["key"]) for s in one["sources"]]
        shown = self.t("comma").join(names[:4]) + (
            self.t("and_more", count=len(names) - 4) if len(names) > 4 else ""
        )
        return self.t("explains", count=self.whole(len(one["signals"])), names=shown)

    def finding_chart(self, one: dict[str, Any]) -> str:
        return svg.column_chart(
            one["points"], 420, 132, self.finding_name(one), self.finding_words(one), 5, marks=False
        )

    def currency(self, part: dict[str, Any]) -> str:
        """What costs are in; nothing is said where no file names a currency at all."""
        return part["currency"] or (self.t("currency_none") if part["several"] else "")

    def heat(self, count: float, most: float) -> str:
        """The colour of a cell: equal steps of the square root, so that small numbers still differ."""
        if not count or not most:
            return HEAT[0]
        return HEAT[1 + min(4, int(5 * (count / most) ** 0.5 - 1e-9))]

    def heat_ink(self, count: float, most: float) -> str:
        return "#fff" if self.heat(count, most) in HEAT[4:] else "var(--ink)"

    def month_count(self, kind: str, month: str, count: int) -> str:
        if not count:
            return ""
        where = self.t("where_two", one="type", value=kind, other="month", second=month)
        behind = self.lists.add(f"{kind}, {month}", count, self.lists.kept("month", kind, month), where)
        return self.behind(self.whole(count), behind)

    def ages(self) -> list[str]:
        """Headings of the columns of ages."""
        lows = [0, *(end + 1 for end in AGES)]
        return [
            *(self.t("days_range", low=low, high=high) for low, high in zip(lows, AGES, strict=False)),
            self.t("days_over", low=AGES[-1]),
        ]

    def age_count(self, stage: str, age: str, seqs: list[int]) -> str:
        if not seqs:
            return "·"
        where = self.t("where_value", field="open_stage", value=stage)
        title = f"{self.t('open')}: {self.t('stage_' + stage)}, {age}"
        return self.behind(self.whole(len(seqs)), self.lists.add(title, len(seqs), seqs[:12], where))

    def pareto_strip(self, found: list[dict[str, Any]], place: int) -> str:
        before = found[place - 1]["cumulative"] if place else 0.0
        after = found[place + 1]["cumulative"] if place + 1 < len(found) else None
        row = found[place]
        most = max(r["share"] for r in found)
        return svg.pareto_row(row["share"], row["cumulative"], before if place else None, after, most)

    def _subject(self, stored: dict[str, Any]) -> str:
        return stored_reasons.sentence(stored["template"], stored["values"], self.language)

    @cached_property
    def _rows(self) -> dict[int, str]:
        """By running number, of all lists there are: asked for once the last one has been."""
        found = {}
        for seq, r in self.lists.facts().items():
            words = r["words"]
            more = "…" if len(words) >= 90 else ""
            kind = f"<td>{_escaped(r['type'] or '–')}</td>" if self.typed else ""
            told = f"<td>{_escaped(words)}{more}</td>" if self.worded else ""
            found[seq] = (
                f'<tr><th scope="row">{_escaped(r["id"])}</th><td class="nw">{r["received"][:10]}</td>'
                f"<td>{_escaped(r['item'] or '–')}</td>{kind}"
                f"<td>{_escaped(self.level('severities', r['severity']))}</td>{told}</tr>"
            )
        return found
