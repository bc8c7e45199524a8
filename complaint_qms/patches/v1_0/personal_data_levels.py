"""Fields with personal data have permission levels: roles that a site itself lets read complaints go on reading them."""

import frappe

from complaint_qms.constants.personal_data import FIELDS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.compliance.personal_data_access import apply_access


def execute() -> None:
    if frappe.db.exists("Custom DocPerm", {"parent": ("in", sorted(FIELDS))}):
        apply_access(frappe.get_doc(SETTINGS))
