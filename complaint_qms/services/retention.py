"""How long a complaint has to be kept (G8)."""

from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import add_years, getdate


def keep_until(doc: Document) -> date:
    """The later of the product's expected life and the minimum years, counted from its release.

    Release is the manufacturing date where it is known, else the day the complaint was received, which is never
    earlier. Years come from Complaint QMS Settings (ISO 13485:2016, 4.2.5: at least two years from release).
    """
    settings = frappe.get_cached_doc("Complaint QMS Settings")
    released = getdate(doc.manufacturing_date or doc.received_at)
    years = max(settings.expected_life_years or 0, settings.retention_years or 0, 2)
    candidates = [getdate(add_years(released, years)), getdate(add_years(getdate(doc.received_at), 2))]
    if doc.expiry_date:
        candidates.append(getdate(doc.expiry_date))
    return max(candidates)
