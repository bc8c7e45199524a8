"""What `bench complaint-qms import` does and prints."""

from __future__ import annotations

import time
from pathlib import Path

import click
import frappe
from frappe import _
from frappe.utils import cint
from tqdm import tqdm

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.importing import (
    preparation,
    row_errors,
    run,
    source,
)
from complaint_qms.services.importing.row_values import Defaults, RowError
from complaint_qms.tabular.date_doubt import dates_in_doubt
from complaint_qms.tabular.mapping import missing_fields
from complaint_qms.tabular.terminal_text import printable


def import_complaints(
    file: Path,
    mapping: Path | None,
    dry_run: bool,
    company: str | None,
    complaint_type: str | None,
    live: bool,
    batch_size: int,
    error_file: Path,
    date_order: str | None = None,
) -> None:
    """Import a file, or only check it; prints columns, progress, result and where the bad rows are. `date_order` (dmy, mdy) is
    needed where nothing in the file tells the day from the month.

    Raises:
        frappe.ValidationError: the file, its columns, the company or the type are not usable.
    """
    found = source.open_file(file)
    if mapping:
        source.use_file_mapping(found, mapping)
    if date_order:
        source.use_targets(found, found.targets(), date_order)
    company = company or _default_company()
    for doctype, name in (("Company", company), ("Complaint Type", complaint_type)):
        if name and not frappe.db.exists(doctype, name):
            frappe.throw(_("There is no {0} {1}.").format(_(doctype), name))
    _show_columns(found)
    if missing_fields(found.mapping) and not mapping:
        click.echo("Say in a file which column is what, and pass it with --mapping.")
    if doubts := dates_in_doubt(found.mapping):
        for doubt in doubts:
            click.echo(printable(source.doubt_text(doubt)))
        frappe.throw(_("Nothing was written. Say which it is with --date-order dmy or --date-order mdy."))
    began, begun_at = time.monotonic(), 0
    if dry_run:
        defaults = Defaults(company, complaint_type, is_migrated=not live)
        total, bad = run.try_out(found, defaults, batch_size)
        _write(error_file, found, bad)
    else:
        doc = preparation.for_command(file, found, company, batch_size, complaint_type, live, date_order)
        frappe.db.commit()
        begun_at = cint(doc.position)
        if begun_at:
            click.echo(f"{doc.name} goes on after row {begun_at} of {found.records}.")
        with tqdm(total=found.records, initial=begun_at, unit="row") as bar:
            total = run.import_rows(doc, found, lambda counts: bar.update(counts.position - bar.n))
        bad = []
        if doc.error_file:
            stored = frappe.get_doc("File", {"file_url": doc.error_file}).get_content()
            error_file.write_text(stored if isinstance(stored, str) else stored.decode("utf-8"), "utf-8")
    seconds = time.monotonic() - began
    verb = "would be made" if dry_run else "made"
    click.echo(
        f"{total.imported} complaints {verb}, {total.existing} there already, {total.failed} rows with errors "
        f"({seconds:.1f} s, {(total.position - begun_at) / max(seconds, 0.001):.0f} rows/s)"
    )
    if total.failed:
        click.echo(printable(f"Rows with errors: {error_file}"))


def _default_company() -> str:
    company = frappe.db.get_single_value(SETTINGS, "default_company") or frappe.defaults.get_global_default(
        "company"
    )
    if not company:
        frappe.throw(_("Name the company with --company."))
    return company


def _show_columns(found: source.Source) -> None:
    targets = found.targets()
    click.echo(printable(f"{found.table.path.name}: {found.records} rows"))
    for column in found.profile.columns:
        click.echo(printable(f"  {targets.get(column.name) or '-':<18} {column.name}"))


def _write(error_file: Path, found: source.Source, bad: list[RowError]) -> None:
    if bad:
        rows = ((row.row, row.column, row.reason, row.cells) for row in sorted(bad, key=lambda row: row.row))
        error_file.write_text("\ufeff" + row_errors.as_csv(found.table.columns, rows), "utf-8")
