from frappe.utils.nestedset import NestedSet


class ComplaintType(NestedSet):
    pass
