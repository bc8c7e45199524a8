"""How often one address may call a door that is open to everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
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
