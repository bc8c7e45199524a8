"""Doors of the framework's desk that do not ask who sees which record, with that question put first.

Each stands in for one of the framework's whitelisted functions (`override_whitelisted_methods`), answers like it, and
leaves out what the user does not see of our confidential records.
"""

from collections import defaultdict
from typing import Any, Final

import frappe
from frappe.desk import listview, notifications
from frappe.desk import search as desk_search
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.desk.doctype.tag import tag as tagging
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import cint, global_search

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions.query import hidden, list_condition

# How many hits are looked at for each one asked for, where some of them may be hidden.
_OVERSAMPLE: Final = 20
# As many as the framework looks at.
_COUNTED: Final = 100
_ASSIGNEES: Final = 50


@frappe.whitelist()
def search(text: str, start: int = 0, limit: int = 20, doctype: str = "") -> list[dict[str, Any]]:
    """Global search: its index holds the text of every record, and it asks for the DocType alone."""
    user, start, limit = frappe.session.user, cint(start), cint(limit)
    if not any(list_condition(kind, user) for kind in QUALITY_RECORDS):
        return global_search.search(text, start, limit, doctype)
    found = global_search.search(text, 0, (start + limit) * _OVERSAMPLE, doctype)
    names = defaultdict(set)
    for row in found:
        if row.doctype in QUALITY_RECORDS:
            names[row.doctype].add(row.name)
    closed = {(kind, name) for kind in names for name in hidden(kind, names[kind], user)}
    return [row for row in found if (row.doctype, row.name) not in closed][start : start + limit]


@frappe.whitelist()
def get_open_count(doctype: str, name: str, items: Any = None) -> dict[str, Any]:
    """Connections: how many records name this one, of which the framework counts those that nobody may see as well."""
    found = notifications.get_open_count(doctype, name, items)
    user, links = frappe.session.user, frappe.get_meta(doctype).get_dashboard_data()
    counts = found.get("count") or {}
    for row in counts.get("external_links_found", []) if isinstance(counts, dict) else ():
        if row["doctype"] in QUALITY_RECORDS and list_condition(row["doctype"], user):
            row |= _counts(row["doctype"], name, links)
    return found


@frappe.whitelist()
def get_group_by_count(doctype: str, current_filters: Any, field: str) -> list[dict[str, Any]]:
    """The list's side bar, which counts the tasks of records that the user does not see as well."""
    restricted = doctype in QUALITY_RECORDS and list_condition(doctype, frappe.session.user)
    if field != "assigned_to" or not restricted:
        return listview.get_group_by_count(doctype, current_filters, field)
    filters = frappe.parse_json(current_filters)
    names = frappe.get_list(doctype, filters=filters, pluck="name", order_by=None, limit=0)
    if not names:
        return []
    todo, user = frappe.qb.DocType("ToDo"), frappe.qb.DocType("User")
    count = Count("*").as_("count")
    query = frappe.qb.from_(todo).inner_join(user).on(todo.allocated_to == user.name)
    query = query.select(todo.allocated_to.as_("name"), count).groupby(todo.allocated_to)
    open_to_user = todo.reference_name.isin(names) & (todo.reference_type == doctype)
    query = query.where(open_to_user & (todo.status != "Cancelled") & (user.user_type == "System User"))
    return query.orderby(count, order=Order.desc).limit(_ASSIGNEES).run(as_dict=True)


@frappe.whitelist()
def get_link_title(doctype: str, docname: str) -> str | None:
    """The title that a site may show in place of a record's number."""
    if doctype in QUALITY_RECORDS and hidden(doctype, [docname], frappe.session.user):
        return docname
    return desk_search.get_link_title(doctype, docname)


@frappe.whitelist()
def get_chart(
    chart_name: str | None = None,
    chart: Any = None,
    no_cache: Any = None,
    filters: Any = None,
    from_date: Any = None,
    to_date: Any = None,
    timespan: Any = None,
    time_interval: Any = None,
    heatmap_year: Any = None,
    refresh: Any = None,
) -> Any:
    """Data of a chart that a site made; the framework keeps them for all users, as the first one saw them."""
    made = frappe.get_cached_doc("Dashboard Chart", chart_name) if chart_name else frappe.parse_json(chart)
    about = (made.get("document_type"), made.get("parent_document_type")) if made else ()
    return dashboard_chart.get(
        chart_name=chart_name,
        chart=chart,
        no_cache=no_cache,
        filters=filters,
        from_date=from_date,
        to_date=to_date,
        timespan=timespan,
        time_interval=time_interval,
        heatmap_year=heatmap_year,
        refresh=1 if set(about) & set(QUALITY_RECORDS) else refresh,
    )


@frappe.whitelist()
def add_tag(tag: str, dt: str, dn: str, color: str | None = None) -> str:
    """The framework tags any record for anybody."""
    _check_tagging(dt, [dn])
    return tagging.add_tag(tag, dt, dn, color)


@frappe.whitelist()
def add_tags(tags: Any, dt: str, docs: Any, color: str | None = None) -> None:
    """The same for several records."""
    _check_tagging(dt, frappe.parse_json(docs))
    tagging.add_tags(tags, dt, docs, color)


@frappe.whitelist()
def remove_tag(tag: str, dt: str, dn: str) -> None:
    """The other way round."""
    _check_tagging(dt, [dn])
    tagging.remove_tag(tag, dt, dn)


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str) -> Any:
    """Names of tagged records, of which the framework gives every one."""
    found = tagging.get_tagged_docs(doctype, tag)
    closed = (
        hidden(doctype, [row[0] for row in found], frappe.session.user) if doctype in QUALITY_RECORDS else ()
    )
    return [row for row in found if row[0] not in closed]


def _check_tagging(doctype: str, names: list[str]) -> None:
    if doctype in QUALITY_RECORDS:
        for name in names:
            frappe.has_permission(doctype, "write", doc=name, throw=True)


def _counts(doctype: str, name: str, links: dict[str, Any]) -> dict[str, int]:
    field = links.get("non_standard_fieldnames", {}).get(doctype, links.get("fieldname"))
    filters = {field: name, **(notifications.get_dynamic_link_filters(doctype, links, field) or {})}
    counted = {"count": _count(doctype, filters), "open_count": 0}
    if still_open := notifications.get_filters_for(doctype):
        counted["open_count"] = _count(doctype, filters | still_open)
    return counted


def _count(doctype: str, filters: dict[str, Any]) -> int:
    return len(frappe.get_list(doctype, filters=filters, limit=_COUNTED, distinct=True, order_by=None))
