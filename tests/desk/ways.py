"""Every way in which a person may come to a record, as the desk or a client of the API takes it.

Each is a request that goes through the framework's own handler in this process: its checks of who asks, of what is
whitelisted and of what stands in for what, without a web server around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe import api, handler
from frappe.auth import validate_auth_via_hooks
from frappe.utils import CallbackManager
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request


class Refused(Exception):
    """The framework says no to the person who asks: no right, no such method, no such record."""


def call(user: str, method: str, http: str = "GET", /, **values: Any) -> Any:
    """What a whitelisted method answers; what it puts into the response is in `frappe.local.response`."""
    _come(user, f"/api/method/{method}", http, values)
    return _ask(lambda: handler.execute_cmd(method))


def rest(user: str, http: str, path: str, /, **values: Any) -> Any:
    """The data that a resource of the REST API answers."""
    request = _come(user, f"/api/resource/{path}", http, values)
    return _ask(lambda: json.loads(api.handle(request).get_data())["data"])


def gives(way: str, user: str, doctype: str, name: str) -> bool:
    """Whether this way in leads the user to the record."""
    try:
        return bool(WAYS[way](user, doctype, name))
    except Refused:
        return False
    finally:
        frappe.set_user("Administrator")


def way_names() -> list[str]:
    return sorted(WAYS)


def _come(user: str, path: str, http: str, values: dict[str, Any]) -> Request:
    frappe.set_user(user)
    request = Request(EnvironBuilder(path=path, method=http).get_environ())
    request.after_response = CallbackManager()
    frappe.local.request = request
    frappe.local.message_log = []
    frappe.local.response = frappe._dict(docs=[])
    frappe.local.form_dict = frappe._dict(
        {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in values.items()}
    )
    return request


def _ask(door: Callable[[], Any]) -> Any:
    try:
        validate_auth_via_hooks()
        return door()
    except (frappe.PermissionError, frappe.DoesNotExistError) as refusal:
        raise Refused(str(refusal)) from refusal


def _form(user: str, doctype: str, name: str) -> bool:
    call(user, "frappe.desk.form.load.getdoc", doctype=doctype, name=name)
    return bool(frappe.local.response.docs)


def _listed(user: str, doctype: str, name: str) -> bool:
    return bool(rest(user, "GET", doctype, filters=[["name", "=", name]], fields=["name", "owner"]))


def _report(user: str, doctype: str, name: str) -> bool:
    fields = [f"`tab{doctype}`.`name`", f"`tab{doctype}`.`modified`"]
    found = call(user, "frappe.desk.reportview.get", doctype=doctype, fields=fields, filters={"name": name})
    return bool(found and found["values"])


def _export(user: str, doctype: str, name: str) -> bool:
    call(
        user, "frappe.desk.reportview.export_query", doctype=doctype, file_format_type="CSV", title="x",
        fields=[f"`tab{doctype}`.`name`"], filters=[[doctype, "name", "=", name]],
    )  # fmt: skip
    sent = frappe.local.response.get("filecontent") or frappe.local.response.get("result") or b""
    return name in (sent.decode() if isinstance(sent, bytes) else sent)


def _link(user: str, doctype: str, name: str) -> bool:
    """Search of a link field, by a client that asks for no user permissions."""
    found = call(
        user, "frappe.desk.search.search_link", "POST", doctype=doctype, txt=name, ignore_user_permissions=1,
        page_length=50,
    )  # fmt: skip
    return name in {row["value"] for row in found}


def _printed(user: str, doctype: str, name: str) -> bool:
    return bool(call(user, "frappe.www.printview.get_html_and_style", doc=doctype, name=name)["html"])


def _docinfo(user: str, doctype: str, name: str) -> bool:
    call(user, "frappe.desk.form.load.get_docinfo", doctype=doctype, name=name)
    return bool(frappe.local.response.get("docinfo"))


WAYS: dict[str, Callable[[str, str, str], Any]] = {
    "form": _form,
    "rest": lambda user, doctype, name: rest(user, "GET", f"{doctype}/{name}"),
    "client": lambda user, doctype, name: call(user, "frappe.client.get", doctype=doctype, name=name),
    "list": _listed,
    "value": lambda user, doctype, name: call(
        user, "frappe.client.get_value", doctype=doctype, fieldname="owner", filters={"name": name}
    ),
    "count": lambda user, doctype, name: call(
        user, "frappe.client.get_count", doctype=doctype, filters={"name": name}
    ),
    "report": _report,
    "export": _export,
    "link": _link,
    "print": _printed,
    "timeline": _docinfo,
    "communications": lambda user, doctype, name: (
        call(user, "frappe.desk.form.load.get_communications", doctype=doctype, name=name) is not None
    ),
}
