"""The rates of an occurrence level: a band of its own is refused where it is none, its neighbours are told of.

Two levels that share an end are changed one after the other, so that a gap or an overlap between them is said and not refused.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

from complaint_qms.services.risk.matrix import occurrence_bands
from complaint_qms.services.risk.occurrence_words import band_problems


def check_band(level: Document) -> None:
    """Raises:
    frappe.ValidationError: a rate below 0 or above 1, or a band that ends before it begins.
    """
    before = level.get_doc_before_save()
    told_by = ("rate_from", "rate_to", "rank", "disabled")
    if before and not any(before.get(field) != level.get(field) for field in told_by):
        return
    for field in ("rate_from", "rate_to"):
        if not 0 <= flt(level.get(field)) <= 1:
            frappe.throw(
                _(
                    "{0}: enter complaints for each unit, from 0 to 1; one in a thousand units is 0.001."
                ).format(_(level.meta.get_label(field)))
            )
    low, high = flt(level.rate_from), flt(level.rate_to)
    if high and high <= low:
        frappe.throw(_("{0} has to be above {1}, or 0 for no limit.").format(*(_(level.meta.get_label(field)) for field in ("rate_to", "rate_from"))))  # fmt: skip
    others = [band for band in occurrence_bands() if band[0] != level.name]
    ranks = dict(
        frappe.get_all("Risk Occurrence", fields=["name", "rank"], as_list=True, order_by="name asc")
    )
    if not level.disabled and (low or high):
        ranks[level.name] = level.rank
        others.append((level.name or level.occurrence_name, low, high))
        ranks.setdefault(others[-1][0], level.rank)
    problems = band_problems(sorted(others, key=lambda band: cint(ranks.get(band[0]))))
    if problems:
        frappe.msgprint(problems, title=_("Rates of the Levels"), as_list=True, indicator="orange")
