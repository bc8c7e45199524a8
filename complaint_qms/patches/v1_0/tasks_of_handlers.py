"""Handlers of open complaints get the framework's own assignment, without a notice: they know their complaints."""

import json

import frappe
from frappe.utils import now_datetime, nowdate

from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services import writing
from complaint_qms.services.people.absence import absent_users


def execute():
    complaint, todo = frappe.qb.DocType("Complaint"), frappe.qb.DocType("ToDo")
    rows = (
        frappe.qb.from_(complaint)
        .left_join(todo)
        .on(
            (todo.reference_type == "Complaint")
            & (todo.reference_name == complaint.name)
            & (todo.allocated_to == complaint.complaint_owner)
            & (todo.status == "Open")
        )
        .select(complaint.name, complaint.subject, complaint.complaint_owner, complaint._assign)
        .where(
            complaint.stage.isin(COMPLAINT_UNENDED) & (complaint.complaint_owner != "") & todo.name.isnull()
        )
        .where(complaint.is_migrated == 0)  # an import gives nobody a task
        .run(as_dict=True)
    )
    absent = absent_users({row.complaint_owner for row in rows})
    rows = [row for row in rows if row.complaint_owner not in absent]
    tasks = [
        {
            "allocated_to": row.complaint_owner,
            "reference_type": "Complaint",
            "reference_name": row.name,
            "date": nowdate(),
            "description": frappe.utils.escape_html(row.subject or row.name),
            "assigned_by": "Administrator",
            "status": "Open",
            "priority": "Medium",
        }
        for row in rows
    ]
    writing.insert_rows("ToDo", tasks, now_datetime(), "Administrator", "handlers are assigned")
    assigned = {
        row.name: {
            "_assign": json.dumps(
                list(dict.fromkeys([*json.loads(row._assign or "[]"), row.complaint_owner]))
            )
        }
        for row in rows
    }
    writing.set_many("Complaint", assigned, "handlers are assigned")
