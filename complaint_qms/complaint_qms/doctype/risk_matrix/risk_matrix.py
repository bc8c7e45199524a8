"""Controller of the risk matrix."""

import frappe
from frappe import _

from complaint_qms.controllers.vocabulary import Named
from complaint_qms.engine.risk import check_matrix
from complaint_qms.services import writing
from complaint_qms.services.risk import matrix


class RiskMatrix(Named):
    def validate(self):
        for row in self.cells:
            matrix.check_color(row.color, f"{row.severity} × {row.occurrence}")
        pairs = [(row.severity, row.occurrence) for row in self.cells]
        twice = sorted({pair for pair in pairs if pairs.count(pair) > 1})
        if twice:
            frappe.throw(_("Cells: {0} × {1} appears twice. Keep one row.").format(*twice[0]))
        findings = check_matrix(matrix.matrix_of(self))
        errors = [row.message.render(_) for row in findings if row.kind == "error"]
        if errors:
            frappe.throw(errors if len(errors) > 1 else errors[0], as_list=len(errors) > 1)
        warnings = [row.message.render(_) for row in findings if row.kind == "warning"]
        if warnings:
            frappe.msgprint(warnings, title=_("Please check"), as_list=True, indicator="orange")

    def on_update(self):
        if self.is_default:
            others = {"is_default": 1, "name": ("!=", self.name)}
            names = frappe.get_all("Risk Matrix", others, pluck="name", order_by="name asc")
            writing.set_where("Risk Matrix", names, {"is_default": 0}, "another matrix is the default")
        matrix.forget_matrices()

    def on_trash(self):
        matrix.forget_matrices()
