"""Writes the mapping file of a run: what each column was taken for, to be corrected and given back."""

from __future__ import annotations

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.file_quality import OWN_FORMS
from complaint_qms.tabular import durations
from complaint_qms.tabular.column_choice import OCCURRENCE, STANDS_IN
from complaint_qms.tabular.dates import DateDecision
from complaint_qms.tabular.fields import EXPOSURE_FIELDS, FIELDS
from complaint_qms.tabular.mapping import FileMapping
from complaint_qms.tabular.mapping_file import EXPOSURE_NAMES, VERSION
from complaint_qms.tabular.profile import Profile
from complaint_qms.tabular.yaml_file import yaml_scalar


def dump(
    mappings: list[tuple[FileMapping, Profile]],
    deliveries: tuple[FileMapping, Profile] | None = None,
    language: str = "en",
) -> str:
    """The YAML text, with comments in the language."""
    lines = [
        f"# {phrase('comment_mapping_head', language)}",
        f"# {phrase('comment_mapping_use', language)}",
        f"version: {VERSION}",
        "files:",
    ]
    for mapping, profile in mappings:
        first, *rest = _entry_lines(mapping, profile, language)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    if deliveries:
        lines += ["deliveries:", *(f"  {line}" for line in _entry_lines(*deliveries, language))]
    return "\n".join(lines) + "\n"


def lines_to_fill(text: str, name: str, keys: list[str]) -> list[str]:
    """``9: received: null`` of a mapping file, for fields of the file `name`, as a person finds them there."""
    found: list[str] = []
    here = False
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip().removeprefix("- ")
        if plain.startswith("name: "):
            here = plain == f"name: {yaml_scalar(name)}"
        elif here and plain.partition(":")[0] in keys:
            found.append(f"{number}: {plain.partition('  #')[0]}")
    return found


def _entry_lines(mapping: FileMapping, profile: Profile, language: str) -> list[str]:
    fmt = mapping.format
    lines = [f"name: {yaml_scalar(mapping.name)}", f"kind: {fmt.kind}"]
    if fmt.kind != "xlsx":
        doubt = f"  # {phrase('encoding_uncertain', language)}" if fmt.doubt else ""
        lines.append(f"encoding: {yaml_scalar(fmt.encoding)}{doubt}")
    if fmt.kind == "csv":
        lines.append(f"delimiter: {yaml_scalar(fmt.delimiter)}")
    if fmt.kind == "xlsx":
        unread = f"  # {phrase('sheets_unread', language)}: {_comment(fmt.unread)}" if fmt.unread else ""
        lines.append(f"sheet: {yaml_scalar([fmt.sheet, *fmt.more] if fmt.more else fmt.sheet)}{unread}")
    if fmt.kind in ("csv", "xlsx"):
        lines.append(f"header_row: {mapping.header_row}")
    lines.append("columns:")
    names_of = EXPOSURE_NAMES if mapping.exposure else {}
    for key in (f.key for f in (EXPOSURE_FIELDS if mapping.exposure else FIELDS)):
        shown_key, names = names_of.get(key, key), mapping.columns.get(key)
        if not names:
            lines.append(f"  {shown_key}: null")
            continue
        value = yaml_scalar(names[0]) if len(names) == 1 else "[" + ", ".join(map(yaml_scalar, names)) + "]"
        column = profile.column(names[0])
        share = f"{column.filled_share:.0%}" if column else ""
        note = f"  # {phrase('comment_mapping_filled', language, share=share)}" if column else ""
        choice = mapping.choices.found.get(key)
        if choice and choice.why in (OCCURRENCE, STANDS_IN):
            note += f"; {phrase('stands_in', language)}"
        if choice and choice.other:
            note += f"; {phrase('runner_up', language)}: {_comment([choice.other])}"
        lines.append(f"  {shown_key}: {value}{note}")
    if mapping.dates:
        lines.append("dates:")
        for key, decision in mapping.dates.items():
            lines.append(f"  {names_of.get(key, key)}: {decision.order}  # {_date_note(decision, language)}")
    if mapping.one_spelling:
        lines.append(f"one_spelling: [{', '.join(mapping.one_spelling)}]")
    elif not mapping.exposure:
        lines.append(f"# one_spelling: [item, type]  # {phrase('one_spelling_offer', language)}")
    used = {n for names in mapping.columns.values() for n in names}
    unused = [c.name for c in profile.columns if c.name not in used]
    if unused:
        lines.append(f"# {phrase('comment_mapping_not_used', language, names=_comment(unused))}")
    return lines


def _date_note(decision: DateDecision, language: str) -> str:
    """Why the dates are read so."""
    if decision.order in durations.ORDERS:
        return phrase(f"duration_{decision.order}", language)
    return phrase(f"date_{decision.form}" if decision.form in OWN_FORMS else decision.why, language)


def _comment(names: list[str] | tuple[str, ...]) -> str:
    text = ", ".join(names)
    return "".join(c if c.isprintable() else " " for c in text)
