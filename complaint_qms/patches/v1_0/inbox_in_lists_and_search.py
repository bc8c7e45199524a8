"""Messages that came in: their list has its columns, and the search of the desk finds them, on a site that has the app already."""

from complaint_qms.setup.list_views import make_list_views
from complaint_qms.setup.search import make_searchable


def execute():
    make_list_views()
    make_searchable()
