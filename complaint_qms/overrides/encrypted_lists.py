"""Lists of the framework, which read past the controllers of records: values of encrypted fields as people read them.

The framework has left out by then what the user may not read. Only rows that came out of the database are looked at, and in them the field
by its name: what somebody sends, and gets back, is decrypted nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import frappe
from frappe import _
from frappe.core.doctype.data_export import exporter
from frappe.core.doctype.data_import import data_import
from frappe.desk import reportview

from complaint_qms.api.arguments import check_doctype, checked, read_by_the_framework
from complaint_qms.constants.encryption import BEGINS, FIELDS
from complaint_qms.services.encryption.encrypted_values import decrypt_rows
from complaint_qms.services.framework_seams import lists_changed
from complaint_qms.services.record.input_validation import refuse

_LISTS: Final = frozenset(
    (
        "frappe.client.get_list",
        "frappe.client.get_value",
        "frappe.client.validate_link",
        "frappe.client.validate_link_and_fetch",
        "frappe.desk.reportview.get",
        "frappe.desk.reportview.get_list",
    )
)
_PATH: Final = re.compile(r"^/api/(?:v1/resource|v2/document|resource)/([^/]+)/?$")
_NAME: Final = re.compile(r"(?:`tab([^`]+)`\.)?`?(\w+)`?")


def after_request(response: Any, request: Any) -> None:
    """Of a list that is answered as JSON."""
    form = getattr(frappe.local, "form_dict", None) or {}
    path = _PATH.fullmatch(request.path) if request.method == "GET" else None
    doctype = path[1].replace("%20", " ") if path else form.get("doctype")
    if not path and form.get("cmd") not in _LISTS:
        return
    if doctype not in FIELDS or response.mimetype != "application/json" or response.is_streamed:
        return
    text = response.get_data(as_text=True)
    if BEGINS not in text:
        return
    told = json.loads(text)
    for part in ("message", "data"):
        if part in told:
            told[part] = _decrypted(doctype, told[part], form)
    response.set_data(json.dumps(told, separators=(",", ":"), default=str))


@frappe.whitelist()
@frappe.read_only()
@checked
def export_query() -> None:
    """As the framework's; a file that is mailed later is made at once instead, while the rows can be told."""
    if frappe.form_dict.get("doctype") in FIELDS:
        frappe.form_dict.pop("export_in_background", None)
    if not frappe.form_dict.get("doctype"):
        refuse(_("“{0}” is missing.").format("doctype"))
    check_doctype(str(frappe.form_dict.doctype))
    with lists_changed(tell_list), read_by_the_framework("fields", "filters", "order_by", "file_format_type"):
        reportview.export_query()


@frappe.whitelist()
@checked
def export_data(
    doctype: str,
    parent_doctype: str | None = None,
    all_doctypes: str | bool = True,
    with_data: str | bool = False,
    select_columns: str | None = None,
    file_type: str = "CSV",
    template: str | bool = False,
    filters: str | dict | list | None = None,
    export_without_column_meta: str | bool = False,
) -> None:
    """As the framework's."""
    check_doctype(doctype)
    with lists_changed(tell_list), read_by_the_framework("parent_doctype", "select_columns", "filters"):
        exporter.export_data(
            doctype, parent_doctype, all_doctypes, with_data, select_columns, file_type, template, filters, export_without_column_meta
        )  # fmt: skip


@frappe.whitelist()
@checked
def download_template(
    doctype: str,
    export_fields: str | dict | None = None,
    export_records: str | None = None,
    export_filters: str | dict | list | None = None,
    file_type: str = "CSV",
) -> None:
    """As the framework's."""
    check_doctype(doctype)
    with lists_changed(tell_list), read_by_the_framework("export_fields", "export_filters"):
        data_import.download_template(doctype, export_fields, export_records, export_filters, file_type)


def tell_list(doctype: str, fields: Any, rows: Any) -> Any:
    """Rows of a list of the framework, each a mapping or as long as `fields`."""
    if doctype not in FIELDS or not isinstance(rows, list | tuple):
        return rows
    decrypt_rows(doctype, (row for row in rows if isinstance(row, dict)))
    places = list(_places(doctype, fields)) if isinstance(fields, list | tuple) else []
    if not places or all(isinstance(row, dict) for row in rows):
        return rows
    return [_row(doctype, row, places) if isinstance(row, list | tuple) else row for row in rows]


def _decrypted(doctype: str, told: Any, form: Any) -> Any:
    if isinstance(told, dict) and {"keys", "values"} <= told.keys():
        return {**told, "values": tell_list(doctype, told["keys"], told["values"])}
    if isinstance(told, dict):
        return tell_list(doctype, None, [told])[0]
    fields = form.get("fields")
    return tell_list(doctype, json.loads(fields) if isinstance(fields, str) and fields[:1] == "[" else fields, told)  # fmt: skip


def _places(doctype: str, fields: Any) -> Iterator[tuple[int, str]]:
    """Where in a row which encrypted field of the DocType stands."""
    for place, field in enumerate(fields):
        found = _NAME.fullmatch(field.strip()) if isinstance(field, str) else None
        if found and found[1] in (None, doctype) and found[2] in FIELDS[doctype]:
            yield place, found[2]


def _row(doctype: str, row: Any, places: list[tuple[int, str]]) -> list[Any]:
    told = list(row)
    values = {name: told[place] for place, name in places if place < len(told)}
    decrypt_rows(doctype, [values])
    for place, name in places:
        if place < len(told):
            told[place] = values[name]
    return told
