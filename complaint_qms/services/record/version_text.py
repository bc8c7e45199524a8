"""What a saved version holds, as text in the reader's language: it keeps values as markup in the language of who saved."""

from __future__ import annotations

import html
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants.labels import CONTEXT, OWN_NAMES, WORDS
from complaint_qms.constants.story import LONGEST
from complaint_qms.services.record.labels import is_shipped_word
from complaint_qms.services.record.tags import without_tags

_TRANSLATIONS: Final = Path(__file__).parents[2] / "translations"
_TICKED: Final = {"1": "Yes", "0": "No", "": "No"}


def plain(value: object) -> str:
    """Markup as text on one line, the whole of it."""
    text = str(value if value is not None else "").replace("<br>", " ")
    return " ".join(html.unescape(without_tags(text)).split())


def shortened(text: str) -> str:
    """The beginning of a long text; its record holds the rest."""
    return f"{text[: LONGEST - 1].rstrip()}…" if len(text) > LONGEST else text


def spoken(value: object, field: Any) -> str:
    """A stored value of a field as the reader says it; empty for none."""
    text = plain(value)
    if field.fieldtype == "Check":
        return _(_TICKED.get(text, text))
    if not text:
        return ""
    if is_shipped_word(field):
        return _(text)
    if field.fieldtype == "Link":
        return text
    if field.fieldtype in ("Select", "Data"):
        english = key_word(text)
        own = OWN_NAMES.get(field.parent, {}).get(_keys().get(english or "", ""))
        return _(own or english, context=CONTEXT) if english else text
    return _("“{0}”").format(shortened(text))


def key_word(text: str) -> str | None:
    """The English name of the key that `text` names, in any language of the app; None when it names none."""
    return _english().get(text) or WORDS.get(text)


def word_key(text: str) -> str:
    """The key of a stage or a choice that a version names by its word."""
    english = key_word(text)
    return _keys().get(english or "", text)


@lru_cache(maxsize=1)
def _keys() -> dict[str, str]:
    return {name: key for key, name in WORDS.items()}


def _english() -> dict[str, str]:
    """Name of a key in any language of the app → its English name; once a request."""
    found = getattr(frappe.local, "complaint_qms_names", None)
    if found is None:
        found = {name: name for name in WORDS.values()}
        for language in sorted(path.stem for path in _TRANSLATIONS.glob("*.csv")):
            for name in WORDS.values():
                found.setdefault(_(name, language, CONTEXT), name)
        frappe.local.complaint_qms_names = found
    return found
