"""What is odd about a whole file: told on the screen and kept in the list of data quality."""

from __future__ import annotations

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.store import Store
from complaint_qms.tabular.mapping import FileMapping, name_list


def of_file(mapping: FileMapping) -> list[tuple[str, int, str]]:
    """``(reason, how many, example)``."""
    fmt, found = mapping.format, []
    if fmt.doubt:
        hint = f" ({fmt.doubt.hint}?)" if fmt.doubt.hint else ""
        reason = "encoding_wrong" if fmt.doubt.controls else "encoding_uncertain"
        found.append((reason, 1, f"{mapping.name}: {fmt.encoding}{hint}: {fmt.doubt.sample}"))
    if fmt.damaged:
        found.append(("damaged_characters", fmt.damaged, mapping.name))
    if fmt.unread:
        found.append(
            ("sheets_unread", len(fmt.unread), f"{mapping.name}: {', '.join(name_list(fmt.unread))}")
        )
    return found


def store(store: Store, mapping: FileMapping, field: str = "-") -> None:
    """Into the list of data quality; dates whose order nothing in the column decided as well."""
    for key, decision in mapping.dates.items():
        if decision.why in ("date_by_other_column", "date_by_sequence", "date_by_default"):
            at = key if field == "-" else field
            store.note_quality(at, f"{decision.why}_{decision.order}", decision.ambiguous, None, "")
    for reason, count, example in of_file(mapping):
        store.note_quality(field, reason, count, None, example)


def lines(mapping: FileMapping, language: str) -> list[str]:
    """For the screen."""
    return [f"{phrase(reason, language)}: {example}" for reason, _, example in of_file(mapping)]
