"""A report as JSON and as XML, to be submitted by hand: by a schema of our own, and no message of an authority's gateway."""

from __future__ import annotations

import json
import xml.etree.ElementTree as xml
from typing import Any, Final

from frappe.model.document import Document
from frappe.utils import cstr

from complaint_qms.services.reportability.report_forms import report_form

NAMESPACE: Final = "urn:complaint-qms:regulatory-report:1"
_HEAD: Final = (
    "name", "report_form", "report_kind", "version", "status", "assessment", "complaint", "signal", "company", "jurisdiction",
    "previous_report", "submitted_on", "authority_reference",
)  # fmt: skip


def report_content(doc: Document) -> dict[str, Any]:
    """{schema, note, report: {name, report_form, …}, elements: [{key, block, label, value, origin}]}: what both files hold."""
    form = report_form(doc.report_form)
    rows = {row.element_key: row for row in doc.elements}
    return {
        "schema": NAMESPACE,
        "note": form.gateway,
        "report": {field: cstr(doc.get(field)) for field in _HEAD},
        "elements": [
            {
                "key": one.key,
                "block": one.block,
                "label": one.label,
                "value": cstr(row.value),
                "origin": row.origin,
            }
            for one in form.elements
            if (row := rows.get(one.key))
        ],
    }


def as_report_json(doc: Document) -> str:
    """By `regulatory_report.schema.json`."""
    return json.dumps(report_content(doc), indent=2, ensure_ascii=False)


def as_report_xml(doc: Document) -> str:
    """By `regulatory_report.xsd`; signs that XML cannot hold are left out."""
    content = report_content(doc)
    root = xml.Element("regulatoryReport", {"xmlns": NAMESPACE})
    xml.SubElement(root, "note").text = content["note"]
    head = xml.SubElement(root, "report")
    for field, value in content["report"].items():
        xml.SubElement(head, field).text = _writable(value)
    elements = xml.SubElement(root, "elements")
    for one in content["elements"]:
        row = xml.SubElement(
            elements, "element", {"key": one["key"], "block": one["block"], "origin": one["origin"]}
        )
        xml.SubElement(row, "label").text = one["label"]
        xml.SubElement(row, "value").text = _writable(one["value"])
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _writable(text: str) -> str:
    """XML 1.0, 2.2: characters that a document may hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r"
        or "\x20" <= sign <= "\ud7ff"
        or "\ue000" <= sign <= "\ufffd"
        or sign >= "\U00010000"
    )
