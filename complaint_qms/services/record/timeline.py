"""Lines that the app writes into the timeline of a record: kept as what they say, told in the language and time of each reader.

A line is a `Message` whose key is an English sentence with numbered places. The framework's own timeline and other apps show the
comment's text, which is in the language of whoever caused it; the story of a record tells it anew from the data beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import (
    cint,
    escape_html,
    flt,
    fmt_money,
    format_datetime,
    get_datetime,
    get_link_to_form,
    now_datetime,
)
from frappe.utils.html_utils import unescape_html

from complaint_qms.engine.message import Message
from complaint_qms.services import writing
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import clause_list, comma_list
from complaint_qms.services.record.site_time import in_zone
from complaint_qms.services.record.tags import without_tags

DATA: Final = "subject"
"""Field of a comment that holds what a line says as data; the framework uses it for no comment of this kind."""

_PLACE: Final = re.compile(r"\{(\d+)\}")
_DEEPEST: Final = 5


@dataclass(frozen=True)
class Link:
    """A record, which its name leads to."""

    doctype: str
    name: str

    def told(self, zone: str | None) -> str:
        return get_link_to_form(self.doctype, self.name, escape_html(self.name))


@dataclass(frozen=True)
class Text:
    """What somebody wrote or is called: the same in every language."""

    text: str

    def told(self, zone: str | None) -> str:
        return escape_html(self.text)


@dataclass(frozen=True)
class Names:
    """What several things or people are called."""

    names: list[str]

    def told(self, zone: str | None) -> str:
        return escape_html(comma_list(self.names))


@dataclass(frozen=True)
class Word:
    """A stable key, said by its name (`constants/labels.py`)."""

    key: str

    def told(self, zone: str | None) -> str:
        return escape_html(word(self.key))


@dataclass(frozen=True)
class Label:
    """A field of a DocType, said by its label."""

    doctype: str
    field: str

    def told(self, zone: str | None) -> str:
        field = frappe.get_meta(self.doctype).get_field(self.field)
        return escape_html(_(field.label, context=self.doctype) if field else self.field)


@dataclass(frozen=True)
class Money:
    """An amount in a currency."""

    amount: float
    currency: str | None

    def told(self, zone: str | None) -> str:
        return escape_html(fmt_money(flt(self.amount), currency=self.currency))


@dataclass(frozen=True)
class Moment:
    """A time as the database keeps it, in the zone of the site."""

    at: datetime | str

    def told(self, zone: str | None) -> str:
        return escape_html(format_datetime(in_zone(get_datetime(self.at), zone)))


_KINDS: Final = {kind.__name__.lower(): kind for kind in (Link, Text, Names, Word, Label, Money, Moment)}


def line(sentence: str, *values: Any) -> Message:
    """A line of the timeline.

    Args:
        sentence: in English, with places `{0}`, `{1}` …; the collector of texts reads it here.
        values: one of the kinds above, a `Message`, a list of those (told with semicolons between them), a number, or a word
            of the catalogue of translations.
    """
    return Message(sentence, {str(place): value for place, value in enumerate(values)})


def told(message: Message, zone: str | None = None) -> str:
    """A line in the present language, times in `zone` (that of the site without one); markup that is safe to show."""
    values = {place: _told(value, zone) for place, value in message.params.items()}
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), escape_html(_(message.key)))


def plain_line(message: Message) -> str:
    """A line as plain text in the present language."""
    return unescape_html(without_tags(told(message)))


def note(
    doctype: str, lines: Mapping[str, Message], now: datetime | None = None, author: str | None = None
) -> None:
    """Write a line into the timeline of each record of `lines` (name → line), all at once."""
    author = author or frappe.session.user
    contents: dict[str, str] = {}  # many records are told the same
    rows = []
    for name, message in lines.items():
        data = data_of(message)
        if data not in contents:
            contents[data] = told(message)
        row = _comment(doctype, name, contents[data], data)
        rows.append({**row, "comment_email": author, "comment_by": author})
    writing.insert_rows("Comment", rows, now or now_datetime(), author, "timeline")


def note_on(doc: Document, message: Message) -> None:
    """Write a line into the timeline of one record, which those who have it open see at once."""
    row = _comment(doc.doctype, doc.name, told(message), data_of(message))
    row["comment_email"] = frappe.session.user
    frappe.get_doc({"doctype": "Comment", **row}).insert(ignore_permissions=True)


def data_of(message: Message) -> str:
    """A line as data, which `noted` reads."""
    return json.dumps(_kept(message), ensure_ascii=False, default=str)


def noted(data: str | None) -> Message | None:
    """The line that a comment keeps as data; None where it keeps none that can be read."""
    try:
        found = _read(json.loads(data or "null"), _DEEPEST)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if isinstance(found, Message) else None


def _comment(doctype: str, name: str, content: str, data: str) -> dict[str, Any]:
    return {
        "comment_type": "Info",
        "content": content,
        DATA: data,
        "reference_doctype": doctype,
        "reference_name": name,
    }


def _told(value: Any, zone: str | None) -> str:
    if isinstance(value, Message):
        return told(value, zone)
    if isinstance(value, list):
        return clause_list(_told(one, zone) for one in value)
    if isinstance(value, str):
        return escape_html(_(value))
    return value.told(zone) if type(value) in _KINDS.values() else escape_html(str(cint(value)))


def _kept(value: Any) -> Any:
    if isinstance(value, Message):
        return {"key": value.key, "params": {place: _kept(one) for place, one in value.params.items()}}
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if type(value) in _KINDS.values():
        return {"kind": type(value).__name__.lower(), **asdict(value)}
    return value


def _read(value: Any, deepest: int) -> Any:
    if deepest < 0:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_read(one, deepest - 1) for one in value]
    if not isinstance(value, dict):
        return value
    if "key" in value and "params" in value:
        params = {str(place): _read(one, deepest - 1) for place, one in value["params"].items()}
        return Message(str(value["key"]), params)
    return _KINDS[value["kind"]](**{name: one for name, one in value.items() if name != "kind"})
