"""Chats: their list has its columns also on a site that has the app already."""

from complaint_qms.setup.list_views import make_list_views


def execute() -> None:
    make_list_views()
