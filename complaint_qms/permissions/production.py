"""What somebody may be told of how a unit was made and inspected: by ERPNext's own rights to Job Cards, Quality Inspections and employees.

An operator or inspector is a person: named to those alone who may look at employees.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import frappe

from complaint_qms.integrations.erpnext.production import employees_of
from complaint_qms.permissions.query import hidden, list_condition

EMPLOYEE: Final = "Employee"
Named = TypeVar("Named", bound=Any)


class ProductionSight:
    """Answers for one user.

    Attributes:
        withheld: DocType → how many records are not shown.
        names_people: whether the user may look at employees at all.
    """

    def __init__(self, user: str) -> None:
        self.user = user
        self.withheld: dict[str, int] = {}
        self._away: set[str] = set()
        self.names_people = bool(frappe.has_permission(EMPLOYEE, "read", user=user))

    def records(self, doctype: str, found: list[Named]) -> list[Named]:
        """Those of the records, by their `name`, that are in the user's list of the DocType; one query at most."""
        away = hidden(doctype, {one.name for one in found}, self.user)
        if away:
            self.withheld[doctype] = self.withheld.get(doctype, 0) + len(away)
        return [one for one in found if one.name not in away]

    def people(self, employees: set[str]) -> set[str]:
        """Those of the employees who may be named."""
        if not self.names_people:
            return set()
        away = hidden(EMPLOYEE, employees, self.user)
        self._away |= away
        if self._away:
            self.withheld[EMPLOYEE] = len(self._away)
        return employees - away

    def inspectors(self, users: set[str]) -> set[str]:
        """Those of the users who may be named: as employees; where something restricts those, nobody who is none."""
        if not self.names_people or not list_condition(EMPLOYEE, self.user):
            return set(users) if self.names_people else set()
        by_user = employees_of(users)
        seen = self.people({one for employees in by_user.values() for one in employees})
        return {user for user, employees in by_user.items() if employees & seen}


class FileProductionSight(ProductionSight):
    """What a file may tell whoever may read Job Cards and inspections: of no person."""

    def __init__(self) -> None:
        super().__init__("")
        self.names_people = False

    def records(self, doctype: str, found: list[Named]) -> list[Named]:
        return found
