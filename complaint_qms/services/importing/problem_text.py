"""Problems of a file and of its rows in the words of the desk: what is wrong, and what its user can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from frappe import _, _lt

from complaint_qms.engine.message import Message
from complaint_qms.services.record.labels import column_name
from complaint_qms.services.record.language import comma_list
from complaint_qms.tabular.problems import AMOUNTS

FILE_TEXTS = {
    "file_missing": _lt("The file {file} is not there any more. Attach it again."),
    "file_is_folder": _lt("{file} is a folder. Attach a file."),
    "file_unreadable": _lt("The file {file} cannot be read: {why}."),
    "file_empty": _lt("The file {file} is empty."),
    "file_wrong_kind": _lt("{file} is a {kind} file. Attach a CSV, TSV, XLSX or JSON lines file."),
    "file_old_xls": _lt("{file} is an old Excel file (.xls). Save it as .xlsx or CSV and attach that."),
    "file_password": _lt(
        "The workbook {file} is protected by a password. Save a copy without one and attach that."
    ),
    "file_binary": _lt("{file} is not a text file. Attach a CSV, TSV, XLSX or JSON lines file."),
    "encoding_unknown": _lt(
        "{file}: the letters of this file make no words in any encoding that can be told. Save it as UTF-8 (in Excel: CSV UTF-8) "
        "and attach that."
    ),
    "quote_open": _lt("{file}, row {row} (line {line}): a quotation mark opens here and is never closed."),
    "json_broken": _lt("{file}, row {row}, column {column}: not valid JSON: {why}."),
    "json_no_objects": _lt("{file}: no row is a JSON object."),
    "json_wrapped": _lt(
        "{file}: its {count} rows lie in a list under “{name}”. Write that list alone into the file, or one object per line."
    ),
    "json_one_per_line": _lt(
        "{file}: an object is written over several lines. Write one object per line, or a list of objects."
    ),
    "json_array_large": _lt(
        "{file}: a JSON list is read as a whole, up to {most} MB and {objects} objects and lists. Write one object per line."
    ),
    "workbook_cut": _lt("The workbook {file} is damaged or cut off. Save it in Excel and attach it again."),
    "workbook_damaged": _lt("The workbook {file} is damaged. Open it in Excel, save it and attach it again."),
    "sheet_none": _lt("The workbook {file} has no sheet."),
    "sheet_missing": _lt("{file} has no sheet “{sheet}”. Its sheets: {sheets}."),
    "limit_columns": _lt(
        "{file} has {found} columns; at most {most} are read. Delete those that are not needed."
    ),
    "limit_sheet_columns": _lt(
        "{file}, sheet {sheet}: reaches to column {found}; at most {most} columns are read. Delete the columns on the right "
        "that are not needed."
    ),
    "limit_rows": _lt("{file}, sheet {sheet}: a row lies beyond the last one that is read, {most}."),
    "limit_cells": _lt(
        "{file}, sheet {sheet}: more than {most} cells, empty ones between others included. Delete what is not needed, or "
        "save it in several files."
    ),
    "limit_blank_cells": _lt(
        "{file}, sheet {sheet}: more than {most} empty cells, far more than filled ones. Delete the rows and columns that are "
        "not needed."
    ),
    "limit_blank_rows_of_sheet": _lt(
        "{file}, sheet {sheet}: more than {most} empty rows above the last filled one. Delete them."
    ),
    "limit_cell": _lt(
        "{file}, {sheet}: a text of more than {most} bytes in one cell, more than a workbook can hold."
    ),
    "limit_row_text": _lt("{file}, sheet {sheet}: a row of more than {most} characters."),
    "limit_sheet_text": _lt(
        "{file}, sheet {sheet}: more than {most} characters of text. Save it in several files."
    ),
    "limit_elements": _lt(
        "{file}, {sheet}: more than {most} parts in one place. Save it in Excel and attach it again."
    ),
    "limit_parts": _lt(
        "The workbook {file} has more than {most} parts. Save the sheet of the complaints as a file of its own."
    ),
    "limit_unpacked": _lt(
        "{file}: {part} takes {found} MB when it is unpacked; at most {most} MB are read. Save the sheet as CSV."
    ),
    "limit_record": _lt(
        "{file}, line {line}: a row of more than {most} characters. Is this the right file, and are its quotation marks right?"
    ),
    "limit_blank_rows": _lt("{file}: more than {most} empty rows follow each other. Delete them."),
    "rows_none": _lt("{file} has column headings but no rows: {headings}."),
    "header_row_gone": _lt("{file}: headings are expected in row {row}, but the file has {rows} rows."),
    "formulas_unsaved": _lt(
        "{file}: formulas without stored values in {columns}. Open the file in Excel or LibreOffice, save it and attach it "
        "again."
    ),
    "columns_missing_csv": _lt(
        "{file}: no column is set to {fields}. Choose it under Columns. Columns, cut at “{delimiter}” and read as {encoding}: "
        "{headings}."
    ),
    "columns_missing_xlsx": _lt(
        "{file}: no column is set to {fields}. Choose it under Columns. Columns of sheet {sheet}: {headings}; other sheets: "
        "{others}."
    ),
    "columns_missing_json": _lt(
        "{file}: no column is set to {fields}. Choose it under Columns. Names, read as {encoding}: {headings}."
    ),
    "columns_no_content_csv": _lt(
        "{file}: there is nothing to make complaints of. Set at least one of these under Columns: {fields}. Columns, cut at "
        "“{delimiter}” and read as {encoding}: {headings}."
    ),
    "columns_no_content_xlsx": _lt(
        "{file}: there is nothing to make complaints of. Set at least one of these under Columns: {fields}. Columns of sheet "
        "{sheet}: {headings}; other sheets: {others}."
    ),
    "columns_no_content_json": _lt(
        "{file}: there is nothing to make complaints of. Set at least one of these under Columns: {fields}. Names, read as "
        "{encoding}: {headings}."
    ),
    "yaml_broken": _lt("{file}, row {row}, column {column}: not valid YAML: {why}."),
    "yaml_key_twice": _lt("{file}, row {row}, column {column}: the key {name} stands here a second time."),
    "yaml_too_deep": _lt("{file}: nested too deep."),
    "mapping_files": _lt("{file}: a list of files is expected under “files”."),
    "mapping_key_unknown": _lt("{file}, {where}: unknown; expected one of: {known}."),
    "mapping_version": _lt("{file}: version {expected} is expected, not {found}."),
    "mapping_name_twice": _lt("{file}, {where}: {name} stands there a second time."),
    "mapping_table": _lt("{file}, {where}: names with values are expected."),
    "mapping_list": _lt("{file}, {where}: a list is expected."),
    "mapping_field_unknown": _lt("{file}, {where}: there is no field {field}."),
    "mapping_heading": _lt("{file}, {where}: a column heading is expected, not {found}."),
    "mapping_choice": _lt("{file}, {where}: one of {known} is expected, not {found}."),
    "mapping_name": _lt("{file}, {where}: the name of a file is expected, not {found}."),
    "mapping_encoding": _lt("{file}, {where}: an encoding such as utf-8 or big5 is expected, not {found}."),
    "mapping_delimiter": _lt("{file}, {where}: a single character such as , or ; is expected, not {found}."),
    "mapping_sheet": _lt("{file}, {where}: the name of a sheet is expected, not {found}."),
    "mapping_header_row": _lt("{file}, {where}: a row number from 0 to 1000 is expected, not {found}."),
    "mapping_kind": _lt("{file}: {kind} is given, but this is {found}."),
    "mapping_column_gone": _lt(
        "{file} has no column “{name}”, which {mapping} names for {field}. Its columns: {headings}."
    ),
}
"""Why a file cannot be read."""

ROW_TEXTS = {
    "row_too_long": _lt("{found} cells, but there are {expected} column headings."),
    "row_too_short": _lt("{found} cells, but there are {expected} column headings."),
    "row_unreadable": _lt("The row cannot be read: {why}."),
    "row_swallowed": _lt("Swallowed by the open quotation mark of the row named."),
    "row_total": _lt("A row of totals, which is no complaint."),
    "row_headings": _lt("The column headings once more, which are no complaint."),
    "quote_swallows": _lt("A quotation mark opens here and swallows the next lines: {lines}."),
    "cell_too_long": _lt("A cell has more than {most} characters."),
    "formula_uncalculated": _lt(
        "A formula without its value stands in {columns}. Open the file in Excel or LibreOffice, save it and import it again, "
        "or enter the value."
    ),
    "row_not_json": _lt("Not valid JSON: {why}."),
    "row_not_object": _lt("Not a JSON object: {kind}."),
    "row_too_deep": _lt("Objects lie within each other more than {most} levels deep."),
}
"""Why a row cannot be read."""


def text_of(problem: Message) -> str:
    """A problem in the reader's language. It names the file and not where the site keeps it."""
    sentence = ROW_TEXTS.get(problem.key) or FILE_TEXTS[problem.key]
    return str(sentence).format(**{key: _shown(key, value) for key, value in problem.params.items()})


def unexpected() -> str:
    """What a user reads of an error that nobody foresaw; what happened stands in the Error Log."""
    return _(
        "The import was stopped by an unexpected error, which is kept in the Error Log. Press Continue to go on: nothing is "
        "imported twice."
    )


def _shown(key: str, value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, list):
        names = [column_name(name) for name in value] if key == "fields" else value
        return comma_list(names) or "-"
    return f"{value:,}" if isinstance(value, int) and key in AMOUNTS else value
