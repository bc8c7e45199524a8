"""Due date and handler stand first in the lists of a site that has not set their columns itself."""

from complaint_qms.setup.list_views import make_list_views


def execute():
    make_list_views()
