"""What a request may not ask for, whichever of the framework's own doors it goes to."""

import json
import re
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants.confidential import CONFIDENTIAL
from complaint_qms.permissions.query import list_condition

# Parameters in which a list query names fields of linked records as `link.field`.
_TEXTS: Final = ("fields", "fieldname", "filter_fields", "group_by", "order_by")
_FILTERS: Final = ("filters", "or_filters")
_LINK: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.")
_PATHS: Final = re.compile(r"^/?api/(?:v1/|v2/)?(?:resource|document)/([^/]+)")


def check_request() -> None:
    """`auth_hooks`, which run once it is known whose request it is, whether by session or by key.

    The framework lets a list show fields of the records it links to, and asks only whether the user may read records of
    that kind at all. Somebody who may not see all of them reads each with the record itself. It also believes a search
    that asks for no user permissions.

    Raises:
        frappe.PermissionError: fields of linked records are asked for that the user may see only some of.
    """
    form, user = frappe.local.form_dict, frappe.session.user
    if user == "Administrator" or not form:
        return
    doctype = _doctype(form)
    if doctype in CONFIDENTIAL and form.get("ignore_user_permissions"):
        form.ignore_user_permissions = 0
    named, expanded = _named(form), _words(form.get("expand"))
    if (
        (named or expanded)
        and doctype
        and any(list_condition(kind, user) for kind in _kinds(doctype, named, expanded))
    ):
        frappe.throw(
            _(
                "You may see only some of the records that {0} links to, so their fields are not shown in its list."
            ).format(_(doctype)),
            frappe.PermissionError,
        )


def _doctype(form: dict[str, Any]) -> str | None:
    found = _PATHS.match(frappe.request.path) if frappe.request else None
    doctype = found.group(1) if found else form.get("doctype")
    return doctype if isinstance(doctype, str) and frappe.db.exists("DocType", doctype) else None


def _named(form: dict[str, Any]) -> set[str]:
    """What stands before a point in the names of fields that a request asks for, filters or sorts by."""
    texts = [str(form[key]) for key in _TEXTS if form.get(key)]
    for key in _FILTERS:
        texts += _filtered(form.get(key))
    return {name for text in texts if "." in text for name in _LINK.findall(text)}


def _filtered(filters: Any) -> list[str]:
    """Names of fields in filters, without the values they are compared with."""
    if isinstance(filters, str):
        try:
            filters = json.loads(filters)
        except ValueError:
            return []
    if isinstance(filters, dict):
        return [str(key) for key in filters]
    if not isinstance(filters, list | tuple):
        return []
    if any(isinstance(part, list | tuple | dict) for part in filters[:-1]) or len(filters) == 1:
        return [name for part in filters for name in _filtered(part)]
    return [str(part) for part in filters[:-1]]


def _words(given: Any) -> set[str]:
    if isinstance(given, str):
        return set(re.findall(r"\w+", given))
    return {str(word) for word in given} if isinstance(given, list | tuple) else set()


def _kinds(doctype: str, named: set[str], expanded: set[str]) -> set[str]:
    """Confidential DocTypes that these fields of `doctype` may lead to."""
    meta = frappe.get_meta(doctype)
    wanted = named | expanded
    kinds = {field.options for field in meta.get_link_fields() if field.fieldname in wanted}
    if any(field.fieldname in expanded for field in meta.get_dynamic_link_fields()):
        return set(CONFIDENTIAL)
    return kinds & set(CONFIDENTIAL)
