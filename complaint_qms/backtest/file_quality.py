"""What is odd about a whole file: told on the screen and kept in the list of data quality."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.currencies import column_of
from complaint_qms.backtest.store import Store
from complaint_qms.engine.text import fold
from complaint_qms.tabular import durations, heading_words
from complaint_qms.tabular.column_choice import OCCURRENCE, STANDS_IN
from complaint_qms.tabular.date_doubt import both_ways, dates_in_doubt
from complaint_qms.tabular.dates import DateDecision
from complaint_qms.tabular.fields import BY_KEY, DATE_KEYS
from complaint_qms.tabular.heading_names import fold_heading
from complaint_qms.tabular.left_columns import REASONS, SECOND
from complaint_qms.tabular.mapping import FileMapping, name_list, short_names
from complaint_qms.tabular.mapping_file import EXPOSURE_NAMES
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.yaml_file import yaml_scalar

_WANTED = (
    "id", "received", "customer", "item", "batch", "serial", "supplier", "type", "severity", "text", "region", "status", "cost",
    "injured", "deaths", "first_response", "solve_done", "closed",
)  # fmt: skip


OWN_FORMS = ("serial", "epoch", "day_name", "name_day")
"""Forms of dates that have no order of day and month in figures."""
SPELLED = ("item", "model", "batch", "type", "supplier", "region", "channel")
_CURRENCIES = "currencies"
MOST_SHOWN = 60
"""Columns that are named for one reason; the mapping file names all."""
MOST_NAMES = 200_000
"""Different names of a field among which spellings are looked for."""


def of_file(mapping: FileMapping, language: str = "en") -> list[tuple[str, int, str]]:
    """``(reason, how many, example)``."""
    fmt, found = mapping.format, []
    received = mapping.choices.found.get("received")
    if received and received.why in (OCCURRENCE, STANDS_IN):
        found.append(("received_stands_in", mapping.records or 0, f"{mapping.name}: {received.names[0]}"))
    for key, decision in mapping.dates.items():
        if decision.styles:
            names = " + ".join(name_list(mapping.columns[key]))
            found.append(("dates_mixed", len(decision.styles), f"{names}: {', '.join(decision.styles[:4])}"))
    assumed = [
        f"{names[0]} → {phrase(f'field_{key}', language)}"
        for key, names in mapping.columns.items()
        if any(fold_heading(name) in heading_words.ASSUMED for name in names)
    ]
    if assumed:
        found.append(("column_assumed", mapping.records or 0, ", ".join(assumed)))
    unused = [name for names in _left(mapping).values() for name in names]
    unused += [refused.name for refused in mapping.choices.refused.values()]
    if unused:
        found.append(("columns_unused", len(unused), f"{mapping.name}: {', '.join(name_list(unused))}"))
    if len(mapping.currencies) > 1:
        names = " + ".join(name_list(mapping.columns["cost"]))
        found.append(
            ("cost_currencies", len(mapping.currencies), f"{names}: {', '.join(mapping.currencies[:6])}")
        )
    if fmt.doubt:
        hint = f" ({fmt.doubt.hint}?)" if fmt.doubt.hint else ""
        reason = "encoding_wrong" if fmt.doubt.controls else "encoding_uncertain"
        found.append((reason, 1, f"{mapping.name}: {fmt.encoding}{hint}: {fmt.doubt.sample}"))
    if fmt.damaged:
        found.append(("damaged_characters", fmt.damaged, mapping.name))
    if fmt.more:
        names = ", ".join(name_list((fmt.sheet or "", *fmt.more)))
        found.append(("sheets_joined", len(fmt.more) + 1, f"{mapping.name}: {names}"))
    if fmt.merged:
        found.append(("cells_merged", fmt.merged, mapping.name))
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
            example = ""
            if decision.open_date:
                example = "{} → {} / {}".format(decision.open_date, *both_ways(decision.open_date))
            store.note_quality(at, f"{decision.why}_{decision.order}", decision.ambiguous, None, example)
    for reason, count, example in of_file(mapping):
        store.note_quality(field, reason, count, None, example)
    known = currencies_of(store)
    if every := list(dict.fromkeys([*known, *mapping.currencies])):
        store.set_meta(_CURRENCIES, json.dumps(every))
    if known and len(every) > len(known):
        store.note_quality(field, "cost_currencies", len(every), None, ", ".join(every[:6]))


def currencies_of(store: Store) -> list[str]:
    """Currencies of the costs of all files that were read so far."""
    return json.loads(store.meta(_CURRENCIES) or "[]")


def note_spellings(store: Store, labels: Mapping[str, Sequence[str]]) -> None:
    """Names that differ in letter case, width or blanks only, among all that were read so far."""
    for key in SPELLED:
        if len(labels[key]) > MOST_NAMES:
            continue
        alike: dict[str, list[str]] = {}
        for name in labels[key]:
            alike.setdefault(fold(name), []).append(name)
        twice = [names for names in alike.values() if len(names) > 1]
        store.db.execute("DELETE FROM quality WHERE field = ? AND reason = 'spellings'", (key,))
        if twice:
            store.note_quality(key, "spellings", len(twice), None, " / ".join(twice[0]))


def not_found(mapping: FileMapping) -> list[str]:
    """Fields that most evaluations profit from and that the file has no column for."""
    if mapping.exposure:
        return []
    return [key for key in _WANTED if key not in mapping.columns and key not in mapping.choices.refused]


def not_used(mapping: FileMapping, language: str) -> list[str]:
    """Every column that was taken for no field, with the reason: those that are called as one is, then the others."""
    found = []
    for key, refused in mapping.choices.refused.items():
        reason = "seen_no_dates" if BY_KEY[key].kind == "date" else f"seen_no_{BY_KEY[key].kind}"
        if refused.records:
            reason = "seen_records"
        elif refused.each:
            reason = "seen_each"
        values = {
            "field": phrase(f"field_{key}", language),
            "name": name_list([mended(refused.name)])[0],
            "example": name_list([mended(refused.example)])[0],
            "share": f"{refused.share:.0%}",
        }
        found.append(phrase(reason, language, **values))
    for (why, key), names in _left(mapping).items():
        shown = phrase("comma", language).join(names[:MOST_SHOWN])
        if len(names) > MOST_SHOWN:
            shown = phrase("left_more", language, names=shown, count=f"{len(names) - MOST_SHOWN:,}")
        values = {"names": shown, "field": phrase(f"field_{key}", language)}
        said = f"left_{why}"
        if why == SECOND and key in DATE_KEYS:
            said, values["line"] = "left_second_date", f"{key}: {yaml_scalar(names[0])}"
        found.append(phrase(said, language, **values))
    return found


def date_words(decision: DateDecision, language: str) -> str:
    """How a column of dates is read."""
    if decision.order in durations.ORDERS:
        return phrase(f"duration_{decision.order}", language)
    if decision.form in OWN_FORMS:
        return phrase(f"date_{decision.form}", language)
    return f"{decision.order}: {phrase(decision.why, language)}"


def lines(mapping: FileMapping, language: str) -> list[str]:
    """For the screen, which names the columns that were not used by their reasons."""
    found = [
        f"{phrase(reason, language)}: {example}"
        for reason, _, example in of_file(mapping, language)
        if reason != "columns_unused"
    ]
    names_of = EXPOSURE_NAMES if mapping.exposure else {}
    for doubt in dates_in_doubt(mapping):
        name, line = (
            " + ".join(name_list(doubt.headings)),
            f"dates: {{{names_of.get(doubt.key, doubt.key)}: mdy}}",
        )
        values = {
            "name": name,
            "example": doubt.example,
            "read": doubt.day_first,
            "other": doubt.month_first,
            "line": line,
        }
        found.append(phrase("dates_in_doubt", language, **values))
    return found


def _left(mapping: FileMapping) -> dict[tuple[str, str], list[str]]:
    """Reason and field → columns that were left over; of a file whose columns were given, those that nobody named."""
    found: dict[tuple[str, str], list[str]] = {}
    beside_costs = column_of(mapping.headings, mapping.columns)
    if not mapping.choices.found and not mapping.exposure:
        known = {name for names in mapping.columns.values() for name in names}
        names = [
            mended(name)
            for name in short_names([n for n in mapping.headings if n not in known and n != beside_costs])
        ]
        return {("given", "-"): names} if names else {}
    for why in REASONS:
        for left in mapping.choices.left:
            if left.why == why and left.name != beside_costs:
                found.setdefault((why, left.field or "-"), []).append(mended(short_names([left.name])[0]))
    return found
