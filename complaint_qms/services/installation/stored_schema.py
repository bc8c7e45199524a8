"""Whether the site's database is what the installed files say: DocTypes, their fields and columns, patches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.modules.patch_handler import get_patches_from_app

from complaint_qms.services.installation.finding import AS_EXPECTED, WRONG, InstallationResult
from complaint_qms.services.installation.tested_files import PACKAGE
from complaint_qms.services.record.language import comma_list

APP = "complaint_qms"


def compare_schema() -> Iterable[InstallationResult]:
    """What migrating has left undone, or somebody has changed past it."""
    part, wrong = _("Database"), []
    stored = _stored_fields()
    shipped = {data["name"]: data for data in map(_read, _doctype_files())}
    for name, data in sorted(shipped.items()):
        wrong += [
            InstallationResult(part, WRONG, sentence)
            for sentence in _of_doctype(name, data, stored.get(name))
        ]
    done = set(
        frappe.get_all(
            "Patch Log", {"patch": ("like", f"{APP}.%"), "skipped": 0}, pluck="patch", order_by="patch"
        )
    )
    missing = [
        patch
        for patch in get_patches_from_app(APP)
        if patch.split(maxsplit=1)[0] not in {one.split(maxsplit=1)[0] for one in done}
    ]
    if missing:
        wrong.append(
            InstallationResult(
                part,
                WRONG,
                _("{0} patches have not run: {1}. Run bench migrate.").format(
                    len(missing), comma_list(missing)
                ),
            )
        )
    yield from wrong or [
        InstallationResult(
            part,
            AS_EXPECTED,
            _("{0} DocTypes with their fields, columns and patches are as shipped.").format(len(shipped)),
        )
    ]


def _of_doctype(name: str, data: dict[str, Any], stored: dict[str, str] | None) -> Iterable[str]:
    if stored is None:
        yield _("The DocType {0} is not there. Run bench migrate.").format(name)
        return
    fields = {row["fieldname"]: row["fieldtype"] for row in data["fields"]}
    if missing := sorted(fields.keys() - stored.keys()):
        yield _("{0} lacks the fields {1}. Run bench migrate.").format(name, comma_list(missing))
    if other := sorted(field for field, kind in fields.items() if stored.get(field, kind) != kind):
        yield _("{0} has fields of another type than shipped: {1}. Run bench migrate.").format(
            name, comma_list(other)
        )
    if data.get("issingle") or data.get("is_virtual"):
        return
    columns = set(frappe.db.get_table_columns(name))
    kept = {
        row["fieldname"]
        for row in data["fields"]
        if row["fieldtype"] not in no_value_fields and not row.get("is_virtual")
    }
    if missing := sorted(kept - columns):
        yield _("The table of {0} lacks the columns {1}. Run bench migrate.").format(
            name, comma_list(missing)
        )


def _stored_fields() -> dict[str, dict[str, str]]:
    """DocType of the app → field → type."""
    found: dict[str, dict[str, str]] = {
        name: {}
        for name in frappe.get_all("DocType", {"module": "Complaint QMS"}, pluck="name", order_by="name")
    }
    fields = frappe.get_all(
        "DocField",
        {"parent": ("in", list(found)), "parenttype": "DocType"},
        ["parent", "fieldname", "fieldtype"],
        order_by="parent, idx",
    )
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    for row in fields:
        kinds[row.parent][row.fieldname] = row.fieldtype
    return found | kinds


def _doctype_files() -> list[Path]:
    return [path for path in PACKAGE.glob("complaint_qms/doctype/*/*.json") if path.stem == path.parent.name]


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))
