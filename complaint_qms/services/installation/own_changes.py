"""What a site has changed of the app's records: allowed, and for whoever validates to justify."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import frappe
from frappe import _

from complaint_qms.constants.records import DOCTYPES
from complaint_qms.services.installation.finding import AS_EXPECTED, OWN, InstallationResult
from complaint_qms.services.record.language import comma_list, labelled

# DocType of the framework → its field with the DocType that is changed.
_PLACES: Final = {
    "Custom Field": "dt",
    "Property Setter": "doc_type",
    "Custom DocPerm": "parent",
    "Client Script": "dt",
    "Server Script": "reference_doctype",
}


def list_changes(own_workflows: Iterable[str]) -> Iterable[InstallationResult]:
    """A finding for each kind of change, with how many each DocType has; `own_workflows`: DocTypes that go by another workflow than shipped."""
    part, any_found = _("Changes by the site"), False
    for kind, field in _PLACES.items():
        counts: dict[str, int] = defaultdict(int)
        filters = {field: ("in", list(DOCTYPES))}
        if frappe.get_meta(kind).has_field("module"):
            filters["module"] = ("not in", ["Complaint QMS"])
        for name in frappe.get_all(kind, filters, pluck=field, order_by="name"):
            counts[name] += 1
        if counts:
            any_found = True
            told = comma_list(f"{_(name)} ({number})" for name, number in sorted(counts.items()))
            yield InstallationResult(part, OWN, labelled(_(kind), told))
    if changed := sorted(own_workflows):
        any_found = True
        yield InstallationResult(
            part, OWN, labelled(_("Workflow"), comma_list(_(doctype) for doctype in changed))
        )
    if not any_found:
        yield InstallationResult(
            part, AS_EXPECTED, _("Fields, rights, scripts and workflows of the app's records are as shipped.")
        )
