"""Records on paper: words instead of keys and seconds, text as it was written, and nothing that is fetched from elsewhere.

The framework's print formats put what `get_formatted` gives into their markup as it is. A PDF is made on the server, which
would fetch every address in it, its own network included.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import frappe
from bs4 import BeautifulSoup
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.html_utils import sanitize_html

from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.vocabulary import SHIPPED_TEXTS
from complaint_qms.services.record.labels import choice
from complaint_qms.services.record.text_cleaning import as_typed

ATTACHED: Final = ("Attach", "Attach Image")
_LINES: Final = ("Small Text", "Text", "Long Text")
_PLAIN: Final = ("Data", "Read Only", "Autocomplete", "Phone", "Link", "Dynamic Link", *_LINES)
_MARKUP: Final = ("Text Editor", "HTML Editor")
_SECONDS: Final = {
    "Complaint": {"total_hold_seconds", "response_used", "resolution_used"},
    "Complaint Import": {"seconds"},
    "Complaint Stage Log": {"time_limit", "used_seconds", "paused_seconds"},
}
_UNIT: Final = re.compile(r"\s*[(（][^()（）]*[)）]$")
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_TEMPLATE: Final = "templates/print/attached.html"
# Elements and attributes that act, fetch, or steer how a PDF is made.
_UNWANTED: Final = ["link", "meta", "style", "base", "iframe", "object", "embed", "form", "input", "svg", "math", "audio", "video", "source"]  # fmt: skip
# What names an address in a style, and what hides such a word.
_FETCHING: Final = ("url(", "image", "src(", "\\")
_STEERING: Final = ("id", "class", "background", "srcset", "poster")


class Printed:
    """What every record and row of the app has in common on paper."""

    def get_formatted(self, fieldname: str, *args: Any, **options: Any) -> Any:
        """A field as markup for print formats, e-mails and PDFs."""
        field, value = self.meta.get_field(fieldname), self.get(fieldname)
        if not field:
            return escape_html(super().get_formatted(fieldname, *args, **options))
        if fieldname in _SECONDS.get(self.doctype, ()):
            return working_time(value or 0, self._workday())
        if not value or not isinstance(value, str):
            return super().get_formatted(fieldname, *args, **options)
        # What only the server writes are keys, where it is a name of one.
        if field.fieldtype == "Select" or (field.fieldtype == "Data" and field.read_only and value in WORDS):
            return escape_html(choice(value, self.doctype))
        if fieldname in SHIPPED_TEXTS.get(self.doctype, ()):
            return "<br>".join(escape_html(_(line)) for line in value.split("\n"))
        if field.fieldtype in _PLAIN:
            shown = escape_html(
                super().get_formatted(fieldname, *args, **options)
                if "Link" in field.fieldtype
                else as_typed(value)
            )
            return shown.replace("\n", "<br>") if field.fieldtype in _LINES else shown
        if field.fieldtype in _MARKUP:
            return f"<div class='ql-snow'>{for_paper(value)}</div>"
        if field.fieldtype in ATTACHED:
            return attached(value)
        return super().get_formatted(fieldname, *args, **options)

    def _workday(self) -> int | None:
        """Seconds of a usual working day, where the record, or that of the row, tells it (`workday`)."""
        record = getattr(self, "parent_doc", None) or self
        tell = getattr(record, "workday", None)
        return tell() if callable(tell) else None


def prepare(doc: Document) -> None:
    """Called before a record is printed: tell the print format how to show the files of its rows, and its name."""
    templates = dict(doc.get("child_print_templates") or {})
    for table in doc.meta.get_table_fields():
        files = [
            field.fieldname for field in frappe.get_meta(table.options).fields if field.fieldtype in ATTACHED
        ]
        if files:
            templates[table.fieldname] = {
                **dict.fromkeys(files, _TEMPLATE),
                **templates.get(table.fieldname, {}),
            }
    if templates:
        doc.child_print_templates = templates
    if escape_html(doc.name) != doc.name:
        doc.sub_heading = escape_html(doc.name)


def without_unit(label: str, doctype: str, fieldname: str) -> str:
    """The label of a field; without the seconds that it counts, where it is printed as words."""
    return _UNIT.sub("", label) if fieldname in _SECONDS.get(doctype, ()) else label


def working_time(seconds: float, workday: int | None = None) -> str:
    """Seconds of working time as "2 h 10 min", and in working days of `workday` seconds from the first one on."""
    if workday and abs(seconds) >= workday:
        count, rest = divmod(int(abs(seconds)), workday)
        days = _("1 working day") if count == 1 else _("{0} working days").format(count)
        return _("{0} {1} h").format(days, rest // 3600) if rest >= 3600 and count < 10 else days
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    if not hours:
        return _("{0} min").format(minutes)
    return (
        _("{0} h {1} min").format(hours, minutes)
        if minutes and hours < 100
        else _("{0} h", context="Complaint").format(hours)
    )


def for_paper(html: str) -> str:
    """Formatted text without what acts or is fetched: pictures stay where they are files of this site, or in the text."""
    soup = BeautifulSoup(sanitize_html(html, always_sanitize=True, disallowed_tags=_UNWANTED), "html.parser")
    for element in soup.find_all(True):
        for name in [name for name in element.attrs if name in _STEERING]:
            del element[name]
        if any(word in str(element.get("style", "")).lower() for word in _FETCHING):
            del element["style"]
        if "src" in element.attrs and not _is_own(element["src"]):
            element.replace_with(escape_html(element.get("alt") or ""))
    return str(soup)


def attached(address: str) -> str:
    """A file as markup: the picture itself, else its name."""
    if is_picture(address):
        return f'<img src="{escape_html(address)}" class="img-responsive">'
    return escape_html(address.rsplit("/", 1)[-1])


def is_picture(address: str) -> bool:
    """Whether an address is a picture that is a file of this site."""
    return _is_own(address) and urlsplit(address).path.lower().endswith(_PICTURES)


def _is_own(address: str) -> bool:
    """Whether an address is a file of this site; nothing else is fetched."""
    if address.startswith("data:image/"):
        return True
    return address.startswith(("/files/", "/private/files/")) and ".." not in address
