"""What whitelisted functions are called with: a caller who leaves an argument out, or sends another kind of thing, is
told which one, instead of meeting an error of the code."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from frappe import _
from frappe.exceptions import FrappeTypeError
from frappe.utils.typing_validations import transform_parameter_types

from complaint_qms.services.record import input_validation
from complaint_qms.services.record.scalars import is_storable, shown


def checked(function: Callable) -> Callable:
    """Check the arguments of a call against the signature of `function`. Stands below `frappe.whitelist`.

    Raises:
        frappe.ValidationError: an argument is missing, unknown to its type, or holds what cannot be stored.
    """
    signature = inspect.signature(function)
    hints = get_type_hints(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind_partial(*args, **kwargs).arguments
        wrong = [_("“{0}” is missing.").format(name) for name in _missing(signature, given)]
        for name, value in given.items():
            try:
                _rest, typed = transform_parameter_types(function, (), {name: value})
            except FrappeTypeError:
                wrong.append(_kind(hints.get(name)).format(name, shown(value)))
                continue
            given[name] = typed[name]
            if isinstance(value, str) and not is_storable(value):
                wrong.append(
                    _("“{0}” contains characters that cannot be stored; send it as Unicode text.").format(
                        name
                    )
                )
        if wrong:
            input_validation.refuse(*wrong)
        return function(**given)

    # Frappe checks by these as well, and answers with the names of Python's types.
    call.__annotations__ = {}
    return call


def _missing(signature: inspect.Signature, given: dict[str, Any]) -> list[str]:
    return [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in given
    ]


def _kind(hint: Any) -> str:
    if hint is int:
        return _("“{0}” has to be a whole number, not “{1}”.")
    if dict in getattr(hint, "__args__", ()):
        return _("“{0}” has to be an object or its JSON text, not “{1}”.")
    return _("“{0}” has to be a text, not “{1}”.")
