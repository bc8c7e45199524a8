"""Contacts from before get the keys by which their telephones and addresses are found."""

from complaint_qms.integrations.erpnext import contact_keys
from complaint_qms.setup.custom_fields import apply_custom_fields


def execute() -> None:
    apply_custom_fields()
    contact_keys.fill()
