"""What happens when the app comes onto a site, and after each migrate."""

from complaint_qms.integrations.erpnext import contact_keys
from complaint_qms.services.compliance.audit_trail import sealing, stored_records
from complaint_qms.services.portal import menu
from complaint_qms.services.risk import matrix
from complaint_qms.services.sop import procedure
from complaint_qms.setup.board import sync_board
from complaint_qms.setup.custom_fields import apply_custom_fields
from complaint_qms.setup.list_views import make_list_views
from complaint_qms.setup.rights import (
    grant_choice,
    grant_containment,
    grant_finance,
    grant_knowledge,
    grant_production,
    grant_sight,
)
from complaint_qms.setup.roles import ensure_roles
from complaint_qms.setup.search import make_searchable
from complaint_qms.setup.seed import seed
from complaint_qms.setup.workflows import sync_workflows


def after_install() -> None:
    """Roles, fields, vocabulary, workflows and board of a new site."""
    ensure_roles()
    grant_sight()
    grant_finance()
    grant_choice()
    grant_knowledge()
    grant_containment()
    grant_production()
    apply_custom_fields()
    seed()
    sync_workflows()
    sync_board()
    make_searchable()
    make_list_views()
    menu.hide_while_closed()
    contact_keys.fill()
    sealing.remove_head()  # of a trail whose database is gone
    stored_records.begin_trail()


def after_migrate() -> None:
    """Bring what ships as data up to date; leaves a site's own edits alone and changes nothing when run twice."""
    # A new version may keep other things in these lists than the one that filled them.
    procedure.forget_sops()
    matrix.forget_matrices()
    ensure_roles()
    apply_custom_fields()
    sync_workflows()
    sync_board()
    menu.hide_while_closed()
