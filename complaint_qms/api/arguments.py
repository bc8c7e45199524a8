"""What whitelisted functions are called with: a caller who leaves an argument out, or sends another kind of thing, is
told which one, instead of meeting an error of the code."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, get_type_hints

import frappe
from frappe import _
from frappe.exceptions import FrappeTypeError
from frappe.utils.typing_validations import transform_parameter_types

from complaint_qms.constants.visitor import CHUNK
from complaint_qms.services.record import input_validation
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.list_filters import are_usable
from complaint_qms.services.record.scalars import is_storable, shown

_OF_THE_FRAMEWORK: Final = ("cmd", "_lang", "_", "csrf_token", "sid")
"""What a request may carry beside the arguments of a function."""


def checked(function: Callable) -> Callable:
    """Check the arguments of a call against the signature of `function`. Stands below `frappe.whitelist`.

    Raises:
        frappe.ValidationError: an argument is missing, unknown to its type, or holds what cannot be stored.
    """
    signature = inspect.signature(function)
    hints = get_type_hints(function)
    required = _required(signature)
    # The framework passes over types that a module keeps as text.
    function.__annotations__ = hints

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind_partial(*args, **kwargs).arguments
        wrong = [_("“{0}” is missing.").format(name) for name in required if name not in given]
        for name, value in given.items():
            try:
                _rest, typed = transform_parameter_types(function, (), {name: value})
            except FrappeTypeError:
                wrong.append(_kind(hints.get(name)).format(name, shown(value)))
                continue
            if hints.get(name) is int and isinstance(value, bool) and name in required:
                wrong.append(_kind(int).format(name, shown(value)))
                continue
            if hints.get(name) is float and (isinstance(value, bool) or not math.isfinite(typed[name])):
                wrong.append(_kind(float).format(name, shown(value)))
                continue
            if hints.get(name) is bool and typed[name] not in (0, 1):
                wrong.append(_kind(bool).format(name, shown(value)))
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


def nothing_else(function: Callable) -> Callable:
    """Refuse by name what a request sends beside the arguments of `function`: the framework drops it in silence, and whoever sent it takes it for
    done. Stands between `frappe.whitelist` and `checked`.

    Raises:
        frappe.ValidationError: something else is sent.
    """
    names = {*inspect.signature(function).parameters, *_OF_THE_FRAMEWORK}
    path = f"{function.__module__}.{function.__name__}"

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        is_asked = frappe.request and path in (
            frappe.form_dict.get("cmd"),
            frappe.request.path.rpartition("/")[2],
        )
        if is_asked and (others := sorted(set(frappe.form_dict) - names)):
            named = comma_list(f"“{shown(name)}”" for name in others)
            input_validation.refuse(_("{0}: there is no such argument. Leave it out.").format(named))
        return function(*args, **kwargs)

    call.__annotations__ = {}
    return call


def check_doctype(name: str) -> None:
    """Raises:
    frappe.DoesNotExistError: there is no such DocType.
    """
    if not is_storable(name) or not frappe.db.exists("DocType", name):
        frappe.throw(_("There is no DocType “{0}”.").format(shown(name)), frappe.DoesNotExistError)


def read_names(argument: str, value: Any) -> list[str]:
    """Texts that came as a list or as its JSON text.

    Raises:
        frappe.ValidationError: they are anything else.
    """
    return input_validation.read_names(
        value, _("“{0}” has to be a list of texts or its JSON text.").format(argument)
    )


def read_parts(argument: str, value: Any) -> list | dict[str, Any] | None:
    """A list or an object, also an empty one, as it came or as its JSON text; None for none.

    Raises:
        frappe.ValidationError: it is anything else.
    """
    read = value
    if isinstance(value, str) and value:
        try:
            read = json.loads(value)
        except (ValueError, RecursionError):
            read = value
    if read in (None, ""):
        return None
    if not isinstance(read, list | dict):
        input_validation.refuse(_("“{0}” has to be a list or an object, or its JSON text.").format(argument))
    return read


def read_filters(value: Any, doctype: str) -> list[Any]:
    """Conditions of a list of records, sent as “filters”, as it came or as its JSON text; none for none.

    Raises:
        frappe.ValidationError: they are anything else, or no conditions on that DocType.
    """
    filters = read_parts("filters", value) or []
    if not isinstance(filters, list):
        input_validation.refuse(_("Send the filters of the list as a list in “filters”."))
    if not are_usable(doctype, filters):
        _refuse_parts(("filters",))
    return filters


def read_piece(offset: int) -> bytes:
    """The bytes of a file's piece, sent as the `piece` of a form; one more than a piece may have where it has too many.

    Raises:
        frappe.ValidationError: it is missing.
    """
    piece = frappe.request.files.get("piece") if frappe.request else None
    if not piece or not offset >= 0:
        input_validation.refuse(_("“{0}” is missing.").format("piece"))
    return piece.stream.read(CHUNK + 1)


@contextmanager
def read_by_the_framework(*arguments: str) -> Iterator[None]:
    """The framework takes the parts of these arguments as they come, and stumbles over those that it cannot use.

    Raises:
        frappe.ValidationError: in place of what it stumbled over.
    """
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, RecursionError):
        _refuse_parts(arguments)
    except (frappe.db.ProgrammingError, frappe.db.DataError, frappe.db.OperationalError) as error:
        if isinstance(error, frappe.db.OperationalError) and not frappe.db.is_missing_column(error):
            raise
        _refuse_parts(arguments)


def _refuse_parts(arguments: tuple[str, ...]) -> None:
    named = comma_list(f"“{name}”" for name in arguments)
    input_validation.refuse(_("Something in {0} cannot be used. Check its fields and values.").format(named))


def _required(signature: inspect.Signature) -> list[str]:
    empty = inspect.Parameter.empty
    return [name for name, parameter in signature.parameters.items() if parameter.default is empty]


def _kind(hint: Any) -> str:
    if hint is int or int in getattr(hint, "__args__", ()):
        return _("“{0}” has to be a whole number, not “{1}”.")
    if hint is float:
        return _("“{0}” has to be a number, not “{1}”.")
    if hint is bool:
        return _("“{0}” has to be yes or no, sent as true or false, not “{1}”.")
    if dict in getattr(hint, "__args__", ()):
        return _("“{0}” has to be an object or its JSON text, not “{1}”.")
    return _("“{0}” has to be a text, not “{1}”.")
