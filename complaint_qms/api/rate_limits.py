"""How often one address, or one login, may call a door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def counted_when_done(door: str, limit: int) -> Iterator[None]:
    """Around what one address may do `limit` times an hour; what is refused within the block does not count.

    Raises:
        frappe.RateLimitExceededError: it has been done as often, with when to try again.
    """
    if not frappe.request:
        yield
        return
    key = frappe.cache.make_key(f"rl:{door}:{frappe.local.request_ip}")
    if int(frappe.cache.get(key) or 0) >= limit:
        minutes = max(1, -(-frappe.cache.ttl(key) // 60))
        frappe.throw(
            _(
                "From your network {0} were sent within an hour, which is the most that is taken. Try again in {1} minutes; what you have typed stays."
            ).format(limit, minutes),
            frappe.RateLimitExceededError,
        )
    yield
    frappe.cache.set(key, 0, ex=_HOUR, nx=True)
    frappe.cache.incrby(key, 1)


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
