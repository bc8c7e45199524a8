"""Tags of records: the framework tags any record for anybody, and tells everybody which ones carry a tag."""

from typing import Any, Final

import frappe
from frappe import _
from frappe.desk.doctype.tag import tag as tagging

from complaint_qms.api.arguments import check_doctype, checked, read_names
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions.query import hidden
from complaint_qms.services.record import input_validation

_LONGEST_TAG: Final = 140


@frappe.whitelist()
@checked
def add_tag(tag: str, dt: str, dn: str, color: str | None = None) -> str:
    """The framework tags any record for anybody."""
    _check_tagging(dt, [dn], [tag])
    return tagging.add_tag(tag, dt, dn, color)


@frappe.whitelist()
@checked
def add_tags(tags: Any, dt: str, docs: Any, color: str | None = None) -> None:
    """The same for several records."""
    tags, docs = read_names("tags", tags), read_names("docs", docs)
    _check_tagging(dt, docs, tags)
    tagging.add_tags(tags, dt, docs, color)


@frappe.whitelist()
@checked
def remove_tag(tag: str, dt: str, dn: str) -> None:
    """The other way round."""
    _check_tagging(dt, [dn], [tag])
    tagging.remove_tag(tag, dt, dn)


@frappe.whitelist()
@checked
def get_tagged_docs(doctype: str, tag: str) -> Any:
    """Names of tagged records, of which the framework gives every one."""
    check_doctype(doctype)
    found = tagging.get_tagged_docs(doctype, tag)
    closed = (
        hidden(doctype, [row[0] for row in found], frappe.session.user) if doctype in QUALITY_RECORDS else ()
    )
    return [row for row in found if row[0] not in closed]


def _check_tagging(doctype: str, names: list[str], tags: list[str]) -> None:
    check_doctype(doctype)
    for tag in tags:
        if not tag.strip() or len(tag) > _LONGEST_TAG:
            input_validation.refuse(_("A tag has 1 to {0} characters.").format(_LONGEST_TAG))
    for name in names:
        if doctype in QUALITY_RECORDS:
            frappe.has_permission(doctype, "write", doc=name, throw=True)
