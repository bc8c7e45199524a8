"""A class of ours for a DocType, upon the one that the site would have without us.

Where another app takes over the same class, ours stands upon that one. Sites of one bench may have different apps, so there
is a class for each base, and each site asks for its own: a module that has one answers for its name by `__getattr__`.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import frappe
from frappe.model.document import Document

T = TypeVar("T", bound=Document)


def class_upon(
    path: str, doctype: str, framework_class: type[T], make: Callable[[type[T]], type[T]]
) -> Callable[[str], type[T]]:
    """The `__getattr__` of a module that has our class for `doctype`.

    Args:
        path: of our class, as the hook `override_doctype_class` names it.
        framework_class: what ours stands upon where no other app has one.
        make: our class upon a base; called once for each base of a process.
    """
    module, name = path.rsplit(".", 1)

    @cache
    def upon(base: type[T]) -> type[T]:
        made = make(base)
        made.__qualname__ = name  # as pickle finds it, which the framework keeps documents with
        return made

    def answer(wanted: str) -> type[T]:
        if wanted != name:
            raise AttributeError(f"module {module!r} has no attribute {wanted!r}")
        classes = frappe.get_hooks("override_doctype_class").get(doctype, [])
        others = [other for other in classes if other != path]
        return upon(frappe.get_attr(others[-1]) if others else framework_class)

    return answer
