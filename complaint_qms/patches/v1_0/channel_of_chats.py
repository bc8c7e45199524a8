"""The channel of complaints that are told in other chats than those that have one of their own."""

from complaint_qms.setup.seed import seed_channels


def execute() -> None:
    seed_channels()
