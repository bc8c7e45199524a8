"""What an index is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date
from pypika.queries import QueryBuilder, Table

from complaint_qms.constants.inspection import OWN_FILTERS
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.reporting.access import check_reads
from complaint_qms.services.reporting.filter_values import read_chosen
from complaint_qms.services.reporting.filters import CAPA, CUSTOMER_GROUP, ReportFilters, read_object


@dataclass(frozen=True)
class InspectionScope:
    """Which complaints an index is about.

    Attributes:
        filters: those that every report knows.
        serial_no: any of these, where some are named.
        given: as it was asked, to ask it again.
    """

    filters: ReportFilters
    serial_no: tuple[str, ...]
    given: Mapping[str, Any]

    @classmethod
    def read(cls, given: Mapping | str | None) -> InspectionScope:
        """Raises:
        frappe.ValidationError: nothing is asked for, or a filter or what it holds is unknown.
        frappe.PermissionError: it asks by a field that the user may not read.
        """
        asked = {name: value for name, value in read_object(given).items() if value}
        scope = cls(ReportFilters.read(asked, own=OWN_FILTERS), read_chosen(asked, "serial_no"), asked)
        if scope.serial_no:
            check_reads(["serial_no"])
        if not (scope.filters.is_narrow or scope.serial_no):
            refuse(_("Say what the index is about: a period, an item, a batch, a serial number, a supplier or a customer."))  # fmt: skip
        return scope

    def apply(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """Narrow a query that reads from `complaint`."""
        query = self.filters.apply(query, complaint)
        return query.where(complaint.serial_no.isin(self.serial_no)) if self.serial_no else query

    def sentence(self) -> str:
        """All that is asked for on one line."""
        return " · ".join(value for _label, value in self.told())

    def told(self) -> Iterator[tuple[str, str]]:
        """Label and value of each thing that is asked for, in the present language."""
        meta, filters = frappe.get_meta("Complaint"), self.filters
        if filters.from_date or filters.to_date:
            ends = [format_date(day) if day else "…" for day in (filters.from_date, filters.to_date)]
            moment = _("Registered At") if filters.date_field == "creation" else _("Received At")
            yield moment, " – ".join(ends)
        for name, values in (*filters.exact, *filters.branches, ("serial_no", self.serial_no)):
            if values:
                yield _(meta.get_label(name), context="Complaint"), comma_list(values)
        for name, values in ((CUSTOMER_GROUP, filters.customer_groups), (CAPA, filters.capas)):
            if values:
                yield _({CUSTOMER_GROUP: "Customer Group", CAPA: "CAPA"}[name]), comma_list(values)
        if filters.state:
            valid = _("Without Rejected, Duplicate and Void")
            yield (
                _("State", context="Complaint"),
                {"valid": valid, "open": word("open"), "ended": _("Ended")}[filters.state],
            )
