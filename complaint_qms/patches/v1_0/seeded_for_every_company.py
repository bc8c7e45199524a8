"""The SOP and the matrix that came with the app were given the company of whoever installed it: other companies had none."""

import frappe

from complaint_qms.constants.risk import DEFAULT_MATRIX_NAME
from complaint_qms.constants.vocabulary import DEFAULT_SOP_NAME
from complaint_qms.services.risk import matrix
from complaint_qms.services.sop import procedure


def execute() -> None:
    """Take it off those that nobody has changed since."""
    for doctype, name in (("Risk Matrix", DEFAULT_MATRIX_NAME), ("Complaint SOP", DEFAULT_SOP_NAME)):
        row = frappe.db.get_value(doctype, name, ("creation", "modified", "company"), as_dict=True)
        if row and row.company and row.creation == row.modified:
            frappe.db.set_value(doctype, name, "company", None, update_modified=False)
            frappe.clear_document_cache(doctype, name)
    matrix.forget_matrices()
    procedure.forget_sops()
