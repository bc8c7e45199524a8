"""Rising Terms: words that stand in a larger share of the complaints of a period than of those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import frappe
import numpy as np
from frappe import _
from frappe.utils import add_months, cint, fmt_money, formatdate, getdate
from pypika.queries import QueryBuilder
from scipy import sparse

from complaint_qms.constants.topics import FIT, TERMS
from complaint_qms.engine.topics.rising import (
    FALSE_SHARE,
    LEAST_COMPLAINTS,
    LEAST_SENDERS,
    RisingTerm,
    rising_terms,
)
from complaint_qms.engine.topics.terms import LANGUAGES, incidence
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.reporting.access import check_reads, permitted
from complaint_qms.services.reporting.columns import column, nothing_found, sentences, summary
from complaint_qms.services.reporting.filters import MOST_NAMED, ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.topics import store
from complaint_qms.services.topics.reading import SENDER, sender_of

MONTHS_BEFORE: Final = (6, 1, 3, 12)
_OTHERS: Final = 5
_DRAWN: Final = 10
MOST_READ: Final = 200_000
"""Complaints of a period whose terms are laid side by side."""


@dataclass
class _Texts:
    """Complaints of a language: their names, senders, terms; and of those before only counts."""

    names: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


class RisingTermsReport:
    """The surest rise first. A term is told only where it stands in complaints that the reader may see, of several senders."""

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        read = ReportFilters.read(asked, own=("months_before",))
        check_reads(("subject", "description"))
        chosen = cint(asked.get("months_before"))
        self.months = chosen if chosen in MONTHS_BEFORE else MONTHS_BEFORE[0]
        last = min(read.to_date or getdate(), getdate())
        first = min(read.from_date or last - timedelta(days=29), last)
        self.filters = replace(read, from_date=first, to_date=last)
        self.earlier = replace(
            read, from_date=getdate(add_months(first, -self.months)), to_date=first - timedelta(days=1)
        )  # fmt: skip
        self.vocabularies = store.vocabulary_in_use()
        self.texts = self._read()
        self.found = self._rising()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(rows), self.chart(rows), self.summary(rows), True

    def columns(self) -> list[dict]:
        of = MEASURES
        return [
            column("group", _("Term"), width=200),
            column("others", _("In the Same Complaints"), width=260),
            of["complaints"].column("count", 110, drill={}),
            of["term_before"].column("before", 110),
            of["term_expected"].column("expected", 110),
            of["term_times"].column("times", 130),
            of["term_chance"].column("chance", 130, precision=3),
            of["term_senders"].column("senders", 110),
        ]

    def rows(self) -> list[dict]:
        rows = []
        for code, one in self.found:
            shown = self.vocabularies[code].shown
            names = [self.texts[code].names[row] for row in one.rows]
            rows.append(
                {
                    "group": shown[one.numbers[0]],
                    "others": ", ".join(shown[number] for number in one.numbers[1 : 1 + _OTHERS]),
                    "count": one.now,
                    "before": one.before,
                    "expected": round(one.expected, 1),
                    "times": round(one.now / one.expected, 1) if one.before else None,
                    "chance": float(f"{100 * one.corrected:.2g}"),
                    "senders": one.senders,
                    "route": {"name": ["in", names]} if len(names) <= MOST_NAMED else None,
                }
            )
        return rows

    def message(self, rows: list[dict]) -> str:
        read = sum(len(one.names) for one in self.texts.values())
        before = sum(len(one.before) for one in self.texts.values())
        told = [
            _("{0} to {1} against the {2} months before.").format(formatdate(self.filters.from_date), formatdate(self.filters.to_date), self.months)
        ]  # fmt: skip
        if not read:
            return sentences([*told, nothing_found(True), self._last_read()])
        if not before:
            told.append(_("There are no complaints before the period to compare with. Choose a later period or more months before."))  # fmt: skip
        elif not rows:
            told.append(_("No term stands in a larger share of the complaints than chance explains."))
        told.append(
            _("Each term: Fisher's exact test on its share; of all that are named, {0} % at most are expected to have risen by chance (Benjamini–Hochberg). At least {1} complaints of {2} senders. Spellings and inflections are counted as one.").format(round(100 * FALSE_SHARE), LEAST_COMPLAINTS, LEAST_SENDERS)
        )  # fmt: skip
        told.append(self._last_read())
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        drawn = rows[:_DRAWN]
        if not drawn:
            return None
        return {
            "data": {
                "labels": [row["group"] for row in drawn],
                "datasets": [
                    {"name": _("Complaints"), "values": [row["count"] for row in drawn]},
                    {"name": _("Expected"), "values": [row["expected"] for row in drawn]},
                ],
            },
            "type": "bar",
            "colors": ["#E07B39", "#5B7DB8"],
            "height": 240,
        }

    def summary(self, rows: list[dict]) -> list[dict]:
        read = sum(len(one.names) for one in self.texts.values())
        if not read:
            return []
        before = sum(len(one.before) for one in self.texts.values())
        return [
            MEASURES["complaints"].card(read, "blue"),
            summary(_("Complaints Before the Period"), before),
            summary(_("Rising Terms"), len(rows), "orange" if rows else "green"),
        ]

    def _last_read(self) -> str:
        latest = frappe.get_all(FIT, fields=["fitted_at"], order_by="name desc", limit=1)
        if not latest:
            return _("No texts have been read yet. That is done once a week; a manager may start it in the list Complaint Topic.")  # fmt: skip
        return _("Words that nobody used before are known from the next weekly reading on; the last one was on {0}.").format(formatdate(latest[0].fitted_at))  # fmt: skip

    def _read(self) -> dict[str, _Texts]:
        texts = {code: _Texts() for code in LANGUAGES}
        complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
        columns = [complaint.name, kept.language, kept.terms, *(complaint[one] for one in SENDER)]
        rows = self._narrowed(self.filters).select(*columns).limit(MOST_READ + 1).run()
        if len(rows) > MOST_READ:
            refuse(
                _(
                    "Period: more than {0} complaints lie in it. Choose a shorter one, or a company or product."
                ).format(fmt_money(MOST_READ, precision=0))
            )
        for name, code, terms, *senders in rows:
            if code in texts:
                own = texts[code]
                own.names.append(name)
                own.senders.append(sender_of(dict(zip(SENDER, senders, strict=True))))
                own.terms.append(terms or "")
        for code, terms in self._narrowed(self.earlier).select(kept.language, kept.terms).run():
            if code in texts:
                texts[code].before.append(terms or "")
        return texts

    def _narrowed(self, filters: ReportFilters) -> QueryBuilder:
        complaint, kept = frappe.qb.DocType("Complaint"), frappe.qb.DocType(TERMS)
        query = frappe.qb.from_(complaint).join(kept).on(kept.name == complaint.name)
        return permitted(filters.apply(query, complaint))

    def _rising(self) -> list[tuple[str, RisingTerm]]:
        found = []
        for code, own in self.texts.items():
            vocabulary = self.vocabularies.get(code)
            if vocabulary is None or not own.names or not own.before:
                continue
            known = vocabulary.idf > 0
            now = _matrix(own.terms, len(known))
            now = now @ sparse.diags(known.astype(float))
            now.eliminate_zeros()
            numbers = np.fromstring(" ".join(own.before), np.int64, sep=" ")
            before = np.bincount(numbers[numbers < len(known)], minlength=len(known)) * known
            found += [(code, one) for one in rising_terms(now.tocsr(), before, len(own.before), own.senders)]
        return sorted(found, key=lambda pair: (pair[1].chance, -pair[1].now))


def _matrix(terms: list[str], width: int) -> Any:
    rows = [[number for number in map(int, text.split()) if number < width] for text in terms]
    return incidence(rows, width)
