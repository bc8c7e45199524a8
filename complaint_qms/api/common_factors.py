"""What complained-about units have in common, over the wire."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.trace.common_factors import CommonFactorsReport


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
