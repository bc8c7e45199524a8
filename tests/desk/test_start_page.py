"""The icons and the sidebar by which Frappe 16 leads to the app say what the workspace says."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import frappe

from complaint_qms import hooks
from complaint_qms.setup import leftovers

APP = Path(frappe.get_app_path("complaint_qms"))
SIDEBAR = json.loads((APP / "workspace_sidebar" / "complaints.json").read_text("utf-8"))
ICONS = [json.loads(file.read_text("utf-8")) for file in sorted((APP / "desktop_icon").glob("*.json"))]
LINKS = [item for item in SIDEBAR["items"] if item["type"] == "Link"]


def test_each_entry_leads_to_something_of_its_own():
    places = [(item.get("link_to"), item.get("url"), item.get("filters")) for item in LINKS]
    assert len(set(places)) == len(places)
    for item in LINKS:
        if item["link_type"] != "URL":
            assert frappe.db.exists(item["link_type"], item["link_to"]), item["label"]


def test_each_entry_at_the_top_has_an_icon():
    assert all(item["icon"] for item in SIDEBAR["items"] if not item["child"])


def test_each_icon_shows_the_picture_of_the_app():
    """A grey letter stands for an icon without one, also at the head of the sidebar that it opens."""
    assert {icon.get("logo_url") for icon in ICONS} == {hooks.app_logo_url}
    assert SIDEBAR["title"] in {icon["label"] for icon in ICONS}


def test_entries_filter_as_the_shortcuts_of_the_workspace_do():
    entries = {item["label"]: item for item in LINKS}
    filtered = 0
    for shortcut in frappe.get_doc("Workspace", "Complaints").shortcuts:
        if not shortcut.stats_filter:
            continue
        wanted = json.loads(shortcut.stats_filter)
        item = entries[shortcut.label]
        address = urlsplit(
            item["url"]
        )  # 16 itself writes a filter with an operator so that its list cannot read it
        assert address.path == f"/desk/{shortcut.link_to.lower().replace(' ', '-')}/view/list"
        assert {field: json.loads(value) for field, value in parse_qsl(address.query)} == wanted
        filtered += 1
    assert filtered == 6


def test_every_link_of_the_workspace_but_the_cases_is_in_the_sidebar():
    reached = {item.get("link_to") or urlsplit(item["url"]).path.split("/")[2] for item in LINKS}
    links = {row.link_to for row in frappe.get_doc("Workspace", "Complaints").links if row.link_to}
    assert {link for link in links if not {link, link.lower().replace(" ", "-")} & reached} == {"Root Cause"}


def test_the_apps_screen_leads_to_the_desk_of_this_version():
    desk = "/desk" if frappe.__version__.startswith("16.") else "/app"
    assert [app["route"] for app in hooks.add_to_apps_screen] == [f"{desk}/complaints"]


def test_nothing_of_it_stays_behind():
    shown = {
        doctype: [row["name"] for row in rows if frappe.db.exists(doctype, row["name"])]
        for doctype, rows in (("Desktop Icon", ICONS), ("Workspace Sidebar", [SIDEBAR]))
        if frappe.db.table_exists(doctype)
    }
    if frappe.__version__.startswith("16."):
        assert shown == {"Desktop Icon": ["Complaint QMS", "Complaints"], "Workspace Sidebar": ["Complaints"]}
    leftovers.remove_from_start()
    for doctype in shown:
        assert not frappe.db.count(doctype, {"app": "complaint_qms"})
