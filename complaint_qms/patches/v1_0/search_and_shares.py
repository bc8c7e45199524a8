"""Sites set up before find complaints in the desk's search; shares from before keep to what a share may give."""

from complaint_qms.permissions import shares
from complaint_qms.setup.search import make_searchable


def execute() -> None:
    make_searchable()
    shares.take_back()
