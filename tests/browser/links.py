"""Whether the links of a screen open for who is shown them: asked of the permissions themselves, many at once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import frappe
from frappe.desk.desktop import get_workspace_sidebar_items

from tests.desk import factory

# Addresses of the desk that belong to no record and open for everybody who is logged in; and those that the framework's own
# timeline of changes shows to everybody.
OPEN = ("", "home", "user-profile", "recent", "print", "build")
TIMELINE = "version"


def dead(user: str, addresses: Iterable[str]) -> list[str]:
    """Those of the addresses that the user would be refused, or that lead to nothing."""
    with factory.as_user(user):
        doctypes = {
            name.lower().replace(" ", "-"): name
            for name in frappe.get_all("DocType", pluck="name", order_by="name asc")
        }
        return [address for address in sorted(set(addresses)) if not _opens(address, doctypes)]


def _opens(address: str, doctypes: dict[str, str]) -> bool:
    told = urlsplit(address)
    parts = [unquote(part) for part in told.path.strip("/").split("/")]
    if parts[0] in ("private", "files"):
        return _file(unquote(told.path))
    if parts[0] not in ("app", "desk"):
        return True
    room, *more = parts[1:] or [""]
    if room == "query-report":
        report = frappe.db.exists("Report", more[0])
        return bool(report) and frappe.get_doc("Report", more[0]).is_permitted()
    if room == "Form":
        return _record(more[0], "/".join(more[1:]))
    if room == TIMELINE:
        return True
    if room == "List":
        return _list(more[0])
    if room in doctypes and frappe.db.exists("DocType", doctypes[room]):
        doctype = doctypes[room]
        if not more or more[0] == "view":
            return _list(doctype)
        return _record(doctype, more[0])
    if frappe.db.exists("Page", room):
        return frappe.get_doc("Page", room).is_permitted()
    if room in OPEN:
        return True
    names = {page["name"].lower().replace(" ", "-") for page in get_workspace_sidebar_items()["pages"]}
    return room in names


def _list(doctype: str) -> bool:
    return bool(
        frappe.has_permission(doctype, "read")
        or (frappe.get_meta(doctype).issingle and frappe.has_permission(doctype))
    )


def _record(doctype: str, name: str) -> bool:
    if name.startswith("new"):
        return bool(frappe.has_permission(doctype, "create"))
    if not frappe.db.exists(doctype, name):
        return False
    return bool(frappe.has_permission(doctype, "read", doc=frappe.get_doc(doctype, name)))


def _file(address: str) -> bool:
    for name in frappe.get_all("File", {"file_url": address}, pluck="name", order_by="name asc"):
        if frappe.get_doc("File", name).has_permission("read"):
            return True
    return False
