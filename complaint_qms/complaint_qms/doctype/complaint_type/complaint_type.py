"""Controller of the complaint type tree."""

import frappe
from frappe import _
from frappe.utils import escape_html
from frappe.utils.nestedset import NestedSet

from complaint_qms.controllers.vocabulary import Named
from complaint_qms.services.capa import measured_types
from complaint_qms.services.sop import procedure


class ComplaintType(Named, NestedSet):
    nsm_parent_field = "parent_complaint_type"

    def validate(self):
        if not self.parent_complaint_type:
            root = frappe.db.get_value(
                "Complaint Type", {"parent_complaint_type": ("is", "not set"), "name": ("!=", self.name)}
            )
            if root:
                self.parent_complaint_type = root
        if self.parent_complaint_type and not frappe.db.get_value(
            "Complaint Type", self.parent_complaint_type, "is_group"
        ):
            frappe.throw(
                _("{0} is not a group. Choose a group as Parent Complaint Type.").format(
                    escape_html(self.parent_complaint_type)
                )
            )

    def after_insert(self):
        measured_types.take_in(self.name, self.parent_complaint_type)

    def on_update(self):
        super().on_update()
        procedure.forget_sops()

    def on_trash(self):
        super().on_trash()
        procedure.forget_sops()

    def before_rename(self, old, new, merge=False):
        super().before_rename(old, new, merge)
        measured_types.check_merge(old, new, merge)

    def after_rename(self, old, new, merge=False):
        super().after_rename(old, new, merge)
        measured_types.follow_rename(old, new)
        procedure.forget_sops()
