"""Open complaints learn by which plan their clocks were reckoned, so that a change of it can be told."""

import frappe

from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.sop.plan import plan_of


def execute() -> None:
    """The plan of today: whatever changed before was not told, and is not told now."""
    complaint = frappe.qb.DocType("Complaint")
    here = (
        complaint.stage.isin(COMPLAINT_UNENDED) & (complaint.is_migrated == 0) & complaint.clock_plan.isnull()
    )
    pairs = (
        frappe.qb.from_(complaint)
        .select(complaint.sop, complaint.company)
        .distinct()
        .where(here & complaint.sop.isnotnull())
    ).run()
    for sop, company in pairs:
        plan = plan_of(frappe._dict(sop=sop, company=company))
        if plan:
            mine = here & (complaint.sop == sop) & (complaint.company == company)
            frappe.qb.update(complaint).set(complaint.clock_plan, plan.fingerprint).where(mine).run()
