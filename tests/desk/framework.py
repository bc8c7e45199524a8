"""Where Frappe 15 and 16 name or say the same thing differently, for tests that hold on both."""

from __future__ import annotations

from typing import Final

import frappe

IS_16: Final = int(frappe.__version__.split(".")[0]) >= 16

# The check of a value typed into a link field, and its argument for further fields to answer with.
LINK_CHECK: Final = "frappe.client.validate_link_and_fetch" if IS_16 else "frappe.client.validate_link"
LINK_CHECK_FIELDS: Final = "fields_to_fetch" if IS_16 else "fields"

# What a query of a link field is handed where no filters were sent.
NO_FILTERS: Final = {} if IS_16 else None

# What Frappe 16 answers to a body that is no Unicode text, before anything of an app sees it.
NO_TEXT: Final = "Invalid request body"


def is_unread(value: object) -> bool:
    """Whether the framework refuses a request with this value itself: half of a pair of signs, in a strict reader of JSON."""
    return IS_16 and isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value)
