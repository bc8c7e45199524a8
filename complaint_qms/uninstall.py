"""What happens when the app leaves a site: nothing of it stays behind."""

from complaint_qms.services.case_file import keeping
from complaint_qms.services.classifier import weights
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.correspondence import undelivered
from complaint_qms.services.portal import menu
from complaint_qms.services.rules import thresholds
from complaint_qms.services.visitor.uploads import remove_folder
from complaint_qms.setup.board import remove_boards
from complaint_qms.setup.custom_fields import remove_custom_fields
from complaint_qms.setup.leftovers import our_doctypes, remove_leftovers, remove_screens
from complaint_qms.setup.rights import withdraw_rights
from complaint_qms.setup.roles import remove_roles
from complaint_qms.setup.search import remove_from_search
from complaint_qms.setup.seed import remove_knowledge, remove_templates
from complaint_qms.setup.workflows import remove_workflows


def before_uninstall() -> None:
    """Take back workflows, fields, boards, roles and the rows the framework keeps about our records."""
    remove_workflows()
    remove_templates()
    remove_knowledge()
    remove_custom_fields()
    remove_boards(our_doctypes())
    remove_from_search(our_doctypes())
    remove_leftovers(our_doctypes())
    remove_screens()
    menu.remove_entry()
    undelivered.forget_looks()
    thresholds.forget_looks()
    withdraw_rights()
    remove_roles()
    remove_folder()
    weights.remove_folder()
    sealing.remove_head()
    keeping.remove_all()
