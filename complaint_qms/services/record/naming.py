"""Names of the app's records: from the series of the site, or from the field that the DocType states, and nothing else.

What a request, an import or a script sends as a name, and a number that somebody gave past the series, change nothing
about the next one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import (
    BRACED_PARAMS_PATTERN,
    NamingSeries,
    get_default_naming_series,
    make_autoname,
    parse_naming_series,
)
from frappe.utils import cint, escape_html

from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list

_BY_SERIES, _BY_FIELD, _BY_FORMAT = "naming_series:", "field:", "format:"
_LONGEST: Final = 140
# Categories of Unicode that are no writing: controls, surrogates, private use, line and paragraph separators.
_NO_WRITING: Final = ("Cc", "Cs", "Co", "Zl", "Zp")
# Marks that turn the direction of a text, so that it is read otherwise than it is written.
_TURNING: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_PATH: Final = re.compile(r"\\|^/|/$|(?:^|/)\s*\.{1,2}\s*(?:/|$)")


def numbered(doc: Document) -> bool:
    """Whether the record is a number of a series, and no word of the site's vocabulary."""
    return (doc.meta.autoname or "").startswith((_BY_SERIES, _BY_FORMAT))


def name_field(doc: Document) -> str | None:
    """The field that names the record, None for those that have a number."""
    autoname = doc.meta.autoname or ""
    return autoname.removeprefix(_BY_FIELD) if autoname.startswith(_BY_FIELD) else None


def check_name(doc: Document) -> None:
    """Refuse what a new record could not be named by.

    Raises:
        frappe.ValidationError: naming the field and what would be right.
    """
    if "naming_series" in doc.__dict__:
        check_series(doc)
    if field := name_field(doc):
        doc.set(field, check_word(doc, field, doc.get(field)))
    _check_amended(doc)


def check_word(doc: Document, field: str, word: object) -> str:
    """`word` without outer blanks, fit to name the record.

    Raises:
        frappe.ValidationError: it is empty, holds markup, parts of a path or invisible characters, or is too long.
    """
    text = word.strip() if isinstance(word, str) else ""
    wrong = _wrong_with(text)
    if wrong:
        frappe.throw(
            _("{0}: {1}").format(_(doc.meta.get_label(field), context=doc.doctype), wrong),
            title=_("Please Check the Values"),
        )
    return text


def check_series(doc: Document) -> None:
    """The number comes from a series of this site.

    Raises:
        frappe.ValidationError: the record names another series.
    """
    sent = doc.get("naming_series")
    if not sent:
        return
    series = [line for line in (doc.meta.get_field("naming_series").options or "").split("\n") if line]
    if sent not in series:
        frappe.throw(
            _("Series: {0} is not one of this site. Choose one of {1}, or leave it empty.").format(
                frappe.bold(escape_html(str(sent)[:_LONGEST])), comma_list(series)
            )
        )


def next_name(doc: Document) -> str | None:
    """The next number of the record's series; None for a record that has none."""
    spelled = _speller(doc)
    return spelled(None) if spelled else None


def free_name(doc: Document) -> str:
    """The first free number of a record whose number turned out to be taken; the series goes on from there.

    A series is behind after a restore, or by what somebody wrote past it.
    """
    return _free_name(doc.doctype, _speller(doc))


def taken_numbers(doctype: str, before: str, after: str = "") -> set[int]:
    """Numbers of all records of `doctype` whose name is a number between these words; one query."""
    table = frappe.qb.DocType(doctype)
    start = before.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    names = frappe.qb.from_(table).select(table.name).where(table.name.like(f"{start}%")).run(pluck=True)
    spelled = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}", re.ASCII | re.IGNORECASE)
    return {int(found[1]) for name in names if (found := spelled.fullmatch(name))}


def refuse_rename(doc: Document) -> None:
    """A number stays.

    Raises:
        frappe.ValidationError: always.
    """
    frappe.throw(gate_code("G7") + _("The number of {0} {1} never changes.").format(_(doc.doctype), doc.name))


_Counter = Callable[[str, int], str]


def _speller(doc: Document) -> Callable[[_Counter | None], str] | None:
    """What spells the record's name with the number that a counter gives; without a counter the series counts."""
    autoname = doc.meta.autoname or ""
    if autoname.startswith(_BY_SERIES):
        doc.naming_series = doc.get("naming_series") or get_default_naming_series(doc.doctype)
        if not doc.naming_series:
            frappe.throw(
                _("Series: {0} has none on this site. Add one in Document Naming Settings.").format(
                    _(doc.doctype)
                )
            )
        series = doc.naming_series + ".#####"
        return lambda counter: (
            parse_naming_series(NamingSeries(series).series.split("."), doc=doc, number_generator=counter)
            if counter
            else make_autoname(series, "", doc)
        )
    if autoname.startswith(_BY_FORMAT):
        pattern = autoname.removeprefix(_BY_FORMAT)
        return lambda counter: BRACED_PARAMS_PATTERN.sub(
            lambda part: parse_naming_series([part.group()[1:-1]], doc=doc, number_generator=counter), pattern
        )
    return None


def _free_name(doctype: str, spelled: Callable[[_Counter | None], str]) -> str:
    found: list[tuple[str, int]] = []

    def mark(key: str, digits: int) -> str:
        found.append((key, digits))
        return "\0"

    before, _mark, after = spelled(mark).partition("\0")
    key, digits = found[0]
    series = frappe.qb.Table("tabSeries")
    mine = series.name == key
    current = frappe.qb.from_(series).select(series.current).where(mine).for_update().run()
    taken = taken_numbers(doctype, before, after)
    number = cint(current[0][0]) if current else 1
    while number in taken:
        number += 1
    frappe.qb.update(series).set(series.current, number).where(mine).run()
    return f"{before}{number:0{digits}d}{after}"


def _check_amended(doc: Document) -> None:
    """An amendment continues a cancelled record that its author may amend; anything else amends nothing."""
    amended = doc.get("amended_from")
    if not doc.meta.has_field("amended_from"):
        doc.__dict__.pop("amended_from", None)
        return
    if not amended:
        return
    if frappe.db.get_value(doc.doctype, amended, "docstatus") != 2:
        frappe.throw(
            _("{0}: {1} is not cancelled, or does not exist. Only a cancelled record is amended.").format(
                _(doc.meta.get_label("amended_from"), context=doc.doctype),
                escape_html(str(amended)[:_LONGEST]),
            )
        )
    if not doc.flags.ignore_permissions:
        frappe.get_doc(doc.doctype, amended).check_permission("amend")


def _wrong_with(text: str) -> str | None:
    kinds = {unicodedata.category(letter) for letter in text}
    if not any(letter.isalnum() for letter in text):
        return _("write a name with letters or digits.")
    if len(text) > _LONGEST:
        return _("has {0} characters, {1} are kept. Shorten it.").format(len(text), _LONGEST)
    if kinds.intersection(_NO_WRITING) or _TURNING.intersection(text):
        return _("contains characters that cannot be seen. Write it without them.")
    if "<" in text or ">" in text:
        return _("contains “<” or “>”. Write it without them.")
    if _PATH.search(text):
        return _("looks like a path. Write it without “..”, “\\” and slashes at its ends.")
    return None
