"""Numbers of complaints in what people write."""

from __future__ import annotations

import re
from typing import Final

from complaint_qms.constants.records import record

_NUMBER: Final = re.compile(
    rf"(?<![\w-])({re.escape(record('Complaint').series)}\d{{4}}-\d+)(?![\w-])", re.IGNORECASE
)


def complaint_numbers(text: str) -> list[str]:
    """Each as it is stored, in the order of the text; whether there is such a complaint is not asked."""
    return list(dict.fromkeys(number.upper() for number in _NUMBER.findall(text)))
