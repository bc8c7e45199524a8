"""Doors of the framework's desk that do not ask who sees which record, with that question put first.

Each stands in for one of the framework's whitelisted functions (`override_whitelisted_methods`), answers like it, and
leaves out what the user does not see of our confidential records.
"""

import json
from collections import defaultdict
from typing import Any, Final

import frappe
from frappe import _, client
from frappe.desk import listview, notifications
from frappe.desk import search as desk_search
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.model import workflow
from frappe.model.workflow import get_workflow_name
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import cint, global_search

from complaint_qms.api.arguments import check_doctype, checked, read_by_the_framework, read_names, read_parts
from complaint_qms.constants.records import PARENTS, QUALITY_RECORDS, ROWS
from complaint_qms.constants.stages import AT_ONCE
from complaint_qms.integrations.erpnext.activities import open_activities
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.overrides.asked_fields import refuse_hidden
from complaint_qms.permissions import choices
from complaint_qms.permissions.query import hidden, list_condition
from complaint_qms.permissions.searching import found_openly, rows_of_link, searches_hidden
from complaint_qms.services.lifecycle.guard import stage_map
from complaint_qms.services.record import input_validation
from complaint_qms.services.record.scalars import shown
from complaint_qms.services.risk.levels import LEVELS

# How many hits are looked at for each one asked for, where some of them may be hidden.
_OVERSAMPLE: Final = 20
_MOST_HITS: Final = 1000
# As many as the framework looks at.
_COUNTED: Final = 100
_ASSIGNEES: Final = 50


@frappe.whitelist()
@checked
def search(text: str, start: int = 0, limit: int = 20, doctype: str = "") -> list[dict[str, Any]]:
    """Global search: its index holds the text of every record, tasks and mails about them among it, and it asks for the DocType
    alone. Each hit is shown to those in whose own list it stands."""
    user = frappe.session.user
    start, limit = (min(max(number, 0), _MOST_HITS) for number in (start, limit))
    if user == "Administrator":
        return global_search.search(text, start, limit, doctype)
    found = global_search.search(text, 0, (start + limit) * _OVERSAMPLE, doctype)
    names = defaultdict(set)
    for row in found:
        names[row.doctype].add(row.name)
    closed = {(kind, name) for kind in names for name in hidden(kind, names[kind], user)}
    return found_openly(text, (row for row in found if (row.doctype, row.name) not in closed))[
        start : start + limit
    ]


@frappe.whitelist()
@checked
def get_open_count(doctype: str, name: str, items: Any = None) -> dict[str, Any]:
    """Connections: how many records name this one, of which the framework counts those that nobody may see as well."""
    check_doctype(doctype)
    user, links = frappe.session.user, frappe.get_meta(doctype).get_dashboard_data()
    connected = [kind for group in links.transactions for kind in group.get("items")]
    if items:
        asked = read_names("items", items)
        connected = [kind for kind in connected if kind in asked]
    try:
        found = notifications.get_open_count(doctype, name, connected)
    except IndexError:
        # The framework looks for the number of a database's error, which a refusal does not have.
        frappe.get_doc(doctype, name).check_permission()
        raise
    counts = found.get("count") or {}
    for row in counts.get("external_links_found", []) if isinstance(counts, dict) else ():
        if row["doctype"] in QUALITY_RECORDS and list_condition(row["doctype"], user):
            row |= _counts(row["doctype"], name, links)
    return found


@frappe.whitelist()
@checked
def get_open_activities(ref_doctype: str, ref_docname: str) -> dict[str, Any]:
    """Open tasks and events about a record, which ERPNext gives to anybody who knows its name."""
    check_doctype(ref_doctype)
    if ref_doctype in QUALITY_RECORDS:
        frappe.has_permission(ref_doctype, "read", doc=ref_docname, throw=True)
    return open_activities(ref_doctype, ref_docname)


@frappe.whitelist()
@checked
def get_group_by_count(doctype: str, current_filters: Any, field: str) -> list[dict[str, Any]]:
    """The list's side bar, which counts the tasks of records that the user does not see as well."""
    check_doctype(doctype)
    filters = read_parts("current_filters", current_filters) or []
    restricted = doctype in QUALITY_RECORDS and list_condition(doctype, frappe.session.user)
    with read_by_the_framework("current_filters", "field"):
        if field != "assigned_to" or not restricted:
            return listview.get_group_by_count(doctype, json.dumps(filters), field)
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
@checked
def get_link_title(doctype: str, docname: str) -> str | None:
    """The title that a site may show in place of a record's number."""
    check_doctype(doctype)
    if doctype in QUALITY_RECORDS and hidden(doctype, [docname], frappe.session.user):
        return docname
    return desk_search.get_link_title(doctype, docname)


@frappe.whitelist()
@checked
def search_link(
    doctype: str,
    txt: str = "",
    query: str | None = None,
    filters: Any = None,
    page_length: int = 10,
    searchfield: str | None = None,
    reference_doctype: str | None = None,
    ignore_user_permissions: bool = False,
    link_fieldname: str | None = None,
) -> list[dict[str, Any]]:
    """What a link field offers: who writes a record chooses by name what ERPNext does not let them look at."""
    check_doctype(doctype)
    _check_query(query)
    narrowed = read_parts("filters", filters)
    if not query and choices.by_name_alone(doctype):
        named = narrowed if isinstance(narrowed, dict) else {}
        found = choices.names(
            doctype, txt.strip(), named, 0, min(max(page_length, 1), _ASSIGNEES), reference_doctype
        )
        return desk_search.build_for_autosuggest(found, doctype=doctype)
    if not query and searches_hidden(doctype):
        with read_by_the_framework("filters"):
            found = rows_of_link(doctype, txt.strip(), narrowed, 0, min(max(page_length, 1), _ASSIGNEES))
        return desk_search.build_for_autosuggest(found, doctype=doctype)
    # Of the newer framework alone.
    more = {"link_fieldname": link_fieldname} if link_fieldname else {}
    ignoring = _believed(ignore_user_permissions, doctype, reference_doctype, link_fieldname)
    asked = (narrowed, page_length, searchfield, reference_doctype, ignoring)
    _check_standard_query(doctype, query)
    if query:
        return desk_search.search_link(doctype, txt, query, *asked, **more)
    with read_by_the_framework("filters", "searchfield"):
        return desk_search.search_link(doctype, txt, None, *asked, **more)


@frappe.whitelist()
@checked
def search_widget(
    doctype: str,
    txt: str = "",
    query: str | None = None,
    searchfield: str | None = None,
    start: int = 0,
    page_length: int = 10,
    filters: Any = None,
    filter_fields: Any = None,
    as_dict: bool = False,
    reference_doctype: str | None = None,
    ignore_user_permissions: bool = False,
    link_fieldname: str | None = None,
) -> Any:
    """“Advanced Search” of a link field, in the same way."""
    check_doctype(doctype)
    _check_query(query)
    narrowed = read_parts("filters", filters)
    if not query and choices.by_name_alone(doctype):
        named = narrowed if isinstance(narrowed, dict) else {}
        count = min(max(page_length, 1), _ASSIGNEES)
        return choices.names(doctype, txt.strip(), named, max(start, 0), count, reference_doctype)
    if not query and searches_hidden(doctype):
        count = min(max(page_length, 1), _ASSIGNEES)
        with read_by_the_framework("filters", "start", "page_length"):
            return rows_of_link(doctype, txt.strip(), narrowed, max(start, 0), count, as_dict)
    ignoring = _believed(ignore_user_permissions, doctype, reference_doctype, link_fieldname)
    asked = (narrowed, filter_fields, as_dict, reference_doctype, ignoring)
    more = {"link_fieldname": link_fieldname} if link_fieldname else {}
    _check_standard_query(doctype, query)
    if query:
        return desk_search.search_widget(doctype, txt, query, searchfield, start, page_length, *asked, **more)
    with read_by_the_framework("filters", "searchfield", "start", "page_length"):
        return desk_search.search_widget(doctype, txt, None, searchfield, start, page_length, *asked, **more)


@frappe.whitelist()
@checked
def validate_link(doctype: str, docname: str, fields: Any = None) -> dict[str, Any]:
    """The check of a value typed into a link field: a record that is hidden is as one that is not there."""
    check_doctype(doctype)
    if choices.by_name_alone(doctype):
        return {"name": docname if choices.is_one(doctype, docname) else None}
    closed = doctype in QUALITY_RECORDS and hidden(doctype, [docname], frappe.session.user)
    with read_by_the_framework("fields"):
        found = client.validate_link(doctype, docname, None if closed else fields)
    return found | {"name": None} if closed else found


@frappe.whitelist(methods=["GET", "POST"])
@checked
def validate_link_and_fetch(
    doctype: str,
    docname: str,
    fields_to_fetch: Any = None,
    query: str | None = None,
    filters: Any = None,
    txt: str | None = None,
    searchfield: str | None = None,
    start: int | None = None,
    page_length: int | None = None,
    filter_fields: Any = None,
    as_dict: bool | None = None,
    reference_doctype: str | None = None,
    ignore_user_permissions: bool | None = None,
    link_fieldname: str | None = None,
) -> dict[str, Any]:
    """The same check as Frappe 16 has it, which takes a name for valid where the search it is given finds a lot."""
    given = dict(locals())
    asked = {name: value for name, value in given.items() if value is not None}
    del asked["doctype"], asked["docname"]
    check_doctype(doctype)
    if ignore_user_permissions:
        asked["ignore_user_permissions"] = _believed(True, doctype, reference_doctype, link_fieldname)
    _check_query(query)
    if choices.by_name_alone(doctype):
        return {"name": docname} if choices.is_one(doctype, docname) else {}
    if doctype in QUALITY_RECORDS and docname and hidden(doctype, [docname], frappe.session.user):
        return {}
    with read_by_the_framework("fields_to_fetch", "filters", "query"):
        return client.validate_link_and_fetch(doctype, docname, **asked)


@frappe.whitelist()
@checked
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
    chart = None if chart_name else read_parts("chart", chart) or None
    if not chart_name and not isinstance(chart, dict):
        input_validation.refuse(_("“{0}” is missing.").format("chart_name"))
    made = frappe.get_cached_doc("Dashboard Chart", chart_name) if chart_name else frappe._dict(chart)
    about = (made.get("document_type"), made.get("parent_document_type"))
    refuse_hidden(
        made if isinstance(made, dict) else made.as_dict(), about[0], about[1:], frappe.session.user
    )
    asked = {
        "chart_name": chart_name,
        "chart": chart,
        "no_cache": None if chart_name else no_cache,
        "filters": read_parts("filters", filters) or None,
        "from_date": _day("from_date", from_date),
        "to_date": _day("to_date", to_date),
        "timespan": timespan,
        "time_interval": time_interval,
        "heatmap_year": heatmap_year,
        "refresh": 1 if set(about) & set(QUALITY_RECORDS) else cint(refresh),
    }
    with read_by_the_framework("chart", "filters", "timespan", "time_interval", "heatmap_year"):
        return dashboard_chart.get(**asked)


@frappe.whitelist()
@checked
def get_common_transition_actions(docs: Any, doctype: str) -> list[str]:
    """Steps that several records take at once from a list; solving at once asks for answers of each, and is none of them."""
    check_doctype(doctype)
    rows = read_parts("docs", docs)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        input_validation.refuse(_("“{0}” has to be a list or an object, or its JSON text.").format("docs"))
    common = workflow.get_common_transition_actions(rows, doctype)
    if doctype != "Complaint" or not common:
        return common
    states = stage_map(doctype)
    asking = {
        row.action
        for row in frappe.get_cached_doc("Workflow", get_workflow_name(doctype)).transitions
        if (states.get(row.state), states.get(row.next_state)) in AT_ONCE
    }
    return [action for action in common if action not in asking]


def _believed(ignoring: bool, doctype: str, form: str | None, fieldname: str | None) -> bool:
    """Whether a search goes past user permissions. The framework believes whoever asks for it; for a form or table of the app
    its own fields say so, and none but theirs."""
    if not ignoring or form not in {*PARENTS, *ROWS}:
        return ignoring
    meta = frappe.get_meta(form)
    metas = [meta, *(frappe.get_meta(field.options) for field in meta.get_table_fields())]
    return any(
        field.ignore_user_permissions
        and (field.fieldtype == "Dynamic Link" or field.options == doctype)
        and field.fieldname == (fieldname or field.fieldname)
        for table in metas
        for field in (*table.get_link_fields(), *table.get_dynamic_link_fields())
    )


def _check_query(query: str | None) -> None:
    """The framework answers a query that may not be called with a page of the web site."""
    if not query:
        return
    try:
        with messages_dropped_on(Exception):
            frappe.is_whitelisted(frappe.get_attr(query))
    except Exception:
        input_validation.refuse(
            _("“{0}” names no query that can be called: {1}.").format("query", shown(query))
        )


def _check_standard_query(doctype: str, query: str | None) -> None:
    """The framework answers a refusal of a query with the same page; of our own, whoever may not read is told so."""
    if not query and doctype in LEVELS:
        frappe.has_permission(doctype, "read", throw=True)


def _day(name: str, given: Any) -> str | None:
    day = input_validation.read_day(name, given)
    return str(day) if day else None


def _counts(doctype: str, name: str, links: dict[str, Any]) -> dict[str, int]:
    field = links.get("non_standard_fieldnames", {}).get(doctype, links.get("fieldname"))
    filters = {field: name, **(notifications.get_dynamic_link_filters(doctype, links, field) or {})}
    counted = {"count": _count(doctype, filters), "open_count": 0}
    if still_open := notifications.get_filters_for(doctype):
        counted["open_count"] = _count(doctype, filters | still_open)
    return counted


def _count(doctype: str, filters: dict[str, Any]) -> int:
    return len(frappe.get_list(doctype, filters=filters, limit=_COUNTED, distinct=True, order_by=None))
