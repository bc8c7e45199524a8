"""Which records a missing thing names, so that a form can lead there."""

import re
from typing import Final

import frappe

from complaint_qms.constants.records import QUALITY_RECORDS, record
from complaint_qms.engine.sop import Missing

_SERIES: Final = {record(doctype).series: doctype for doctype in QUALITY_RECORDS if record(doctype).series}
_NUMBER: Final = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, _SERIES))})\d{{4}}-\d+(?:-\d+)?(?![\w-])")


def named_records(row: Missing) -> list[dict[str, str]]:
    """Records of the app that the sentence of `row` names and that the user's roles may open: [{doctype, name}].

    They are told by the series they are numbered in; what people wrote into a record is not looked at.
    """
    named = row.message.params.get("names") or ""
    found = {match.group(): _SERIES[match.group(1)] for match in _NUMBER.finditer(str(named))}
    return [
        {"doctype": doctype, "name": name}
        for name, doctype in found.items()
        if frappe.has_permission(doctype, "read")
    ]
