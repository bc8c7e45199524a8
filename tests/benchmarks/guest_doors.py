"""Every door that somebody without a login finds, and the portal's for a customer: what is listed here, and what the code has.

`tests/desk/test_guest_doors.py` compares the two, so that no door is open of which `bench_guests` does not know.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import frappe

import complaint_qms
from complaint_qms.integrations.messaging import CLIENTS

PACKAGE: Final = Path(complaint_qms.__file__).parent
GUEST: Final = "complaint_qms.api.visitor."
PORTAL: Final = "complaint_qms.api.portal."
SURVEY: Final = "complaint_qms.api.survey."
NOTICE: Final = "complaint_qms.api.field_notice."

METHODS: Final = frozenset(
    (
        *(GUEST + name for name in ("answer", "begin_upload", "decide", "file_complaint", "look", "new_challenge", "rate", "send_piece", "upload_state")),
        *(SURVEY + name for name in ("answer", "look")),
        *(NOTICE + name for name in ("answer", "look")),
    )
)  # fmt: skip
"""Whitelisted functions that are open to guests."""
OF_CUSTOMERS: Final = frozenset(
    PORTAL + name
    for name in ("answer", "begin_upload", "decide", "file_complaint", "line", "lines", "look", "rate", "send_piece", "upload_state")
)  # fmt: skip
"""Whitelisted functions for customers who are logged in."""
PAGES: Final = frozenset(
    (
        "complaint",
        "complaint-survey",
        "complaint/track",
        "complaints",
        "complaints/case",
        "complaints/new",
        "field-notice",
    )
)
"""Files below `www`, as addresses."""
RULES: Final = frozenset(("/complaints/new", "/complaints/<path:complaint>"))
"""Addresses that the hooks lead to pages."""
RENDERERS: Final = frozenset(
    (
        "complaint_qms.overrides.signed_addresses.SignedAddress",
        "complaint_qms.overrides.unknown_pages.UnknownPage",
    )
)
SYSTEMS: Final = "outside-facts"
"""First part of the addresses that outside systems send facts to."""
CHATS: Final = frozenset(("dingtalk", "signed_webhook", "wechat", "wecom", "whatsapp"))
"""Chat services, each with an address of its own below `/complaint-chat`."""
# Hooks by which an app opens a door to the website.
_OPENING: Final = (
    "website_redirects", "website_catch_all", "website_path_resolver", "website_generators", "web_include_js", "update_website_context",
    "get_web_pages_with_dynamic_routes", "portal_menu_items", "has_website_permission", "calendars", "webform_list_context",
)  # fmt: skip


@dataclass(frozen=True)
class Door:
    """A door, and how it is knocked at.

    Attributes:
        address: of the site; `{}` stands for what is made up anew for each request.
        fields: names of its parameters.
        good: parameters as a browser might send them, most of the time; what is wrong is put into the others.
        wrong: parameters of which each is wrong in every request, so that nothing can be taken in: name → what is sent.
        is_customer: it is knocked at by a customer who is logged in.
        refuses: no request of a stranger can be answered with 200.
    """

    name: str
    address: str
    fields: tuple[str, ...] = ()
    good: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, tuple[object, ...]] = field(default_factory=dict)
    methods: tuple[str, ...] = ("POST",)
    is_customer: bool = False
    refuses: bool = False


_BAD_KEYS: Final = (
    "",
    "short",
    "k" * 101,
    "x" * 20_000,
    "../" * 10,
    "k" * 32 + "\n",
    "💥" * 24,
    None,
    [],
    {"a": 1},
    -1,
    "k k " * 8,
)
_BAD_SIZES: Final = (
    0,
    -1,
    10**18,
    2**63,
    "x",
    "",
    "1e999",
    "NaN",
    None,
    [],
    {},
    50 * 2**20 + 1,
    "9" * 400,
    1.5e300,
)
_BAD_OFFSETS: Final = (1, -1, 7, 2**62, "x", "", None, [], {"a": 0}, "9" * 400, 1e300)
# What makes sure that nothing is taken in: what a door asks last is wrong in each request.
_WRONG: Final[dict[str, dict[str, tuple[object, ...]]]] = {
    **{name: {"key": _BAD_KEYS} for name in ("file_complaint", "answer", "decide", "rate")},
    "begin_upload": {"size": _BAD_SIZES},
    "send_piece": {"offset": _BAD_OFFSETS},
}
_FORM: Final = {
    "description": "The lid cracked. It leaks since Monday.", "name": "Ann Lee", "email": "ann@customer.example", "phone": "+49 30 901820",
    "product": "Pump <b>X</b>", "number": "A<B", "order": "SO-1", "happened_on": "2024-02-06", "wishes": ["refund"], "code": "x",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What a stranger may have seen, and the customer has: secrets and names that exist.

    Attributes:
        chats: chat service → last part of its channel's address.
        sold: DocType and row of a line that the customer bought.
    """

    token: str
    upload: str
    complaint: str
    sold: tuple[str, str]
    chats: dict[str, str]


def doors(known: Known) -> list[Door]:
    """All doors, as they are knocked at."""
    asking = ("GET", "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH")
    anyhow = (*asking, "OPTIONS")  # which the framework answers by itself
    methods = [_method(name, known) for name in sorted(METHODS)]
    methods += [_method(name, known, is_customer=True) for name in sorted(OF_CUSTOMERS)]
    pages = [
        Door(f"/{name}", f"/{name}", methods=anyhow, is_customer=is_customer)
        for name in sorted(PAGES - {"complaints/case"})
        for is_customer in (False, True)
        if name.startswith("complaints") or not is_customer
    ]
    for first in ("complaint", "complaints"):
        pages.append(Door(f"/{first}/…", f"/{first}/{{}}", methods=anyhow))
    pages.append(Door("/complaints/…", "/complaints/{}", methods=anyhow, is_customer=True))
    own = Door("/complaints/OWN", f"/complaints/{known.complaint}", methods=anyhow, is_customer=True)
    chats = [
        Door(
            f"/complaint-chat ({name})", f"/complaint-chat/{known.chats[name]}", methods=asking, refuses=True
        )
        for name in sorted(CHATS)
    ]
    strange = Door("/complaint-chat/…", "/complaint-chat/{}", methods=asking, refuses=True)
    facts = Door(f"/{SYSTEMS}/…", f"/{SYSTEMS}/{{}}", methods=asking, refuses=True)
    return [*methods, *pages, own, *chats, strange, facts]


def _method(name: str, known: Known, *, is_customer: bool = False) -> Door:
    good: dict[str, object] = {
        "token": known.token, "upload": known.upload, "complaint": known.complaint, "doctype": known.sold[0], "row": known.sold[1],
        "key": "k" * 32, "text": "It is red", "accepted": "1", "stars": "5", "data": _FORM, "files": [], "file_name": "a.jpg",
        "size": "100", "offset": "0", "start": "0", "website": "", "challenge": "", "answer": "", "without_place": "0",
    }  # fmt: skip
    asked, last = parameters(name), name.rpartition(".")[2]
    own = {field: value for field, value in good.items() if field in asked}
    return Door(
        f"{name.split('.')[-2].replace('visitor', 'guest')}.{last}", f"/api/method/{name}", asked, own, _WRONG.get(last, {}), is_customer=is_customer,
    )  # fmt: skip


def found() -> dict[str, frozenset[str]]:
    """What the code has, by the names of this module; `others` is what opens a door of a kind that there is none of yet."""
    import_doors()
    ours = [one for one in frappe.guest_methods if one.__module__.startswith("complaint_qms.")]
    return {
        "METHODS": frozenset(map(_name, ours)),
        "OF_CUSTOMERS": frozenset(
            name for one in frappe.whitelisted if (name := _name(one)).startswith(PORTAL)
        ),
        "PAGES": frozenset(_pages()),
        "RULES": frozenset(rule["from_route"] for rule in _hook("website_route_rules")),
        "RENDERERS": frozenset(_hook("page_renderer")),
        "CHATS": frozenset(CLIENTS),
        "others": frozenset(_others()),
    }


def import_doors() -> None:
    """Read every module that has a whitelisted function, so that the framework knows it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "whitelist(" in path.read_text("utf-8"):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            importlib.import_module(".".join(parts))


def closed_methods() -> list[str]:
    """Names of the app's whitelisted functions that no guest may call."""
    import_doors()
    # What stands in for functions of the framework answers as these do, its errors included.
    ours = {
        _name(one)
        for one in frappe.whitelisted
        if one.__module__.startswith("complaint_qms.")
        and one.__module__ != "complaint_qms.overrides.form_load"
    }
    return sorted(ours - METHODS)


def parameters(method: str) -> tuple[str, ...]:
    """Names of the parameters of a whitelisted function."""
    return tuple(inspect.signature(inspect.unwrap(frappe.get_attr(method))).parameters)


def _name(function: object) -> str:
    return f"{function.__module__}.{function.__name__}"


def _hook(name: str) -> list:
    return frappe.get_hooks(name, app_name="complaint_qms") or []


def _pages() -> list[str]:
    www = PACKAGE / "www"
    kinds = (".html", ".md", ".xml", ".txt", ".css", ".js", ".json", ".csv", ".py")
    files = [path for path in www.rglob("*") if path.suffix in kinds and path.name != "__init__.py"]
    names = (path.relative_to(www).with_suffix("").as_posix() for path in files)
    # The framework finds the script of `a-page.html` as `a_page.py`.
    return [re.sub(r"(^|/)index$", "", name).replace("_", "-") for name in names]


def _others() -> list[str]:
    opened = [f"hook {name}" for name in _OPENING if _hook(name)]
    folders = [f"folder {name}" for name in ("web_form", "web_page", "web_template") if list(PACKAGE.rglob(f"{name}/*"))]  # fmt: skip
    records = []
    for path in PACKAGE.rglob("doctype/*/*.json"):
        told = json.loads(path.read_text("utf-8"))
        if not isinstance(told, dict) or told.get("doctype") != "DocType":
            continue
        to_all = [
            row for row in told.get("permissions") or () if row.get("role") in ("Guest", "All", "Customer")
        ]
        if to_all or told.get("has_web_view") or told.get("allow_guest_to_view"):
            records.append(f"DocType {told['name']}")
    return [*opened, *folders, *records]
