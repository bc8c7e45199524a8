"""Role names. The app makes its own; the others belong to ERPNext and are only given rights."""

from typing import Final

AGENT: Final = "Complaint Agent"
MANAGER: Final = "Complaint Manager"
INVESTIGATOR: Final = "Quality Investigator"
REGULATORY: Final = "Regulatory Affairs"
ACTION_OWNER: Final = "CAPA Action Owner"
AUDITOR: Final = "QMS Auditor"
OWN_ROLES: Final = (AGENT, MANAGER, INVESTIGATOR, REGULATORY, ACTION_OWNER, AUDITOR)

MACHINE: Final = "Complaint API"
"""Of a key by which another system registers complaints: no person's, without the desk."""

QUALITY_MANAGER: Final = "Quality Manager"
ACCOUNTS_USER: Final = "Accounts User"
ACCOUNTS_MANAGER: Final = "Accounts Manager"

# Who decides that a complaint needs no investigation, or that another one covers it (G2).
INVESTIGATION_JUDGES: Final = (MANAGER, INVESTIGATOR, QUALITY_MANAGER)
# Who decides whether an event is reportable (G3).
REPORTABILITY_JUDGES: Final = (MANAGER, REGULATORY, QUALITY_MANAGER)

# Whoever holds one of these sees every complaint of the companies their user permissions allow.
STAFF: Final = (
    AGENT,
    MANAGER,
    INVESTIGATOR,
    REGULATORY,
    AUDITOR,
    QUALITY_MANAGER,
    ACCOUNTS_USER,
    ACCOUNTS_MANAGER,
    "System Manager",
)
