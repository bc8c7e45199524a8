"""Records of JSON lines and of a JSON array."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from complaint_qms.cli.errors import UNREADABLE, CliError
from complaint_qms.cli.read.cells import cell_text
from complaint_qms.cli.read.csv_rows import BadRecord
from complaint_qms.cli.read.sniff import Format

ARRAY_LIMIT = 256 << 20
LOOK_AHEAD = 2000
_LINE_KEPT = 100_000
_HALF = re.compile(r"[\0\ud800-\udfff]")
"""Halves of characters, which JSON can write and nothing else can, and zero characters."""


def columns(path: Path, fmt: Format) -> list[str]:
    """Names of the first objects; raises CliError when there are none, or when they hold the rows as a list."""
    names: dict[str, None] = {}
    objects = []
    for _, value in islice(_lines(path, fmt), LOOK_AHEAD):
        if isinstance(value, dict):
            try:
                names.update(dict.fromkeys(flatten(value)))
            except RecursionError:
                continue
            objects.append(value)
    if len(objects) == 1:
        _refuse_wrapped(path, objects[0])
    if names:
        return list(names)
    if fmt.kind == "jsonl" and path.stat().st_size <= ARRAY_LIMIT:
        _refuse_pretty(path, fmt)
    raise CliError("json_no_objects", UNREADABLE, file=path)


def records(path: Path, fmt: Format, names: list[str]) -> Iterator[tuple[int, list[str] | BadRecord]]:
    """``(row, cells)``; what is no object is a BadRecord."""
    places = {name: i for i, name in enumerate(names)}
    for row, value in _lines(path, fmt):
        if isinstance(value, BadRecord):
            yield row, value
        elif not isinstance(value, dict):
            yield row, BadRecord("row_not_object", type(value).__name__, [cell_text(value)[:_LINE_KEPT]])
        else:
            yield row, _cells(value, places)


def _cells(value: dict, places: dict[str, int]) -> list[str] | BadRecord:
    cells = [""] * len(places)
    try:
        flat = flatten(value)
    except RecursionError:
        return BadRecord("row_not_json", "too deep")
    for name, text in flat.items():
        place = places.get(name)
        if place is not None:
            cells[place] = text
    return cells


def flatten(value: dict, prefix: str = "") -> dict[str, str]:
    """Nested objects as dotted names, lists joined with ``" | "``."""
    flat: dict[str, str] = {}
    for key, item in value.items():
        name = _whole(f"{prefix}{key}")
        if isinstance(item, dict):
            flat.update(flatten(item, f"{name}."))
        elif isinstance(item, list):
            flat[name] = _whole(" | ".join(cell_text(x) for x in item))
        else:
            flat[name] = _whole(cell_text(item))
    return flat


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
    with path.open("rb") as binary:
        handle = (
            codecs.getreader(fmt.encoding)(binary, errors="replace")
            if fmt.encoding.startswith("utf-16")
            else io.TextIOWrapper(binary, encoding=fmt.encoding, errors="replace")
        )
        for row, line in enumerate(handle, 1):
            line = line.strip("\ufeff \t\r\n")
            if not line:
                continue
            try:
                yield row, _parse(line)
            except (ValueError, RecursionError) as error:
                yield row, BadRecord("row_not_json", str(error)[:120], [line[:_LINE_KEPT]])


def _array(path: Path, fmt: Format) -> list:
    if path.stat().st_size > ARRAY_LIMIT:
        raise CliError("json_array_large", UNREADABLE, file=path)
    text = _text(path, fmt)
    row, column = 1, 1
    try:
        found = _parse(text)
    except json.JSONDecodeError as error:
        row, column, why = error.lineno, error.colno, error.msg
    except (ValueError, RecursionError) as error:
        why = str(error)
    else:
        return found if isinstance(found, list) else [found]
    raise CliError("json_broken", UNREADABLE, file=path, row=row, column=column, why=why)


def _text(path: Path, fmt: Format) -> str:
    return path.read_bytes().decode(fmt.encoding, errors="replace").lstrip("\ufeff")


def _refuse_wrapped(path: Path, value: dict) -> None:
    """One object around a list of objects: the rows lie in that list."""
    for key, item in value.items():
        if isinstance(item, list) and len(item) > 1 and all(isinstance(x, dict) for x in item):
            raise CliError("json_wrapped", UNREADABLE, file=path, name=_whole(key), count=len(item))


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
        raise CliError("json_one_per_line", UNREADABLE, file=path)
