"""What complained-about units have in common, over the wire."""

from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.api.rate_limits import count_call
from complaint_qms.services.record.input_validation import read_object, read_values
from complaint_qms.services.reporting.access import check_may_open
from complaint_qms.services.trace import common_factors_prepared
from complaint_qms.services.trace.common_factors import REPORT, CommonFactorsReport

_DOOR: Final = f"{__name__}.begin"
_BEGUN_AN_HOUR: Final = 60
_NAMED: Final = ("company", "complaint_type", "item_code", "item_group")


@frappe.whitelist(methods=["GET", "POST"])
@checked
def find(
    from_date: str,
    to_date: str,
    company: str = "",
    complaint_type: str = "",
    item_code: str = "",
    item_group: str = "",
) -> dict[str, Any]:
    """Values of factors by how surely complained-about units have them more often than other units of their items.

    Args:
        from_date, to_date: first and last day of delivery; an empty one is today, or twelve months before the last.
        company, complaint_type, item_code, item_group: narrow the complaints; a type or group counts with all below it.

    Returns:
        {headline, units, cases, batches, tests, findings: [{factor, value, together, verdict, state, cases, units, other_cases,
        other_units, ratio, odds, lower, upper, p, p_batches, q, …}], notes}; a ratio is null where no other unit was complained about.
    """
    return CommonFactorsReport(
        {
            "from_date": from_date,
            "to_date": to_date,
            "company": company,
            "complaint_type": complaint_type,
            "item_code": item_code,
            "item_group": item_group,
        }
    ).answer()


@frappe.whitelist(methods=["POST"])
@checked
def begin(filters: Any) -> dict[str, str]:
    """Have the report worked out by a job, anew where it was before: {name} of the job. Its result is what the report shows from then on for a
    day, to who asked, as long as they may see the same.

    Args:
        filters: of the report, as an object or as its JSON text.
    """
    check_may_open(REPORT)
    asked = read_object(filters, _("Send the filters of the report as an object in “filters”."))
    read_values("Complaint", {name: asked[name] for name in _NAMED if asked.get(name) not in (None, "")})
    count_call(_DOOR, frappe.session.user, _BEGUN_AN_HOUR)
    return {"name": common_factors_prepared.begin_anew(asked)}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def progress(name: str) -> dict[str, Any]:
    """How far a job has got that the caller began: {status: "Queued", "Started", "Completed" or "Error", percent}."""
    check_may_open(REPORT)
    return common_factors_prepared.progress(name)
