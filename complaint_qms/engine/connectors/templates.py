"""A request with merge fields, `{{ item_code }}`: filled in, never run.

A merge field is a name among those that the caller gives values for, and nothing else: no expression, no attribute, no function, so that
there is nothing to break out of. Each value is written for where it stands: quoted in a path, encoded in a query, as a string in
JSON, on one line in a header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from complaint_qms.engine.connectors.unusable import Unusable
from complaint_qms.engine.message import Message

MASK: Final = "•••"
LONGEST: Final = 20_000
"""Characters of each part of a template."""
_FIELD: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_BRACES: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_SECRET: Final = re.compile(
    r"auth|cookie|token|secret|passw|pwd|signature|(^|[-_])(api)?[-_]?key($|[-_])", re.I
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_NO_HEADER_TEXT: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_OURS: Final = ("host", "content-length", "transfer-encoding", "connection")
_NO_OBJECT: Final = Message("{part}: write a JSON object such as {example}.")
_NO_JSON: Final = Message("{part}: this is no JSON ({error}).")
_UNKNOWN: Final = Message("{part}: there is no merge field “{field}”. There are {known}.")
_NO_EXPRESSION: Final = Message(
    "{part}: double braces hold the name of a merge field alone, such as item_code; expressions are not run."
)
_WRONG_HEADER: Final = Message("{part}: “{name}” cannot be the name of a header that is sent.")
_SECRET_HEADER: Final = Message(
    "{part}: “{name}” looks like a secret, which everybody could read here. Choose how the system lets us in, and enter it in the field for it."
)
_HEADER_TEXT: Final = Message(
    "{part}: “{name}” holds letters that no header takes, such as Chinese ones. Send them as a parameter or in the body."
)
_STEP: Final = Message("A record that is called “.” or “..” cannot be asked about.")
_NO_PATH: Final = Message(
    "{part}: begin with a slash, without the name of a computer, parameters or a step back (..)."
)


@dataclass(frozen=True)
class Template:
    """Attributes:
    path: begins with a slash; what is filled in is one part of it.
    query: name → value.
    headers: name → value.
    body: JSON, or None for none.
    """

    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Request:
    """Attributes:
    target: path and query as they are sent.
    body: empty for none.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


def template_of(
    method: str,
    path: str,
    query: str,
    headers: str,
    body: str,
    known: Collection[str],
    parts: Mapping[str, str],
) -> Template:
    """A template as somebody has entered it.

    Args:
        query: JSON object, or nothing.
        headers: the same.
        body: JSON, or nothing.
        known: names of merge fields.
        parts: labels of "path", "query", "headers" and "body" for what is wrong.

    Raises:
        Unusable: the first thing that is wrong.
    """
    path = path.strip()
    _check_fields(path, known, parts["path"])
    plain = _FIELD.sub("x", path)
    steps = plain.split("/")
    if not plain.startswith("/") or plain.startswith("//") or ".." in steps or re.search(r"[?#\\\s]", plain):
        raise Unusable(_NO_PATH.having(part=parts["path"]))
    made = Template(
        method,
        path,
        _object(query, parts["query"], '{"batch": "{{ batch_no }}"}'),
        _object(headers, parts["headers"], '{"Accept": "application/json"}'),
        _json(body, parts["body"]),
    )
    for name in made.query:
        if _SECRET.search(name):
            raise Unusable(_SECRET_HEADER.having(part=parts["query"], name=name[:100]))
    for name, value in made.headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OURS or not isinstance(value, str):
            raise Unusable(_WRONG_HEADER.having(part=parts["headers"], name=name[:100]))
        if _SECRET.search(name):
            raise Unusable(_SECRET_HEADER.having(part=parts["headers"], name=name[:100]))
    check_headers(made.headers, parts["headers"])
    for part in ("query", "headers", "body"):
        for text in _texts(getattr(made, part)):
            _check_fields(text, known, parts[part])
    return made


def is_header_text(text: str) -> bool:
    """Whether a header can carry it: on one line, in Latin letters (RFC 9110, 5.5)."""
    return not _NO_HEADER_TEXT.search(text)


def check_headers(headers: Mapping[str, str], part: str) -> None:
    """Raises:
    Unusable: one cannot be sent as it is.
    """
    for name, value in headers.items():
        if not is_header_text(value):
            raise Unusable(_HEADER_TEXT.having(part=part, name=name[:100]))


def fields_in(text: str, known: Collection[str], part: str) -> set[str]:
    """Merge fields of a text.

    Raises:
        Unusable: there is none of such a name, or an expression.
    """
    _check_fields(text, known, part)
    return set(_FIELD.findall(text))


def filled_address(text: str, values: Mapping[str, Any]) -> str:
    """An address with its merge fields filled in, each as one part of it."""
    return _fill(text, values, lambda one: quote(_text(one), safe=""))


def rendered(template: Template, values: Mapping[str, Any]) -> Request:
    """A request with everything filled in; a merge field without a value is empty.

    Raises:
        Unusable: a value would be a step in the path, however it is written.
    """
    path = filled_address(template.path, values)
    if {".", ".."} & set(path.split("/")):
        raise Unusable(_STEP)
    query = urlencode(
        {name: _text(_filled(value, values)) for name, value in template.query.items()}, quote_via=quote
    )
    headers = {
        name: _fill(value, values, lambda one: _CONTROL.sub(" ", _text(one)).strip())
        for name, value in template.headers.items()
    }
    body = b""
    if template.body is not None:
        body = json.dumps(_filled(template.body, values), ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json; charset=utf-8", **headers}
    target = quote(path, safe="/%:@!$&'()*+,;=~-._") + (f"?{query}" if query else "")
    return Request(template.method, target, headers, body)


def masked(values: Mapping[str, Any], personal: Collection[str]) -> dict[str, Any]:
    """Values as they may stand in a log: those that tell who somebody is, or what they said, are not there."""
    return {name: MASK if name in personal and value else value for name, value in values.items()}


def without_secrets(data: Any) -> Any:
    """JSON with everything taken out whose name says that it is a secret."""
    if isinstance(data, dict):
        return {
            name: MASK if _SECRET.search(str(name)) and value else without_secrets(value)
            for name, value in data.items()
        }
    return [without_secrets(one) for one in data] if isinstance(data, list) else data


def _object(text: str, part: str, example: str) -> dict[str, Any]:
    data = _json(text, part)
    if data is None:
        return {}
    simple = isinstance(data, dict) and not any(isinstance(one, dict | list) for one in data.values())
    if not simple:
        raise Unusable(_NO_OBJECT.having(part=part, example=example))
    return data


def _json(text: str, part: str) -> Any:
    if not (text or "").strip():
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError(f"more than {LONGEST} characters")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable(_NO_JSON.having(part=part, error=str(error)[:100])) from None


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(data, list):
        for one in data:
            yield from _texts(one)


def _check_fields(text: str, known: Collection[str], part: str) -> None:
    for name in _FIELD.findall(text):
        if name not in known:
            raise Unusable(_UNKNOWN.having(part=part, field=name[:60], known=", ".join(sorted(known))))
    if _BRACES.search(_FIELD.sub("", text)):
        raise Unusable(_NO_EXPRESSION.having(part=part))


def _filled(data: Any, values: Mapping[str, Any]) -> Any:
    """A merge field that is all of a text keeps the kind of its value: a number stays one."""
    if isinstance(data, str):
        whole = _FIELD.fullmatch(data.strip())
        if whole:
            value = values.get(whole[1])
            return value if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
        return _fill(data, values, _text)
    if isinstance(data, Mapping):
        return {name: _filled(value, values) for name, value in data.items()}
    return [_filled(one, values) for one in data] if isinstance(data, list) else data


def _fill(text: str, values: Mapping[str, Any], write: Callable[[Any], str]) -> str:
    return _FIELD.sub(lambda found: write(values.get(found[1])), text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
