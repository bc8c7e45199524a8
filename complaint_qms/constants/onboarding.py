"""What a new site is to set before complaints go their way: the steps of the module onboarding, by their names."""

from typing import Final

from complaint_qms.constants import roles

ONBOARDING: Final = "Complaint QMS"
"""Name of the Module Onboarding; its texts and the order of its steps are the site's to change."""

ROLES: Final = "Complaint QMS Roles"
MAIL: Final = "Complaint QMS Outgoing Mail"
CALENDAR: Final = "Complaint QMS Working Hours and Holidays"
LIMITS: Final = "Complaint QMS Response and Solution Limits"
APPROVAL: Final = "Complaint QMS Settlement Approval"
GOODWILL: Final = "Complaint QMS Goodwill Account"
INTAKE: Final = "Complaint QMS Intake"
FIRST_COMPLAINT: Final = "Complaint QMS First Complaint"
STEPS: Final = (ROLES, MAIL, CALENDAR, LIMITS, APPROVAL, GOODWILL, INTAKE, FIRST_COMPLAINT)

# Roles without which a complaint does not come to its end; of each group one is enough.
NEEDED_ROLES: Final = (
    (roles.AGENT,),
    (roles.MANAGER,),
    (roles.INVESTIGATOR,),
    (roles.QUALITY_MANAGER,),
    (roles.REGULATORY,),
    (roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER),
)
