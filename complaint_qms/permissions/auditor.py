"""An auditor reads everything and changes nothing, whatever a role of the site, a share or a tool of the desk offers."""

from typing import Final

import frappe

from complaint_qms.constants import roles

# Who changes records as a job: somebody who audits beside such a job has that job's rights.
_CHANGE_RECORDS: Final = {
    roles.AGENT,
    roles.MANAGER,
    roles.INVESTIGATOR,
    roles.REGULATORY,
    roles.QUALITY_MANAGER,
    roles.ACCOUNTS_USER,
    roles.ACCOUNTS_MANAGER,
    "System Manager",
}
_WRITING: Final = ("write", "create", "delete", "submit", "cancel", "amend", "import", "share", "email")


def is_auditor(user: str) -> bool:
    """Whether the user is here to audit and for nothing else."""
    return is_auditor_by(set(frappe.get_roles(user)))


def is_auditor_by(held: set[str]) -> bool:
    """Whether who has these roles is here to audit and for nothing else."""
    return roles.AUDITOR in held and not held & _CHANGE_RECORDS


def writes_as_auditor(ptype: str | None, user: str) -> bool:
    """Whether an auditor asks for more than sight."""
    return ptype in _WRITING and is_auditor(user)
