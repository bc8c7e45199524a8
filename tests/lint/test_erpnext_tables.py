"""ERPNext's tables are read in one room: `integrations/erpnext` knows their columns, everybody else asks it."""

from __future__ import annotations

import ast
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from scripts.bench import CHECKOUT

APP = CHECKOUT / "complaint_qms"
QUERIES = {
    "frappe.qb.DocType",
    "frappe.get_all",
    "frappe.get_list",
    "frappe.db.get_all",
    "frappe.db.get_list",
    "frappe.db.count",
}
# Whoever names ERPNext's tables elsewhere, and why that stays.
ALLOWED = {
    "demo": "makes and removes ERPNext's own documents, on demo sites alone",
    "patches": "ran once; what a patch did must not change with a function that it calls",
}


def erpnext_doctypes() -> set[str]:
    """DocTypes of the ERPNext beside us; none without one."""
    found = find_spec("erpnext")
    if not found or not found.origin:
        return set()
    kept = Path(found.origin).parent.glob("*/doctype/*/*.json")
    named = [json.loads(path.read_text("utf-8")) for path in kept if path.stem == path.parent.name]
    return {one["name"] for one in named if isinstance(one, dict) and one.get("doctype") == "DocType"}


def queries_of(source: str, doctypes: set[str]) -> list[int]:
    """Lines that query one of the DocTypes."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in QUERIES
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value in doctypes
    ]


def test_erpnexts_tables_are_queried_in_one_room() -> None:
    doctypes = erpnext_doctypes()
    if not doctypes:
        pytest.skip("no ERPNext here")
    assert queries_of('a = frappe.get_all("Item")\nfrappe.qb.DocType("Complaint")', doctypes) == [1]
    found = {}
    for path in sorted(APP.rglob("*.py")):
        place = path.relative_to(APP)
        if place.parts[:2] == ("integrations", "erpnext") or place.parts[0] in ALLOWED:
            continue
        if lines := queries_of(path.read_text("utf-8"), doctypes):
            found[place.as_posix()] = lines
    assert not found
