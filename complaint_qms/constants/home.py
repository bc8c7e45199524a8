"""Where people begin when they log in."""

from typing import Final

from complaint_qms.constants import roles

WORK: Final = "my-work-today"
WORKSPACE: Final = "Complaints"
"""An auditor has nothing to do but to read: the workspace leads to everything there is."""

# A main occupation: its home is the home of its holder, whatever else of ERPNext they may open. The first one held counts.
HOMES: Final = {
    roles.MANAGER: WORK,
    roles.AGENT: WORK,
    roles.INVESTIGATOR: WORK,
    roles.REGULATORY: WORK,
    roles.AUDITOR: WORKSPACE,
}
# Held beside a main occupation elsewhere: a home only where there is no other one.
SIDE_HOMES: Final = {roles.QUALITY_MANAGER: WORK, roles.ACTION_OWNER: WORK}
# These have homes of their own in ERPNext, or all of it to look after.
ELSEWHERE: Final = ("System Manager", roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER)
# Roles that are held beside any other and lead nowhere.
BESIDE: Final = (
    "Employee",
    "Employee Self Service",
    "Translator",
    "Inbox User",
    "Report Manager",
    "Prepared Report User",
    "Dashboard Manager",
)
