"""The files of a run: opened, looked at, their columns found or given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from complaint_qms.backtest import ingest, mapping_writer
from complaint_qms.backtest.catalogue import LANGUAGES, phrase
from complaint_qms.backtest.errors import COLUMNS, CommandError
from complaint_qms.backtest.piped_input import unlike
from complaint_qms.backtest.progress import Progress
from complaint_qms.engine.message import Message
from complaint_qms.tabular import mapping
from complaint_qms.tabular.column_evidence import Evidence
from complaint_qms.tabular.errors import ColumnError
from complaint_qms.tabular.fields import EXPOSURE_FIELDS, FIELDS, Field
from complaint_qms.tabular.heading_names import numbered
from complaint_qms.tabular.profile import Profile, first_look, profile
from complaint_qms.tabular.rows import Table

if TYPE_CHECKING:
    from complaint_qms.backtest.replay import Job

Mapped = tuple[mapping.FileMapping, Profile]


@dataclass
class Inputs:
    """Files of complaints and, where there is one, the file of deliveries."""

    files: list[tuple[ingest.HistoryFile, Profile]]
    deliveries: tuple[Table, Profile, mapping.FileMapping] | None
    language: str = "en"

    @property
    def sources(self) -> list[ingest.HistoryFile]:
        return [source for source, _ in self.files]

    @property
    def mappings(self) -> list[Mapped]:
        """Of all files, that of the deliveries last."""
        return self._of_files + ([self._of_deliveries] if self._of_deliveries else [])

    @property
    def text(self) -> str:
        """The mapping file."""
        return self._text(self.language)

    @property
    def texts(self) -> set[str]:
        """The same in every language: a file that says no more is one of ours."""
        return {self._text(language) for language in LANGUAGES}

    @property
    def identity(self) -> dict[str, list]:
        """Everything about the files that the result depends on."""
        return {
            "files": [
                [
                    s.mapping.name,
                    s.sha256,
                    s.mapping.columns,
                    [repr(d) for d in s.mapping.dates.items()],
                    s.mapping.one_spelling,
                ]
                for s in self.sources
            ],
            "formats": [[vars(s.table.format), s.table.header_row] for s in self.sources],
            "deliveries": [
                [
                    ingest.file_hash(table.path),
                    vars(table.format),
                    table.header_row,
                    vars(mapped)["columns"],
                    repr(mapped.dates),
                ]
                for table, _, mapped in ([self.deliveries] if self.deliveries else [])
            ],
        }

    def require(self, written: Path, write: Callable[[str], object]) -> None:
        """Refuse files without the columns that are needed; what was found is then in the file `written`, which `write`
        writes, to be completed."""
        for mapped, facts in self.mappings:
            if mapped.records != 0 and not mapped.exposure and _without_dates(mapped, facts):
                raise CommandError("no_dates", COLUMNS, file=mapped.name, headings=_headings(mapped, facts))
        if any(mapping.missing_fields(mapped) for mapped, _ in self.mappings):
            write(self.text)
        for mapped, facts in self.mappings:
            try:
                mapping.require(mapped)
            except ColumnError as error:
                if "headings" in error.message.params:
                    error.message = error.message.having(headings=_headings(mapped, facts))
                error.message = error.message.having(mapping=written, **self._remedy(mapped))
                raise

    def _remedy(self, mapped: mapping.FileMapping) -> dict[str, object]:
        """The lines of the mapping file to be completed, and what spoke against the column that is called so."""
        gone = mapping.missing_fields(mapped)
        lines = mapping_writer.lines_to_fill(self.text, mapped.name, gone)
        told: object = ""
        for key, refused in mapped.choices.refused.items():
            if key in gone:
                told = Message(
                    "column_refused",
                    {"name": refused.name, "share": f"{refused.share:.0%}", "example": refused.example[:60]},
                )
        return {"lines": lines, "refused": told}

    def _text(self, language: str) -> str:
        return mapping_writer.dump(self._of_files, self._of_deliveries, language)

    @property
    def _of_files(self) -> list[Mapped]:
        return [(source.mapping, facts) for source, facts in self.files]

    @property
    def _of_deliveries(self) -> Mapped | None:
        return (self.deliveries[2], self.deliveries[1]) if self.deliveries else None


def read_inputs(job: Job, progress: Progress, look: Callable[..., Profile] = first_look) -> Inputs:
    """Open, look at and map every file of the job."""
    entries, of_deliveries = mapping.load_all(job.mapping) if job.mapping else (None, None)
    found = []
    taken = [job.piped.regular(path) for path in job.files]
    names = unlike([name for _, name in taken])
    for number, ((path, _), name) in enumerate(zip(taken, names, strict=True), 1):
        entry = mapping.entry_for(entries, name) if entries is not None else None
        if entries is not None and entry is None:
            raise CommandError("mapping_no_entry", COLUMNS, mapping=job.mapping, file=name)
        table = mapping.open_table(path, entry, name)
        with progress.bar(phrase("scanning", job.language, file=name)) as tick:
            facts = look(table, tick)
        mapped = _mapped(job, entry, table, facts, FIELDS)
        found.append(
            (ingest.HistoryFile(number, table, mapped, facts.records, ingest.file_hash(path)), facts)
        )
    if job.deliveries is None:
        return Inputs(found, None, job.language)
    path, name = job.piped.regular(job.deliveries)
    table = mapping.open_table(path, of_deliveries, name)
    facts = profile(table)
    return Inputs(
        found, (table, facts, _mapped(job, of_deliveries, table, facts, EXPOSURE_FIELDS)), job.language
    )


def _without_dates(mapped: mapping.FileMapping, facts: Profile) -> bool:
    """Is there no date of receipt, no column that is called so, nor any cell that could be one or would once it is calculated?"""
    if (
        "received" in mapped.columns
        or "received" in mapped.choices.refused
        or mapping.unsaved_formulas(mapped)
    ):
        return False
    dated = (column.votes.dates or Evidence(column).dates for column in facts.columns)
    return not any(dated)


def _headings(mapped: mapping.FileMapping, facts: Profile) -> list[str]:
    """Headings for a message; beside the number of a column without one its first value."""
    examples = {column.name: column.examples[0] for column in facts.columns if column.examples}
    return mapping.name_list(
        [
            f"{name} ({examples[name][:30]})" if numbered(name) and name in examples else name
            for name in mapped.headings
        ]
    )


def _mapped(
    job: Job, entry: dict | None, table: Table, facts: Profile, fields: tuple[Field, ...]
) -> mapping.FileMapping:
    """Columns and orders of dates of a file: as its entry says, else guessed."""
    exposure, choices, orders = fields is EXPOSURE_FIELDS, None, (entry or {}).get("dates") or {}
    if entry is None or not entry.get("columns"):
        choices = mapping.choose_columns(facts, fields)
        columns = choices.columns
    else:
        columns = mapping.entry_columns(job.mapping, entry, table)
    mapped = mapping.build_mapping(table, facts, columns, orders, exposure, choices)
    mapped.one_spelling = tuple((entry or {}).get("one_spelling") or ())
    return mapped
