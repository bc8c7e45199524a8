"""Email Account as the framework has it; what the headers of a mail say is noted before they are gone.

A Communication keeps no headers, and no event is heard before it is made; so this one class is taken over by its hook. Where
another app has a class of its own, ours stands upon that one.
"""

from functools import cache
from typing import Any

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount

from complaint_qms.services.correspondence import receiving

_NAME = "NotedEmailAccount"


def __getattr__(name: str) -> type[EmailAccount]:
    """`NotedEmailAccount`, which the framework asks this module for, once for each site of a process."""
    if name == _NAME:
        return _upon(_base())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _base() -> type[EmailAccount]:
    ours = f"{__name__}.{_NAME}"
    classes = frappe.get_hooks("override_doctype_class").get("Email Account", [])
    others = [path for path in classes if path != ours]
    return frappe.get_attr(others[-1]) if others else EmailAccount


@cache
def _upon(base: type[EmailAccount]) -> type[EmailAccount]:
    class NotedEmailAccount(base):
        def get_inbound_mails(self) -> list[Any]:
            mails = super().get_inbound_mails()
            for mail in mails:
                receiving.remember(mail)
            return mails

    NotedEmailAccount.__qualname__ = _NAME  # as pickle finds it, which the framework keeps documents with
    return NotedEmailAccount
