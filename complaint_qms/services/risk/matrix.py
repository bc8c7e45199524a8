"""Reads a complaint's risk off the site's matrix."""

import re
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.risk import OCCURRENCE_DAYS, RATE, SCOPES
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.risk import Cell, RiskError, RiskMatrix, rate, rating_of_band
from complaint_qms.services.record import site_cache

_MATRICES, _LEVELS, _RATINGS = "complaint_qms_matrices", "complaint_qms_levels", "complaint_qms_level_ratings"
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")


class OccurrenceRule(NamedTuple):
    """Attributes:
    scope: one of `SCOPES`; days: period until today; basis: one of the engine's `BASES`.
    """

    scope: str
    days: int
    basis: str


def set_risk(doc: Document) -> None:
    """Set the risk fields of `doc` from its severity and occurrence; blank while one of them is.

    What a complaint was judged by when it ended stays, whatever its matrix says since.
    """
    before = doc.get_doc_before_save()
    if before and before.stage in COMPLAINT_ENDED:
        return
    name = matrix_for(doc.company)
    doc.risk_matrix = name
    cell = None
    if name and doc.severity and doc.occurrence:
        try:
            cell = rate(matrix_of(frappe.get_cached_doc("Risk Matrix", name)), doc.severity, doc.occurrence)
        except RiskError:
            # A level the matrix leaves out has no rating; the matrix form shows the gap to whoever owns it.
            cell = None
    doc.risk_level = cell.level if cell else None
    doc.risk_acceptability = cell.acceptability if cell else None
    doc.risk_color = cell.color if cell else None
    doc.required_action = cell.required_action if cell else None


def check_color(color: str | None, where: str) -> None:
    """A colour is written as hexadecimal digits and nothing else; it is drawn into pages as it stands.

    Args:
        where: translated name of the place, for the message.
    Raises:
        frappe.ValidationError: something else.
    """
    if color and not _COLOR.fullmatch(color):
        frappe.throw(_("{0}: this is no colour. Choose one, or write it like #3BA272.").format(where))


def check_default(settings: Document) -> None:
    """The matrix newly named as the site's default is for every company.

    Raises:
        frappe.ValidationError: it is one company's own.
    """
    name = settings.default_risk_matrix
    if not name or not settings.has_value_changed("default_risk_matrix"):
        return
    company = frappe.db.get_value("Risk Matrix", name, "company")
    if company:
        frappe.throw(
            _(
                "Default Risk Matrix: {0} belongs to {1}, which uses it anyway. Choose one for every company."
            ).format(escape_html(name), escape_html(company))
        )


def matrix_for(company: str | None) -> str | None:
    """The matrix of a company: its own, the default of the settings, the one marked as default.

    Without a company: the default, else one for every company, else any that is in use.
    """
    rows = site_cache.kept(
        _MATRICES,
        lambda: frappe.get_all(
            "Risk Matrix",
            filters={"disabled": 0},
            fields=["name", "company", "is_default"],
            order_by="is_default desc, name asc",
        ),
    )
    own = next((row["name"] for row in rows if row["company"] and row["company"] == company), None)
    if own:
        return own
    # A look across companies may use any; a complaint of one uses no other company's.
    usable = [row["name"] for row in rows if not (company and row["company"])]
    usable.sort(key=lambda name: name not in {row["name"] for row in rows if not row["company"]})
    default = frappe.get_cached_doc(SETTINGS).default_risk_matrix
    return default if default in usable else next(iter(usable), None)


def matrix_of(doc: Document) -> RiskMatrix:
    """A Risk Matrix as the engine reads it; levels in the order of their ranks."""
    ranks = level_ranks()
    pairs = [(row.severity, row.occurrence) for row in doc.cells]
    severities, occurrences = (
        tuple(sorted({pair[at] for pair in pairs}, key=lambda name: (ranks[kind].get(name, 0), name or "")))
        for at, kind in enumerate(("Risk Severity", "Risk Occurrence"))
    )
    cells = (
        Cell(row.risk_level, row.acceptability, row.color or "", row.required_action or "")
        for row in doc.cells
    )
    return RiskMatrix(severities, occurrences, dict(zip(pairs, cells, strict=True)))


def level_ranks() -> dict[str, dict[str, int]]:
    """Rank of every severity and occurrence of the site."""
    return {doctype: dict(rows) for doctype, rows in _levels().items()}


def level_ratings() -> dict[str, dict[str, int]]:
    """FMEA rating of the severities and occurrences of the site that have one: their own; that of an occurrence without one by
    its band of rates."""
    return site_cache.kept(_RATINGS, _read_ratings)


def occurrence_rule(matrix: str | None) -> OccurrenceRule:
    """How a matrix has occurrences proposed; as a new matrix does where there is none or it says nothing."""
    fields = ("occurrence_scope", "occurrence_days", "occurrence_basis")
    scope, days, basis = (
        (frappe.get_cached_doc("Risk Matrix", matrix).get(field) for field in fields)
        if matrix
        else (None,) * 3
    )
    return OccurrenceRule(scope or SCOPES[0], days or OCCURRENCE_DAYS, basis or RATE)


def occurrence_bands() -> list[tuple[str, float, float]]:
    """(occurrence, from, to) of the levels in use that have a band of rates, the least first; one query."""
    rows = frappe.get_all(
        "Risk Occurrence",
        filters={"disabled": 0},
        fields=["name", "rank", "rate_from", "rate_to"],
        order_by="name asc",
    )
    bands = sorted((row for row in rows if row.rate_from or row.rate_to), key=lambda row: row["rank"])
    return [(row.name, row.rate_from, row.rate_to) for row in bands]


def forget_matrices() -> None:
    """Drop what is cached about matrices and levels; called when one of them changes."""
    site_cache.forget([_MATRICES, _LEVELS, _RATINGS])


def _read_ratings() -> dict[str, dict[str, int]]:
    severities = frappe.get_all("Risk Severity", fields=["name", "fmea_rating"], order_by="name asc")
    fields = ["name", "fmea_rating", "rate_from", "rate_to"]
    occurrences = frappe.get_all("Risk Occurrence", fields=fields, order_by="name asc")
    return {
        "Risk Severity": {row.name: row.fmea_rating for row in severities if row.fmea_rating},
        "Risk Occurrence": {
            row.name: row.fmea_rating or rating_of_band(row.rate_from, row.rate_to)
            for row in occurrences
            if row.fmea_rating or row.rate_from or row.rate_to
        },
    }


def _levels() -> dict[str, list[tuple[str, int]]]:
    return site_cache.kept(
        _LEVELS,
        lambda: {
            doctype: sorted(
                frappe.get_all(doctype, fields=["name", "rank"], as_list=True, order_by="name asc"),
                key=lambda row: row[1],
            )
            for doctype in ("Risk Severity", "Risk Occurrence")
        },
    )
