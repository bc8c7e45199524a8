"""Records of JSON lines and of a JSON array."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from complaint_qms.tabular.cells import cell_text
from complaint_qms.tabular.csv_rows import BadRecord
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.limits import (
    ARRAY,
    ARRAY_OBJECTS,
    DEPTH,
    MB,
    RECORD,
    BlankRows,
    check_columns,
)
from complaint_qms.tabular.problems import problem
from complaint_qms.tabular.sniff import Format

LOOK_AHEAD = 2000
_LINE_KEPT = 100_000
_HALF = re.compile(r"[\0\ud800-\udfff]")
"""Halves of characters, which JSON can write and nothing else can, and zero characters."""


def column_names(path: Path, fmt: Format) -> list[str]:
    """Names of the first objects; raises UnreadableFileError when there are none, or when they hold the rows as a list."""
    names: dict[str, None] = {}
    objects: list[dict] = []
    for _, value in islice(_lines(path, fmt), LOOK_AHEAD):
        if isinstance(value, dict):
            flat = _flat(value)
            if flat is None:
                continue
            names.update(dict.fromkeys(flat))
            check_columns(path, len(names))
            objects = [*objects[:1], value]
    if len(objects) == 1:
        _refuse_wrapped(path, objects[0])
    if names:
        return list(names)
    if fmt.kind == "jsonl" and path.stat().st_size <= ARRAY:
        _refuse_pretty(path, fmt)
    raise UnreadableFileError("json_no_objects", file=path)


def records(path: Path, fmt: Format, names: list[str]) -> Iterator[tuple[int, list[str] | BadRecord]]:
    """``(row, cells)``; what is no object is a BadRecord."""
    places = {name: i for i, name in enumerate(names)}
    for row, value in _lines(path, fmt):
        if isinstance(value, BadRecord):
            yield row, value
        elif not isinstance(value, dict):
            yield (
                row,
                BadRecord(
                    problem("row_not_object", kind=type(value).__name__), [cell_text(value)[:_LINE_KEPT]]
                ),
            )
        else:
            yield row, _cells(value, places)


def flatten(value: dict, prefix: str = "", level: int = 1) -> dict[str, str] | None:
    """Nested objects as dotted names, lists joined with ``" | "``; None where objects lie in each other too deep."""
    if level > DEPTH:
        return None
    flat: dict[str, str] = {}
    for key, item in value.items():
        name = _whole(f"{prefix}{key}")
        if isinstance(item, dict):
            inner = flatten(item, f"{name}.", level + 1)
            if inner is None:
                return None
            flat.update(inner)
        elif isinstance(item, list):
            flat[name] = _whole(" | ".join(cell_text(x) for x in item))
        else:
            flat[name] = _whole(cell_text(item))
    return flat


def _cells(value: dict, places: dict[str, int]) -> list[str] | BadRecord:
    cells = [""] * len(places)
    flat = _flat(value)
    if flat is None:
        return BadRecord(problem("row_too_deep", most=DEPTH))
    for name, text in flat.items():
        place = places.get(name)
        if place is not None:
            cells[place] = text
    return cells


def _flat(value: dict) -> dict[str, str] | None:
    try:
        return flatten(value)
    except RecursionError:  # lists within lists
        return None


def _whole(text: str) -> str:
    return text if text.isascii() and "\0" not in text else _HALF.sub(_mend, text)


def _mend(match: re.Match) -> str:
    return "" if match.group() == "\0" else "\ufffd"


def _parse(text: str) -> object:
    return json.loads(text, parse_int=str)  # whole numbers as written: some are longer than Python reads


def _lines(path: Path, fmt: Format) -> Iterator[tuple[int, object]]:
    if fmt.kind == "json":
        yield from enumerate(_array(path, fmt), 1)
        return
    blank = BlankRows(path)
    with path.open("r", encoding=fmt.encoding, errors="replace") as handle:
        for row, line in enumerate(iter(partial(handle.readline, RECORD + 1), ""), 1):
            if len(line) > RECORD:
                raise UnreadableFileError("limit_record", file=path, line=row, most=RECORD)
            line = line.strip("\ufeff \t\r\n")
            blank.note(not line)
            if not line:
                continue
            try:
                yield row, _parse(line)
            except (ValueError, RecursionError) as error:
                yield row, BadRecord(problem("row_not_json", why=str(error)[:120]), [line[:_LINE_KEPT]])


def _array(path: Path, fmt: Format) -> list:
    text = _text(path, fmt) if path.stat().st_size <= ARRAY else ""
    # An object in memory takes twenty times the two characters that it may be written with.
    if not text or text.count("{") + text.count("[") > ARRAY_OBJECTS:
        raise UnreadableFileError("json_array_large", file=path, most=ARRAY // MB, objects=ARRAY_OBJECTS)
    row, column = 1, 1
    try:
        found = _parse(text)
    except json.JSONDecodeError as error:
        row, column, why = error.lineno, error.colno, error.msg
    except (ValueError, RecursionError) as error:
        why = str(error)
    else:
        return found if isinstance(found, list) else [found]
    raise UnreadableFileError("json_broken", file=path, row=row, column=column, why=why)


def _text(path: Path, fmt: Format) -> str:
    return path.read_bytes().decode(fmt.encoding, errors="replace").lstrip("\ufeff")


def _refuse_wrapped(path: Path, value: dict) -> None:
    """One object around a list of objects: the rows lie in that list."""
    for key, item in value.items():
        if isinstance(item, list) and len(item) > 1 and all(isinstance(x, dict) for x in item):
            raise UnreadableFileError("json_wrapped", file=path, name=_whole(key), count=len(item))


def _refuse_pretty(path: Path, fmt: Format) -> None:
    """One object written over several lines."""
    text = _text(path, fmt)
    try:
        value = _parse(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        _refuse_wrapped(path, value)
    if isinstance(value, dict) or text.lstrip().split("\n", 1)[0].strip() == "{":
        raise UnreadableFileError("json_one_per_line", file=path)
