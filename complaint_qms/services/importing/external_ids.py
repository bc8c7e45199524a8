"""A complaint of another system comes in once: rows whose number is there already are told apart."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.services.importing.row_values import RowError

_DOCTYPE = "Complaint"
_Number = tuple[str, str]  # company, External ID


class ExternalIds:
    """The numbers of one run.

    Args:
        prefix: with which the keys of this file's complaints begin; the number of their row follows.
        heading: of the column that holds the numbers.
    """

    def __init__(self, prefix: str, heading: str) -> None:
        self._prefix, self._heading = prefix, heading
        self._rows: dict[_Number, int] = {}

    def apart(self, docs: list[Document]) -> tuple[list[Document], list[RowError]]:
        """The complaints whose number is new in their company, and the rows of the others. Two queries at most."""
        stored = self._stored({doc.external_id for doc in docs if doc.external_id})
        fresh, repeated = [], []
        for doc in docs:
            row, number = doc.flags.row, (doc.company or "", doc.external_id)
            if not doc.external_id:
                fresh.append(doc)
            elif number in self._rows:
                text = _(
                    "External ID {0} is in row {1} already. Change or empty it if this is another complaint."
                )
                repeated.append(self._error(row, text.format(doc.external_id, self._rows[number])))
            elif number in stored:
                text = _(
                    "External ID {0} is on {1} already. Change or empty it if this is another complaint."
                )
                repeated.append(self._error(row, text.format(doc.external_id, stored[number])))
            else:
                self._rows[number] = row.number
                fresh.append(doc)
        return fresh, repeated

    def _stored(self, ids: set[str]) -> dict[_Number, str]:
        """Numbers that complaints have: the complaint as far as the user may see it. Rows of this file are remembered."""
        if not ids:
            return {}
        fields = ["name", "company", "external_id", "idempotency_hash"]
        found = frappe.get_all(
            _DOCTYPE, {"external_id": ("in", sorted(ids))}, fields, order_by="creation desc, name desc"
        )
        seen = _visible(row.name for row in found)
        stored = {}
        for row in found:
            number, key = (row.company or "", row.external_id), row.idempotency_hash or ""
            if key.startswith(self._prefix):
                self._rows.setdefault(number, int(key.removeprefix(self._prefix)))
            else:
                stored[number] = row.name if row.name in seen else _("another complaint")
        return stored

    def _error(self, row: object, reason: str) -> RowError:
        return RowError(row.number, self._heading, reason, row.cells)


def _visible(names: Iterable[str]) -> set[str]:
    wanted = list(names)
    if not wanted:
        return set()
    return set(
        frappe.get_list(
            _DOCTYPE, {"name": ("in", wanted)}, pluck="name", order_by="name asc", limit_page_length=0
        )
    )
