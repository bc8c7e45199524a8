"""Sites that have the app already: templates of what the site says to customers by itself, the fields that find them, and the settings
that a new site has."""

import frappe

from complaint_qms.constants.correspondence import BY_ITSELF
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.setup.custom_fields import add_kinds_of_messages, apply_custom_fields
from complaint_qms.setup.list_views import make_list_views
from complaint_qms.setup.seed import seed_templates

FIELDS = (
    "survey_after_hours",
    "survey_valid_days",
    "survey_pause_days",
    "low_score",
    "second_look",
    "follow_up_days",
)


def execute() -> None:
    kept, meta = frappe.db.get_singles_dict(SETTINGS), frappe.get_meta(SETTINGS)
    for name in FIELDS:
        if kept.get(name) is None:
            frappe.db.set_single_value(SETTINGS, name, meta.get_field(name).default)
    add_kinds_of_messages()
    apply_custom_fields()
    seed_templates(BY_ITSELF)  # of the others the site may have deleted what it does not want
    make_list_views()
