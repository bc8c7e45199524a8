"""Everything that can be wrong with a table, as data: a key, and the names of the values that belong to it.

Nothing here is a sentence. Whoever reads a table puts its problems into the words of its own users, and a test of each of
them goes through these lists.
"""

from __future__ import annotations

from typing import Any, Final

from complaint_qms.engine.message import Message

FILE_PROBLEMS: Final[dict[str, tuple[str, ...]]] = {
    # the file
    "file_missing": ("file",),
    "file_is_folder": ("file",),
    "file_unreadable": ("file", "why"),
    "file_empty": ("file",),
    "file_wrong_kind": ("file", "kind"),
    "file_old_xls": ("file",),
    "file_password": ("file",),
    "file_binary": ("file",),
    "encoding_unknown": ("file", "encoding"),
    "quote_open": ("file", "row", "line"),
    "json_broken": ("file", "row", "column", "why"),
    "json_no_objects": ("file",),
    "json_wrapped": ("file", "name", "count"),
    "json_one_per_line": ("file",),
    "json_array_large": ("file", "most", "objects"),
    "workbook_cut": ("file",),
    "workbook_damaged": ("file", "why"),
    "sheet_none": ("file",),
    "sheet_missing": ("file", "sheet", "sheets"),
    # its size
    "limit_columns": ("file", "found", "most"),
    "limit_sheet_columns": ("file", "sheet", "found", "most"),
    "limit_rows": ("file", "sheet", "most"),
    "limit_cells": ("file", "sheet", "most"),
    "limit_blank_cells": ("file", "sheet", "most"),
    "limit_blank_rows_of_sheet": ("file", "sheet", "most"),
    "limit_cell": ("file", "sheet", "most"),
    "limit_row_text": ("file", "sheet", "most"),
    "limit_sheet_text": ("file", "sheet", "most"),
    "limit_elements": ("file", "sheet", "most"),
    "limit_parts": ("file", "most"),
    "limit_unpacked": ("file", "part", "found", "most"),
    "limit_record": ("file", "line", "most"),
    "limit_blank_rows": ("file", "most"),
    # its columns
    "rows_none": ("file", "headings"),
    "header_row_gone": ("file", "row", "rows"),
    "formulas_unsaved": ("file", "columns"),
    "columns_missing_csv": ("file", "fields", "headings", "delimiter", "encoding"),
    "columns_missing_xlsx": ("file", "fields", "headings", "sheet", "others"),
    "columns_missing_json": ("file", "fields", "headings", "encoding"),
    "columns_no_content_csv": ("file", "fields", "headings", "delimiter", "encoding"),
    "columns_no_content_xlsx": ("file", "fields", "headings", "sheet", "others"),
    "columns_no_content_json": ("file", "fields", "headings", "encoding"),
    # a mapping file
    "yaml_broken": ("file", "row", "column", "why"),
    "yaml_key_twice": ("file", "row", "column", "name"),
    "yaml_too_deep": ("file",),
    "mapping_files": ("file",),
    "mapping_key_unknown": ("file", "where", "known"),
    "mapping_version": ("file", "expected", "found"),
    "mapping_name_twice": ("file", "where", "name"),
    "mapping_table": ("file", "where"),
    "mapping_list": ("file", "where"),
    "mapping_field_unknown": ("file", "where", "field"),
    "mapping_heading": ("file", "where", "found"),
    "mapping_choice": ("file", "where", "known", "found"),
    "mapping_name": ("file", "where", "found"),
    "mapping_encoding": ("file", "where", "found"),
    "mapping_delimiter": ("file", "where", "found"),
    "mapping_sheet": ("file", "where", "found"),
    "mapping_header_row": ("file", "where", "found"),
    "mapping_kind": ("file", "kind", "found"),
    "mapping_column_gone": ("file", "mapping", "name", "field", "headings"),
}
"""What keeps a file from being read. `file` is a path, or the name of a file."""

ROW_PROBLEMS: Final[dict[str, tuple[str, ...]]] = {
    "row_too_long": ("found", "expected"),
    "row_too_short": ("found", "expected"),
    "row_unreadable": ("why",),
    "row_swallowed": (),
    "row_total": (),
    "row_headings": (),
    "quote_swallows": ("lines",),
    "cell_too_long": ("most",),
    "formula_uncalculated": ("columns",),
    "row_not_json": ("why",),
    "row_not_object": ("kind",),
    "row_too_deep": ("most",),
}
"""What keeps a row from being read; the rest of its file is."""

PROBLEMS: Final = FILE_PROBLEMS | ROW_PROBLEMS


AMOUNTS: Final = ("most", "found", "objects")
"""Values that are amounts, if they are numbers, and are grouped by thousands; other numbers are places: a row, a line."""


def problem(key: str, **params: Any) -> Message:
    """A problem of the lists above.

    Raises:
        ValueError: one that is not listed, or with other values than listed.
    """
    if PROBLEMS.get(key) is None or set(PROBLEMS[key]) != params.keys():
        raise ValueError(
            f"{key} with {', '.join(params) or 'nothing'} is not listed among the problems of a table"
        )
    return Message(key, params)
