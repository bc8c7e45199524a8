"""How the knowledge base is used: which articles help, which nobody needs, and for which complaints there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from pypika.terms import Case, ExistsCriterion

from complaint_qms.constants.knowledge import ANSWERED, ARTICLE, CATEGORY, COMPLAINT, LANGUAGE, PROPOSED, USE
from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.services.knowledge.uses import FIGURES, figures_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import column, percent, sentences, summary
from complaint_qms.services.reporting.filters import ReportFilters, read_object

_SHOWN: Final = ("used", "unused", "gaps")
_MOST: Final = 500


class KnowledgeUse:
    """Articles by how they were used, or complaints without one, by type and item."""

    def __init__(self, given: Mapping | str | None) -> None:
        self.filters = ReportFilters.read(given, own=("show",))
        shown = read_object(given).get("show")
        self.shown = shown if shown in _SHOWN else _SHOWN[0]

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        if self.shown == "gaps":
            rows = self._gaps()
            return self._gap_columns(), rows, self._gap_message(rows), None, [], True
        rows = self._articles()
        return self._article_columns(), rows, self._article_message(rows), None, self._summary(rows), True

    def _articles(self) -> list[dict[str, Any]]:
        figures = figures_of()
        article = frappe.qb.DocType(ARTICLE)
        used = article.name.isin(sorted(figures) or [""])
        ours = (Coalesce(article[COMPLAINT], "") != "") | (article.category == CATEGORY)
        query = (
            frappe.qb.from_(article)
            .select(
                article.name,
                article.title,
                article.category,
                article.published,
                article[LANGUAGE].as_("language"),
            )
            .where(ours | used | (article.published == 1))
            .orderby(article.title, order=Order.asc)
            .orderby(article.name, order=Order.asc)
        )
        found = []
        for row in permitted(query, ARTICLE).run(as_dict=True):
            own = figures.get(row.name, dict.fromkeys(FIGURES, 0) | {"last": None})
            found.append(
                {**row, "state": _("Published") if row.published else _("Draft"), **own, **_helped(own)}
            )
        is_used = [one for one in found if one["answered"] or one["chat"]]
        if self.shown == "unused":
            return [one for one in found if one not in is_used]
        return sorted(is_used, key=lambda one: (-(one["answered"] + one["chat"]), one["title"]))  # fmt: skip

    def _article_columns(self) -> list[dict]:
        link = {"link_to": ARTICLE, "link_from": "name"}
        return [
            column("title", _("Title"), width=280, **link),
            column("state", _("State", context="Complaint"), width=100),
            column("language", _("Language"), width=90),
            column("proposed", _("Proposed"), "Int", 100),
            column("answered", _("Used in Answers"), "Int", 130),
            column("solved", _("Solved", context="Complaint"), "Int", 90),
            column("unsolved", _("Not Solved"), "Int", 110),
            column("chat", _("Told in Chats"), "Int", 120),
            column("chat_solved", _("No Complaint Came of It"), "Int", 170),
            column("helped", _("Helped"), "Percent", 100),
            column("last", _("Last Used"), "Datetime", 190),
        ]

    def _article_message(self, rows: list[dict]) -> str:
        if rows:
            return sentences(
                [
                    _("Solved: the complaint was closed and its customer did not disagree. In a chat: no complaint of the same sender came within a week."),
                    _("Uses count from when the app counts them, and of complaints that you may see."),
                ]
            )  # fmt: skip
        if self.shown == "unused":
            return sentences([_("Every article was used in an answer or a chat.")])
        return sentences([_("No article was used yet. Write one on a closed complaint, and have somebody else publish it.")])  # fmt: skip

    def _summary(self, rows: list[dict]) -> list[dict]:
        if not rows or self.shown != "used":
            return []
        return [
            summary(_("Used in Answers"), sum(row["answered"] for row in rows), "blue"),
            summary(_("Told in Chats"), sum(row["chat"] for row in rows), "blue"),
        ]

    def _gaps(self) -> list[dict[str, Any]]:
        """By complaint type and item, complaints that no article was proposed on, used for or written of; one query and one for names."""
        complaint, use, article = (frappe.qb.DocType(name) for name in ("Complaint", USE, ARTICLE))
        with_use = (
            frappe.qb.from_(use)
            .select(1)
            .where((use.complaint == complaint.name) & use.kind.isin((PROPOSED, ANSWERED)))
        )
        written = frappe.qb.from_(article).select(1).where(article[COMPLAINT] == complaint.name)
        kind, item = Coalesce(complaint.complaint_type, ""), Coalesce(complaint.item_code, "")
        query = (
            frappe.qb.from_(complaint)
            .select(kind.as_("complaint_type"), item.as_("item_code"), Count("*").as_("complaints"))
            .select(
                Sum(Case().when(complaint.stage == "closed", 1).else_(0)).as_("closed"),
                Max(complaint.received_at).as_("last"),
            )
            .where(complaint.stage.notin(NO_COMPLAINT))
            .where(ExistsCriterion(with_use).negate() & ExistsCriterion(written).negate())
            .groupby(kind, item)
            .orderby(Count("*"), order=Order.desc)
            .orderby(kind)
            .orderby(item)
            .limit(_MOST)
        )
        within = self.filters.within(complaint.received_at)
        query = self.filters.apply_undated(query if within is None else query.where(within), complaint)
        rows = permitted(query).run(as_dict=True)
        names = values_of("Item", (row.item_code for row in rows), "item_name")
        for row in rows:
            row["closed"] = int(row["closed"] or 0)
            row["type"] = _(row.complaint_type) if row.complaint_type else _("Not Set")
            row["item"] = names.get(row.item_code) or row.item_code or _("Not Set")
        return rows  # fmt: skip

    def _gap_columns(self) -> list[dict]:
        return [
            column("type", _("Complaint Type"), width=220, link_to="Complaint Type", link_from="complaint_type"),
            column("item", _("Item"), width=260, link_to="Item", link_from="item_code"),
            column("complaints", _("Complaints without an Article"), "Int", 240),
            column("closed", _("Of Them Closed"), "Int", 140),
            column("last", _("Last Received"), "Datetime", 190),
        ]  # fmt: skip

    def _gap_message(self, rows: list[dict]) -> str:
        if rows:
            return sentences([_("What comes up most often here is worth an article: open a closed one of these complaints and press Write Help Article.")])  # fmt: skip
        return sentences([_("No complaint of this period is without an article.")])


def _helped(own: Mapping[str, Any]) -> dict[str, Any]:
    """The share of those whose end is known that it helped."""
    helped = own["solved"] + own["chat_solved"]
    return {"helped": percent(helped, helped + own["unsolved"] + own["chat_unsolved"])}
