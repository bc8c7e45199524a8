"""Templates of notices of field actions; sites that installed earlier have none."""

from complaint_qms.constants.correspondence import OF_FIELD_ACTIONS
from complaint_qms.setup.custom_fields import add_kinds_of_messages, apply_custom_fields
from complaint_qms.setup.list_views import make_list_views
from complaint_qms.setup.seed import seed_templates


def execute() -> None:
    add_kinds_of_messages()
    apply_custom_fields()
    make_list_views()
    seed_templates(OF_FIELD_ACTIONS)
