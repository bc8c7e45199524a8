"""What a request may not ask for, whichever of the framework's own doors it goes to."""

import re
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.api.rate_limits import count_call
from complaint_qms.constants import machine_keys
from complaint_qms.constants.records import QUALITY_RECORDS, RECORDS
from complaint_qms.overrides import asked_fields
from complaint_qms.permissions.machine import is_machine
from complaint_qms.permissions.query import list_condition
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.record.sent_parts import FILTERS, fields_in_filters, read_sent, texts_in
from complaint_qms.services.reporting.report_door import check_sent_filters

_SIGHTED: Final = frozenset(record.doctype for record in RECORDS if record.sight)
# Parameters that hold what somebody wrote, and no names of fields.
_WRITTEN: Final = ("cmd", "content", "data", "doc", "docs", "subject", "text", "txt", "value")
PAGES: Final = ("complaint", "complaints", "complaint-survey", "field-notice")
"""First parts of the addresses of our pages."""
_METHODS: Final = "complaint_qms."
_LINK: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.")
_WORD: Final = re.compile(r"\w+")
_CALLED: Final = re.compile(r"^/?api/(?:v1/|v2/)?method/([^/]+)/?$")
_OWN_COMPLAINTS: Final = re.compile(
    rf"^/?api/(?:v1/resource|v2/document|resource)/{machine_keys.READ}(?:/[^/]+)?/?$"
)
"""What the key of another system reads: the list of complaints, or one."""
_PATHS: Final = re.compile(r"^/?api/(?:v1/|v2/)?(?:resource|document|doctype)/([^/]+)")


def before_request() -> None:
    """The framework runs whatever stands under `cmd` in any request, and hands on all parameters as arguments: at the doors of strangers
    a command that is no text or has half a character in it, and the name of an argument of its own (`fn`), end in an error of the code."""
    form, path = frappe.local.form_dict, frappe.request.path
    if path.strip("/ ").split("/")[0] not in PAGES and not path.rpartition("/")[2].startswith(_METHODS):
        return
    form.pop("fn", None)
    command = form.get("cmd")
    if not isinstance(command, str) or not is_storable(command):
        form.pop("cmd", None)


def check_request() -> None:
    """`auth_hooks`, which run once it is known whose request it is, whether by session or by key.

    The framework lets a list show fields of the records it links to, and asks only whether the user may read records of
    that kind at all. Somebody who may not see all of them reads each with the record itself. It also believes a search
    that asks for no user permissions.

    Raises:
        frappe.PermissionError: fields of linked records are asked for that the user may see only some of, or records are looked for
            by a field that they do not read.
        frappe.ValidationError: the filters of a report are no object.
    """
    form, user = frappe.local.form_dict, frappe.session.user
    if user not in ("Guest", "Administrator") and is_machine(user):
        _check_machine(form, user)
    if _calls_ours(form) and not _is_colleague(user):
        # Whatever is answered, strangers read nothing of where in the code it was found.
        frappe.local.flags.disable_traceback = True
    if form and form.get("report_name"):
        check_sent_filters(form)
    if user == "Administrator" or not form or _brings_a_record(form):
        return
    doctype = _doctype(form)
    if doctype in _SIGHTED and form.get("ignore_user_permissions"):
        form.ignore_user_permissions = 0
    named = _named(form)
    asked_fields.refuse_hidden(form, doctype, _linked(doctype, named), user)
    expanded = {word for text in texts_in(read_sent(form.get("expand"))) for word in _WORD.findall(text)}
    if doctype and (named or expanded) and _leads_to_hidden(doctype, named, expanded, user):
        frappe.throw(
            _(
                "You may see only some of the records that {0} links to, so their fields are not shown in its list."
            ).format(_(doctype)),
            frappe.PermissionError,
        )


def _check_machine(form: dict[str, Any], user: str) -> None:
    """What no key of another system may ask for is refused before anything is looked at."""
    path, verb = frappe.request.path, frappe.request.method
    called = _CALLED.match(path)
    command = form.get("cmd") or (called[1] if called else "")
    reads = verb == "GET" and bool(_OWN_COMPLAINTS.match(path)) and not form.get("run_method")
    if command not in machine_keys.METHODS and (command or not reads):
        frappe.throw(
            _("This key registers complaints and reads those that it has registered; it opens nothing else."),
            frappe.PermissionError,
        )
    count_call("machine", user, machine_keys.CALLS_AN_HOUR)


def _calls_ours(form: dict[str, Any]) -> bool:
    method = frappe.request.path.rpartition("/")[2] if frappe.request else ""
    return str(form.get("cmd") or method).startswith(_METHODS)


def _is_colleague(user: str) -> bool:
    return user != "Guest" and frappe.get_cached_value("User", user, "user_type") == "System User"


def _brings_a_record(form: dict[str, Any]) -> bool:
    """Whether the request writes a record over REST: its parameters are that record's own fields, with what somebody wrote."""
    return bool(_in_path(form)) and frappe.request.method not in ("GET", "HEAD")


def _doctype(form: dict[str, Any]) -> str | None:
    doctype = _in_path(form) or form.get("doctype")
    return doctype if isinstance(doctype, str) and is_storable(doctype) else None


def _in_path(form: dict[str, Any]) -> str | None:
    """The DocType that a REST address names; where a command comes along the framework runs that, whatever the address."""
    found = _PATHS.match(frappe.request.path) if frappe.request and not form.get("cmd") else None
    return found.group(1) if found else None


def _leads_to_hidden(doctype: str, named: set[str], expanded: set[str], user: str) -> bool:
    """Whether one of these fields of `doctype` leads to records of which the user may see only some."""
    if not frappe.db.exists("DocType", doctype):
        return False  # the framework says so itself
    return any(list_condition(kind, user) for kind in _kinds(doctype, named, expanded))


def _named(form: dict[str, Any]) -> set[str]:
    """What stands before a point in the names of fields that a request asks for, filters or sorts by: `link.field`."""
    found = [
        text for key in form if key not in (*_WRITTEN, *FILTERS) for text in texts_in(read_sent(form[key]))
    ]
    found += [name for key in FILTERS for name in fields_in_filters(read_sent(form.get(key)))]
    return {name for text in found if "." in text for name in _LINK.findall(text)}


def _linked(doctype: str | None, named: set[str]) -> set[str]:
    """DocTypes of the records that these fields of `doctype` link to."""
    if not doctype or not named or not frappe.db.exists("DocType", doctype):
        return set()
    return {field.options for field in frappe.get_meta(doctype).get_link_fields() if field.fieldname in named}


def _kinds(doctype: str, named: set[str], expanded: set[str]) -> set[str]:
    """Confidential DocTypes that these fields of `doctype` may lead to."""
    meta = frappe.get_meta(doctype)
    wanted = named | expanded
    kinds = _linked(doctype, wanted)
    if any(field.fieldname in expanded for field in meta.get_dynamic_link_fields()):
        return set(QUALITY_RECORDS)
    return kinds & set(QUALITY_RECORDS)
