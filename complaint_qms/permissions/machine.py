"""Keys of other systems: users that hold the role Complaint API and none of the app's people's."""

import frappe

from complaint_qms.constants import roles

_PEOPLES: set[str] = {*roles.STAFF, *roles.OWN_ROLES}


def is_machine(user: str) -> bool:
    """Whether a user is the key of another system and nothing else."""
    return is_machine_by(set(frappe.get_roles(user)))


def is_machine_by(held: set[str]) -> bool:
    """Whether who has these roles is."""
    return roles.MACHINE in held and not held & _PEOPLES
