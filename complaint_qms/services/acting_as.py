"""Doing something as another user, within a request or a job of somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import frappe

SITE: Final = "Administrator"


@contextmanager
def acting_as(user: str = SITE) -> Iterator[None]:
    """Be `user`, the site itself where none is named; afterwards whoever it was, with the session that they have.

    `frappe.set_user` overwrites the number and the data of the session, and Frappe stores both when a request ends: who is
    logged in would lose the token by which their forms are known, and the time at which they were last seen. What the request
    sent is lost by it as well.
    """
    session, sent = frappe.local.session, frappe.local.form_dict
    before = dict(session)
    frappe.set_user(user)
    frappe.local.form_dict = sent
    try:
        yield
    finally:
        frappe.set_user(before["user"])
        session.clear()
        session.update(before)
        frappe.local.session, frappe.local.form_dict = session, sent
