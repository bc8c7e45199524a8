"""CAPAs whose plan was approved before the types they measure were kept with them: their branch of today is kept."""

import frappe

from complaint_qms.constants.stages import CAPA_MEASURED
from complaint_qms.services import writing
from complaint_qms.services.capa.measured_types import written
from complaint_qms.services.sop.procedure import type_branch


def execute() -> None:
    rows = frappe.get_all(
        "CAPA",
        filters={
            "stage": ("in", CAPA_MEASURED),
            "complaint_type": ("is", "set"),
            "measured_types": ("is", "not set"),
        },
        fields=["name", "complaint_type"],
        order_by="name asc",
    )
    branches = {name: written(type_branch(name)) for name in {row.complaint_type for row in rows}}
    writing.set_many(
        "CAPA", {row.name: {"measured_types": branches[row.complaint_type]} for row in rows}, "upgrade"
    )
