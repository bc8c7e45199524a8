"""Several columns of a file that are one field: a date and its time of day, a title and a text, parts of a name."""

from __future__ import annotations

from collections.abc import Sequence

from complaint_qms.tabular.fields import BY_KEY

_GLUE = {"text": "\n", "date": " "}
_MIDNIGHT = " 00:00:00"


def joined_column(key: str, columns: Sequence[Sequence[str]]) -> list[str]:
    """The cells of a field, row by row."""
    if len(columns) == 1:
        return list(columns[0])
    kind = BY_KEY[key].kind
    if kind == "date":
        columns = [
            # A sheet gives a day as its midnight.
            [c.strip().removesuffix(_MIDNIGHT) for c in columns[0]],
            *columns[1:],
        ]
    glue = _GLUE.get(kind, " / ")
    return [glue.join(p for p in (c.strip() for c in cells) if p) for cells in zip(*columns, strict=True)]
