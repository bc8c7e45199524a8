"""How often one address, or one login, may call a door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit

_HOUR = 3600


def limited(limit: int) -> Callable[[Callable], Callable]:
    """Let one address call a function `limit` times an hour. Stands below `frappe.whitelist`.

    The framework counts by the `cmd` of the request, which the second version of its API leaves to the caller: here each function
    has one count, by its own name.
    """

    def decorate(function: Callable) -> Callable:
        name = f"{function.__module__}.{function.__name__}"
        counted = rate_limit(limit=limit, seconds=_HOUR)(function)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if frappe.request:
                frappe.form_dict.cmd = name
            return counted(*args, **kwargs)

        return call

    return decorate


def count_call(door: str, user: str, limit: int) -> None:
    """Count a call of a door by a login, which may call it `limit` times an hour.

    The framework's own limit counts addresses: colleagues behind one share it, and one login that has many is not bound by it.

    Raises:
        frappe.RateLimitExceededError: it calls too often.
    """
    if not frappe.request:
        return
    key = frappe.cache.make_key(f"rl:{door}:{user}")
    frappe.cache.set(key, 0, ex=_HOUR, nx=True)
    if frappe.cache.incrby(key, 1) > limit:
        frappe.throw(
            _("You hit the rate limit because of too many requests. Please try after sometime."),
            frappe.RateLimitExceededError,
        )
