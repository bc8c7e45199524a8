"""Sites that have the app already: templates of what the site says to customers by itself, the fields that find them, and the settings
that a new site has."""

import frappe

from complaint_qms.constants.correspondence import BY_ITSELF, KIND_FIELD, KINDS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.setup.custom_fields import apply_custom_fields
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
    for doctype in ("Communication", "Email Template"):
        name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": KIND_FIELD})
        field = frappe.get_doc("Custom Field", name) if name else None
        missing = [kind for kind in BY_ITSELF if field and kind not in (field.options or "").split("\n")]
        if missing:
            # A site may have added kinds of its own.
            field.options = "\n".join([field.options or "\n".join(("", *KINDS)), *missing])
            field.save(ignore_permissions=True)
    apply_custom_fields()
    seed_templates(BY_ITSELF)  # of the others the site may have deleted what it does not want
    make_list_views()
