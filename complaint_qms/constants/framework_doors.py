"""Doors of the framework and of ERPNext in whose place the app puts its own (`override_whitelisted_methods`)."""

from typing import Final

_DESK: Final = "complaint_qms.overrides.desk"
_ROWS: Final = "complaint_qms.overrides.desk_rows"
_FORM: Final = "complaint_qms.overrides.form_load"
_LISTS: Final = "complaint_qms.overrides.encrypted_lists"
_TAGGING: Final = "complaint_qms.overrides.tagging"
DOORS: Final = {
    "erpnext.crm.utils.get_open_activities": f"{_DESK}.get_open_activities",
    "frappe.client.validate_link": f"{_DESK}.validate_link",
    "frappe.client.validate_link_and_fetch": f"{_DESK}.validate_link_and_fetch",
    "frappe.core.doctype.data_export.exporter.export_data": f"{_LISTS}.export_data",
    "frappe.core.doctype.data_import.data_import.download_template": f"{_LISTS}.download_template",
    "frappe.desk.doctype.dashboard_chart.dashboard_chart.get": f"{_DESK}.get_chart",
    "frappe.desk.doctype.tag.tag.add_tag": f"{_TAGGING}.add_tag",
    "frappe.desk.doctype.tag.tag.add_tags": f"{_TAGGING}.add_tags",
    "frappe.desk.doctype.tag.tag.get_tagged_docs": f"{_TAGGING}.get_tagged_docs",
    "frappe.desk.doctype.tag.tag.remove_tag": f"{_TAGGING}.remove_tag",
    "frappe.desk.form.load.get_communications": f"{_FORM}.get_communications",
    "frappe.desk.form.load.get_docinfo": f"{_FORM}.get_docinfo",
    "frappe.desk.form.load.getdoc": f"{_FORM}.getdoc",
    "frappe.desk.form.save.cancel": f"{_FORM}.cancel",
    "frappe.desk.form.save.savedocs": f"{_FORM}.savedocs",
    "frappe.desk.form.utils.get_next": f"{_ROWS}.get_next",
    "frappe.desk.listview.get_group_by_count": f"{_DESK}.get_group_by_count",
    "frappe.desk.notifications.get_open_count": f"{_DESK}.get_open_count",
    "frappe.desk.reportview.export_query": f"{_LISTS}.export_query",
    "frappe.desk.search.get_link_title": f"{_DESK}.get_link_title",
    "frappe.desk.search.search_link": f"{_DESK}.search_link",
    "frappe.desk.search.search_widget": f"{_DESK}.search_widget",
    "frappe.email.relink": "complaint_qms.overrides.talk.relink",
    "frappe.model.workflow.get_common_transition_actions": f"{_DESK}.get_common_transition_actions",
    "frappe.utils.global_search.search": f"{_DESK}.search",
    "frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": f"{_ROWS}.get_workflow_state_count",
}
"""Whitelisted function → what answers instead."""
