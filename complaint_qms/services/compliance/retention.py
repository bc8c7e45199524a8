"""How long a complaint has to be kept (G8): what a site has settled, put to the engine."""

from dataclasses import replace
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.records import BY_DOCTYPE
from complaint_qms.constants.retention import TERMS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.sop import Term, keep_until


def of_complaint(doc: Document) -> date:
    """The last day on which a complaint has to be there, with the years of Complaint QMS Settings.

    Release is the manufacturing date where it is known, else the day the complaint was received, which is never earlier.
    """
    settings = frappe.get_cached_doc(SETTINGS)
    term = Term(**TERMS[BY_DOCTYPE["Complaint"].retention])
    facts = {
        "released": doc.manufacturing_date and getdate(doc.manufacturing_date),
        "received": getdate(doc.received_at),
        "expiry": doc.expiry_date and getdate(doc.expiry_date),
        "life_years": settings.expected_life_years,
    }
    return keep_until(facts, replace(term, years=max(settings.retention_years or 0, term.years))).until
