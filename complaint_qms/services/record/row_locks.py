"""Records as they are this moment, held so until the transaction ends.

An ordinary read sees what was true when the transaction began. Who ends a record locks it by saving it; who takes away what it
rests on locks it here first, reads it as it is now, and marks it as changed: whoever is about to save what they read before
that is refused by the framework. So neither overlooks the other, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import escape_html

from complaint_qms.services.record.language import comma_list


def lock_rows(doctype: str, names: Iterable[str | None], *fields: str) -> dict[str, frappe._dict]:
    """Name → `fields` of records that exist, locked in the order of their names.

    Raises:
        frappe.ValidationError: somebody else holds one of them and waits for what this transaction holds.
    """
    wanted = sorted({name for name in names if name})
    if not wanted:
        return {}
    table = frappe.qb.DocType(doctype)
    query = (
        frappe.qb.from_(table)
        .select(table.name, *(table[field] for field in fields))
        .where(table.name.isin(wanted))
        .orderby(table.name, order=Order.asc)
        .for_update()
    )
    with waiting_for(doctype, wanted):
        return {row.name: row for row in query.run(as_dict=True)}


@contextmanager
def waiting_for(doctype: str, names: Iterable[str]) -> Iterator[None]:
    """Within this block records are locked that others may hold.

    Raises:
        frappe.ValidationError: in place of the database's own error, which has undone the transaction or waited in vain.
    """
    try:
        yield
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        frappe.throw(
            _("Somebody else is changing {0} {1} at this moment. Try again.").format(
                _(doctype), escape_html(comma_list(names))
            )
        )
