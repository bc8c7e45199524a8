"""How something was made: bill of materials, operations, workstations, shifts and operators, by Work Orders and Job Cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import frappe
from frappe.query_builder import Order
from frappe.utils import get_datetime

from complaint_qms.integrations.erpnext.stock_movements import in_slices
from complaint_qms.integrations.erpnext.stock_vouchers import STOCK_ENTRY, WORK_ORDER

_DAY: Final = timedelta(days=1)
_THREE_SHIFTS: Final = ((6, 14), (14, 22), (22, 6))
"""Hours of the shifts of a workstation whose own working hours name no more than one."""

Key = tuple[str, str]


class Production(NamedTuple):
    """What a document that made something says of it.

    Attributes:
        work_order: empty where it was made without one.
        bom: empty where none was followed.
    """

    work_order: str
    bom: str


@dataclass
class JobCard:
    """One operation that was done for a Work Order.

    Attributes:
        started, ended: by its time logs; None without any.
        employees: of its time logs.
        shift: hours of the shift in which it was started, as "06:00–14:00".
    """

    name: str
    work_order: str
    operation: str
    workstation: str
    started: datetime | None = None
    ended: datetime | None = None
    employees: list[str] = field(default_factory=list)
    shift: str = ""


def productions(processes: Iterable[Key]) -> dict[Key, Production]:
    """Work Order and bill of materials of each Stock Entry, or Work Order; two queries for each slice of them."""
    orders = {name for doctype, name in processes if doctype == WORK_ORDER}
    entries = {name for doctype, name in processes if doctype == STOCK_ENTRY}
    found: dict[Key, Production] = {}
    for row in _values(STOCK_ENTRY, entries, ("work_order", "bom_no")):
        found[STOCK_ENTRY, row.name] = Production(row.work_order or "", row.bom_no or "")
        orders |= {row.work_order} - {None, ""}
    bills = {row.name: row.bom_no or "" for row in _values(WORK_ORDER, orders, ("bom_no",))}
    for key, made in list(found.items()):
        found[key] = made._replace(bom=bills.get(made.work_order) or made.bom)
    found |= {(WORK_ORDER, name): Production(name, bill) for name, bill in bills.items()}
    return found


def routes(orders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Work Order → its operations in order."""
    row = frappe.qb.DocType("Work Order Operation")
    found: dict[str, list[str]] = defaultdict(list)
    for names in in_slices(sorted(set(orders))):
        query = frappe.qb.from_(row).select(row.parent, row.operation).where(row.parent.isin(names))
        for order, operation in query.orderby(row.parent).orderby(row.idx).run():
            found[order].append(operation)
    return {order: tuple(operations) for order, operations in found.items()}


def job_cards(orders: Iterable[str]) -> list[JobCard]:
    """Job Cards of these Work Orders that are not cancelled, in the order of their operations; three queries."""
    card = frappe.qb.DocType("Job Card")
    found: dict[str, JobCard] = {}
    for names in in_slices(sorted(set(orders))):
        query = (
            frappe.qb.from_(card)
            .select(card.name, card.work_order, card.operation, card.workstation)
            .where(card.work_order.isin(names) & (card.docstatus < 2))
            .orderby(card.work_order)
            .orderby(card.sequence_id)
            .orderby(card.name)
        )
        found |= {
            name: JobCard(name, order, operation or "", workstation or "")
            for name, order, operation, workstation in query.run()
        }
    _put_times(found)
    return list(found.values())


def orders_on(
    workstations: Iterable[str], start: datetime, end: datetime
) -> dict[str, set[tuple[str, str, datetime]]]:
    """Work Order → (workstation, shift, moment) of the operations that were begun for it on these workstations in this time."""
    card, log = frappe.qb.DocType("Job Card"), frappe.qb.DocType("Job Card Time Log")
    wanted = sorted(set(workstations))
    if not wanted:
        return {}
    query = (
        frappe.qb.from_(log)
        .inner_join(card)
        .on(card.name == log.parent)
        .select(card.work_order, card.workstation, log.from_time)
        .where(card.workstation.isin(wanted) & (card.docstatus < 2) & log.from_time[start:end])
    )
    hours, found = _hours(wanted), defaultdict(set)
    for order, workstation, begun in query.run():
        moment = get_datetime(begun)
        found[order].add((workstation, shift_at(moment, hours.get(workstation, ())), moment))
    return dict(found)


def employee_names(names: Iterable[str]) -> dict[str, str]:
    return {row.name: row.employee_name or row.name for row in _values("Employee", names, ("employee_name",))}


def employees_of(users: Iterable[str]) -> dict[str, set[str]]:
    """User → the employees who log in as this user."""
    employee, found = frappe.qb.DocType("Employee"), defaultdict(set)
    for names in in_slices(sorted(set(users) - {""})):
        query = frappe.qb.from_(employee).select(employee.user_id, employee.name)
        for user, name in query.where(employee.user_id.isin(names)).run():
            found[user].add(name)
    return dict(found)


def shift_at(moment: datetime, hours: Iterable[tuple[timedelta, timedelta]]) -> str:
    """Hours of the shift in which a moment lies: of the workstation's own where it has several, else of three shifts a day; "" where
    it lies in none of its own."""
    own = list(hours)
    spans = own if len(own) > 1 else [(timedelta(hours=a), timedelta(hours=b)) for a, b in _THREE_SHIFTS]
    clock = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    for start, end in spans:
        if start <= clock < end or (end <= start and (clock >= start or clock < end)):
            return f"{_clock(start)}–{_clock(end)}"
    return ""


def _put_times(cards: dict[str, JobCard]) -> None:
    log = frappe.qb.DocType("Job Card Time Log")
    for names in in_slices(sorted(cards)):
        query = (
            frappe.qb.from_(log)
            .select(log.parent, log.from_time, log.to_time, log.employee)
            .where(log.parent.isin(names))
            .orderby(log.parent)
            .orderby(log.from_time, order=Order.asc)
        )
        for name, begun, ended, employee in query.run():
            card = cards[name]
            if begun and not card.started:
                card.started = get_datetime(begun)
            if ended:
                card.ended = max(card.ended or get_datetime(ended), get_datetime(ended))
            if employee and employee not in card.employees:
                card.employees.append(employee)
    hours = _hours({card.workstation for card in cards.values() if card.workstation})
    for card in cards.values():
        if card.started:
            card.shift = shift_at(card.started, hours.get(card.workstation, ()))


def _hours(workstations: Iterable[str]) -> dict[str, list[tuple[timedelta, timedelta]]]:
    row = frappe.qb.DocType("Workstation Working Hour")
    found: dict[str, list[tuple[timedelta, timedelta]]] = defaultdict(list)
    for names in in_slices(sorted(set(workstations))):
        query = frappe.qb.from_(row).select(row.parent, row.start_time, row.end_time)
        query = query.where(row.parent.isin(names) & (row.enabled == 1))
        for workstation, start, end in query.orderby(row.parent).orderby(row.start_time).run():
            found[workstation].append((start, end))
    return dict(found)


def _values(doctype: str, names: Iterable[Any], fields: tuple[str, ...]) -> list[frappe._dict]:
    table, found = frappe.qb.DocType(doctype), []
    for some in in_slices(sorted(set(names) - {None, ""})):
        query = frappe.qb.from_(table).select(table.name, *(table[one] for one in fields))
        found += query.where(table.name.isin(some)).run(as_dict=True)
    return found


def _clock(span: timedelta) -> str:
    minutes = int((span % _DAY).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
