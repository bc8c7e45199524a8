"""Risk, harm, reporting duties and rules of every complaint.

Every judgement is the engine's; this module only lines columns up with it. Answers that depend on few values
(a cell of the matrix, a rule over three fields) are asked once per distinct set of values.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from complaint_qms.backtest.history import DIMENSIONS, History, units_delivered
from complaint_qms.backtest.policy import Policy, fact_uses
from complaint_qms.backtest.store import Store
from complaint_qms.constants.risk import HARM_LEVELS
from complaint_qms.engine import reportability, risk, rules
from complaint_qms.engine.risk_table import occurrence_bands
from complaint_qms.engine.signals.complaint_columns import trailing_counts
from complaint_qms.tabular import severity_words

OUTCOMES_KEPT = 200_000
HARM_FIELDS = ("deaths", "injured", "harm", "crash", "fire", "severity")
_JUDGED = ("severity", "risk", "tags")
"""Fields that a rule sees as judged here, not as the file has them."""


class RiskAssessment:
    """Fills ``assessment`` and ``effect``; `asks` names the fields of the complaint table it wants of each chunk."""

    def __init__(self, store: Store, policy: Policy, history: History) -> None:
        self.store, self.policy, self.history = store, policy, history
        window = policy.data["risk"]["window_days"]
        self.recent = trailing_counts(history.item_and_type, history.received, window)
        delivered = units_delivered(store, history)
        self.rate = np.full(len(history), np.nan)
        if delivered is not None:
            self.rate = self.recent / delivered.within(history.codes["item"], history.received, window)
        by_rate, by_count = (
            occurrence_bands(values, policy.bands(by))
            for by, values in (("rate", self.rate), ("count", self.recent))
        )
        self.occurrence = np.where(np.isnan(self.rate), by_count, by_rate).astype(np.int8)
        # How often an item draws a complaint is not known where no item is given: the last name, none
        self.occurrence[history.codes["item"] < 0] = -1
        self.occurrences = np.array([*policy.occurrences, None], dtype=object)
        self.counts = {(by, days): history.recent(by, days) for by, days in fact_uses(policy)}
        self.repeat = self.counts.get(("customer", 30))
        if self.repeat is None:
            self.repeat = history.recent("customer", 30)
        self.rule_fields = _rule_fields(policy)
        wanted = set(self.rule_fields or ())
        self.dimensions = [d for d in DIMENSIONS if d == "type" or d in wanted]
        self.asks = (*HARM_FIELDS, *sorted(wanted.difference(HARM_FIELDS, DIMENSIONS, _JUDGED)))
        self._outcomes: dict[tuple, list[tuple[str, str, str]]] = {}
        self._cell = lru_cache(maxsize=None)(lambda s, o: risk.rate(policy.matrix, s, o).level if o else None)
        self._report = lru_cache(maxsize=50_000)(self._report_by)
        self._severity = lru_cache(maxsize=50_000)(self._severity_and_harm)

    def chunk(self, start: int, stop: int, facts: Mapping[str, tuple]) -> None:
        """Assessment and effect rows of one chunk."""
        part = slice(start, stop)
        row_ids = self.history.row_id[part].tolist()
        read = _readings(self.store, row_ids, "severity")
        told = map(read.get, row_ids) if read else (None,) * len(row_ids)
        hurt = _readings(self.store, row_ids, "harm")
        names = {d: self.history.names(d, part) for d in self.dimensions}
        severities, origins, harms, harm_origins = zip(
            *map(self._severity, told, map(hurt.get, row_ids), *(facts[key] for key in HARM_FIELDS)),
            strict=True,
        )
        self._note_words(start, facts["severity"])
        occurrences = self.occurrences[self.occurrence[part]].tolist()
        levels = list(map(self._cell, severities, occurrences))
        dues = (None,) * len(row_ids)
        if self.policy.data["reportability"]["jurisdictions"]:
            dues = map(self._report, harms, self.history.received[part].astype("datetime64[D]").tolist())
        # SQLite stores NaN, a rate that is not known, as NULL
        rates, recent, repeat = (x[part].tolist() for x in (self.rate, self.recent, self.repeat))
        rows = zip(
            range(start + 1, stop + 1), row_ids, names["type"], severities, origins, occurrences, rates, recent,
            levels, harms, harm_origins, dues, repeat, strict=True,
        )  # fmt: skip
        self.store.insert("assessment", rows, 13)
        if self.rule_fields is not None:
            judged = dict(zip(_JUDGED, (severities, levels, (None,) * len(row_ids)), strict=True))
            self.store.insert("effect", self._effects(start, stop, {**facts, **names, **judged}), 4)

    def _effects(self, start: int, stop: int, values: Mapping[str, Any]) -> list[tuple]:
        """What the rules would have done in one chunk; ``values``: every field they look at, by row."""
        size = stop - start
        seen = zip(*(values[f] for f in self.rule_fields), strict=True) if self.rule_fields else [()] * size
        uses = list(self.counts)
        sums = (
            zip(*(c[start:stop].tolist() for c in self.counts.values()), strict=True) if uses else [()] * size
        )
        effects: list[tuple] = []
        for seq, known in enumerate(zip(seen, sums, strict=True), start + 1):
            found = self._outcomes.get(known)
            if found is None:
                found = self._rules(*known, uses, self.history.received[seq - 1].item())
            if found:
                effects += [(seq, *effect) for effect in found]
        return effects

    def _severity_and_harm(
        self, from_text: str | None, harm_told: str | None, *stated: Any
    ) -> tuple[str, str, str, str | None]:
        """Severity and harm, each with where it comes from; ``stated``: HARM_FIELDS of the file.

        Harm that only the text tells of raises no severity of the file: the report says that the two do not fit."""
        harm = risk.stated_harm(*stated)
        severity = self._severity_of(stated[-1], from_text, harm)
        denied = stated[HARM_FIELDS.index("harm")] == "no"
        if harm_told and not denied and HARM_LEVELS.index(harm_told) > HARM_LEVELS.index(harm):
            return *severity, harm_told, "text"
        return *severity, harm, "file" if harm != "none" else None

    def _severity_of(self, written: str | None, from_text: str | None, harm: str) -> tuple[str, str]:
        chosen, origin = None, "default"
        if written:
            chosen = self.policy.severity_of(written)
            origin = "file" if chosen else origin
        if chosen is None and from_text in self.policy.severities:
            chosen, origin = from_text, "text"
        floor = self.policy.data["risk"]["harm"].get(harm)
        if floor and harm != "none":
            raised = risk.at_least(chosen, floor, self.policy.severities)
            if raised != chosen:
                chosen, origin = raised, "harm"
        return chosen or self.policy.data["risk"]["severity_unknown"], origin

    def _note_words(self, start: int, words: tuple[str | None, ...]) -> None:
        """Severity words of the file that the policy does not know, and ranks, which may begin at either end."""
        for word, count in Counter(words).items():
            if word is None:
                continue
            rank = severity_words.rank(word)
            if self.policy.severity_of(word) is None:
                reason = "severity_unknown_word"
            elif rank:
                reason = f"severity_by_{rank[0]}"
            else:
                continue
            row_id = int(self.history.row_id[start + words.index(word)])
            row = self.store.db.execute("SELECT row FROM complaint WHERE row_id = ?", (row_id,))
            self.store.note_quality("severity", reason, count, row.fetchone()[0], word)

    def _report_by(self, harm: str, aware: date) -> str | None:
        section = self.policy.data["reportability"]
        answers = dict.fromkeys(section["answers"].get(harm) or (), True)
        if not answers:
            return None
        decision = reportability.decide(
            self.policy.reporting, answers, {"awareness": aware}, jurisdictions=section["jurisdictions"]
        )
        return decision.earliest.isoformat() if decision.earliest else None

    def _rules(self, fields: tuple, counts: tuple, uses: list, now: datetime) -> list[tuple[str, str, str]]:
        """Outcome for one set of values, kept for the next rows that have the same."""
        record = dict(zip(self.rule_fields, fields, strict=True))
        facts = _Counts(dict(zip(uses, counts, strict=True)))
        outcome = rules.evaluate(self.policy.ruleset, record, now=now, event="intake", facts=facts)
        found = [
            (e.rule, e.do, json.dumps(dict(e.args), ensure_ascii=False, sort_keys=True))
            for e in outcome.effects
        ]
        if len(self._outcomes) > OUTCOMES_KEPT:
            self._outcomes.clear()
        self._outcomes[fields, counts] = found
        return found


class _Counts:
    """Facts for the rules, counted beforehand."""

    def __init__(self, counts: dict[tuple[str, int], int]) -> None:
        self.counts = counts

    def fact(self, name: str, args: Mapping[str, Any], record: Mapping[str, Any], now: datetime) -> object:
        return self.counts[args["by"], args["days"]]


def _rule_fields(policy: Policy) -> list[str] | None:
    """Fields whose values decide what the rules do; None when there is no rule."""
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("field"), str):
                found.add(node["field"])
            if node.get("do") == "raise_severity":
                found.add("severity")
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(policy.data["rules"])
    return sorted(found) if policy.data["rules"] else None


def _readings(store: Store, row_ids: list[int], field: str) -> dict[int, str]:
    """What the text said of a field, for rows of one chunk."""
    rows = store.db.execute(
        "SELECT row_id, value FROM reading WHERE field = ? AND row_id BETWEEN ? AND ?",
        (field, min(row_ids), max(row_ids)),
    )
    return dict(rows)
