"""Sites that have the app already: quality holds are found by the desk's search, and their list shows what presses."""

from complaint_qms.setup.list_views import make_list_views
from complaint_qms.setup.search import make_searchable


def execute() -> None:
    make_searchable()
    make_list_views()
