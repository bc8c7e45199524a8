"""Sites that have the app already: the kind of message that rules write."""

from complaint_qms.setup.custom_fields import add_kinds_of_messages


def execute() -> None:
    add_kinds_of_messages()
