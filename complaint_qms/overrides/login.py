"""What happens when somebody logs in."""

from typing import Final

import frappe
from frappe.auth import LoginManager
from frappe.desk.utils import slug
from frappe.website.utils import get_home_page

from complaint_qms.services.people.home import home_of
from complaint_qms.services.record.error_text import logged_only

# What Frappe 16 answers where no role and no setting names a home.
_NOWHERE: Final = ("", "apps", "desk", "me")


def on_session_creation(login_manager: LoginManager) -> None:
    """Lead people whose work is in the app to it, where the framework knows no home of theirs.

    Frappe 15 asks no role for the home of people in the desk, and 16 the first one of several, whatever else is held. The
    answer of a login is written after this hook: 15 takes its page from what was read of the user, 16 from the request.
    Whatever goes wrong here, people get in: they begin where the framework leads them.
    """
    with logged_only("Home after a login not found"):
        _lead_home(login_manager)


def _lead_home(login_manager: LoginManager) -> None:
    home = home_of(login_manager.user)
    if not home:
        return
    if frappe.__version__.startswith("15."):
        login_manager.info.default_workspace = home
    elif get_home_page().strip("/") in _NOWHERE:
        frappe.local.flags.home_page = f"/desk/{slug(home)}"
