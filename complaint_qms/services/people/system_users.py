"""Users who are people."""

from typing import Final

from pypika.queries import Table
from pypika.terms import Criterion

_NOT_PEOPLE: Final = ("Administrator", "Guest")


def system_users(user: Table) -> Criterion:
    """Condition on the table of users: people who work in the desk, disabled or not."""
    return (user.user_type == "System User") & user.name.notin(_NOT_PEOPLE)
