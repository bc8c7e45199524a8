"""How a `has_permission` hook says yes or no, which Frappe 15 and 16 read differently.

Frappe 15 asks the last app first, and the first answer that is not None is final: a True would switch off the checks
of every app before ours, Frappe's own included. Frappe 16 asks all of them, and anything falsy denies.
"""

from typing import Final

import frappe

_MAJOR: Final = int(frappe.__version__.split(".")[0])


def no_objection(major: int = _MAJOR) -> bool | None:
    """The answer that leaves the decision to the others: None on Frappe 15, True from 16 on."""
    return None if major < 16 else True


def unless(objection: object) -> bool | None:
    """False where there is an objection, else no objection."""
    return False if objection else no_objection()
