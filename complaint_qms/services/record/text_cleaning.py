"""Text that people and machines send, freed of markup that would act in a reader's browser.

The framework cleans what it takes for HTML. It passes over text that is valid JSON, text in which its parser finds no
whole tag, and everything on a record that is inserted as submitted; a browser builds elements from all of these. It also
leaves tags that belong to a page and not to a text: a style sheet within one record would redraw the whole desk.

Plain text, which nobody means as markup, loses nothing: “A<B” stays as it was typed, and of what would act, or what the framework
would change, the signs that begin a tag are written as `&lt;`. The desk shows that as a `<`; `as_typed` gives it back.
"""

import re
from html import escape
from typing import Any, Final

from frappe.model.document import Document
from frappe.utils import validate_email_address
from frappe.utils.html_utils import sanitize_html

from complaint_qms.services.record.tags import taken_out

_PLAIN: Final = ("Data", "Small Text", "Text", "Long Text")
_TEXT: Final = (*_PLAIN, "Text Editor", "HTML Editor", "Markdown Editor")
_ONE_LINE: Final = 140
# What a browser may read as the beginning of a tag or a comment; "pH < 7" is neither.
_MARKUP: Final = re.compile(r"<[a-zA-Z/!?]")
# No JSON, and a whole tag for every parser: the framework cleans it a moment later, and once is enough.
_LEFT_TO_FRAMEWORK: Final = re.compile(r"<[a-z]+>")
_OF_A_PAGE: Final = ("style", "link", "meta", "base", "html", "head", "body")
# Elements that act by themselves, or swallow what stands behind them.
_ACTING: Final = frozenset(
    (
        "applet", "audio", "base", "body", "button", "dialog", "embed", "form", "frame", "frameset", "head", "html", "iframe", "img", "input", "link", "math",
        "meta", "noembed", "noframes", "noscript", "object", "option", "plaintext", "script", "select", "style", "svg", "table", "template", "textarea",
        "title", "video", "xmp",
    )
)  # fmt: skip
_PLAIN_TAG: Final = re.compile(r"</?([a-z][a-z0-9]*)([^<>]*)", re.IGNORECASE)
_STYLE_SHEET: Final = re.compile(r"<style\b[^>]*>", re.IGNORECASE)
_STYLE_END: Final = re.compile(r"</style\s*>", re.IGNORECASE)
_MOST_TURNS: Final = 20
# Elements that are closed nowhere, and words within one tag: the framework's parser takes time that grows with their square.
_MOST_OPEN: Final = 2_000
_MOST_WORDS: Final = 1_000
_BEGIN: Final = re.compile(r"<(?!(?:br|hr|img|col|wbr|input|p|li|td|th|tr)\b)[a-z]", re.IGNORECASE)
_END: Final = re.compile(r"</[a-z]", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-z/][^>]*>", re.IGNORECASE)
_PAGE_TAG: Final = re.compile(rf"</?(?:{'|'.join(_OF_A_PAGE)})\b[^>]*>", re.IGNORECASE)


def clean(doc: Document, *, on_submit_only: bool = False) -> None:
    """Clean the text fields of a record and of its rows that this save changes. Text without markup costs nothing.

    Args:
        on_submit_only: look only at fields that may change after submitting.
    """
    stored = None
    for row in (doc, *doc.get_all_children()):
        for name, value in list(row.__dict__.items()):
            if not isinstance(value, str) or "<" not in value:
                continue
            if not _MARKUP.search(value) and value.count("<") < _MOST_OPEN:
                continue
            field = row.meta.get_field(name)
            if not field or field.fieldtype not in _TEXT or (on_submit_only and not field.allow_on_submit):
                continue
            if stored is None:
                stored = _stored(doc)
            # What is stored stays: an ended record could not be saved any more if its text were rewritten.
            if stored.get((row.doctype, row.name, name)) != value:
                row.set(name, _cleaned(value, field, doc.docstatus.is_draft()))


def as_typed(text: str) -> str:
    """Plain text of a record as it was typed, to be shown as text."""
    return text.replace("&lt;", "<")


def _cleaned(value: str, field: Any, draft: bool) -> str:
    if field.options == "Email":
        return validate_email_address(value) or value
    if field.fieldtype in _PLAIN:
        return _plain(value, field)
    text = _without_page(value)
    if text is None or _takes_long(text):
        return escape(value, quote=False)
    # Past the last ">" there is no whole tag; the framework would read it as one with very many attributes.
    closed = text.rfind(">") + 1
    if draft and text == value and _LEFT_TO_FRAMEWORK.match(value) and "<" not in text[closed:]:
        return value
    kept = sanitize_html(text[:closed], always_sanitize=True, disallowed_tags=_OF_A_PAGE)
    return kept + text[closed:].replace("<", "&lt;")


def _plain(value: str, field: Any) -> str:
    if not _acts(value) and sanitize_html(value) == value:
        return value
    told = value.replace("<", "&lt;")
    longest = field.length or (_ONE_LINE if field.fieldtype == "Data" else 0)
    return told if not longest or len(told) <= longest else value.replace("<", "‹")


def _acts(value: str) -> bool:
    """Whether a browser could do more with it than set a word in bold."""
    if len(value) >= _MOST_OPEN and value.count("<") >= _MOST_OPEN // 10:
        return True
    tags = _PLAIN_TAG.findall(value)
    if len(tags) < len(_MARKUP.findall(value)):
        return True
    return any(name.lower() in _ACTING or "=" in rest for name, rest in tags)


def _takes_long(text: str) -> bool:
    """Whether it is what nobody writes, and would keep a worker busy."""
    if len(text) < _MOST_OPEN:
        return False
    return len(_BEGIN.findall(text)) - len(_END.findall(text)) > _MOST_OPEN or any(
        len(tag) > _MOST_WORDS and len(tag.split()) > _MOST_WORDS
        for tag in _TAG.findall(text[: text.rfind(">") + 1])
    )


def _without_page(value: str) -> str | None:
    """Mails bring their whole page along: its style sheets go, of its other tags the words within stay.

    None if tags are made of what is left between tags, again and again: nobody writes a text like that.
    """
    for _turn in range(_MOST_TURNS):
        text = taken_out(_PAGE_TAG, _without_style_sheets(value), ">")
        if text == value:
            return text
        value = text
    return None


def _without_style_sheets(value: str) -> str:
    kept, at = [], 0
    while at < (closed := value.rfind(">") + 1) and (start := _STYLE_SHEET.search(value, at, closed)):
        end = _STYLE_END.search(value, start.end())
        if not end:
            break
        kept.append(value[at : start.start()])
        at = end.end()
    return "".join(kept) + value[at:]


def _stored(doc: Document) -> dict[tuple[str, str, str], Any]:
    before = doc.get_doc_before_save()
    if not before:
        return {}
    rows = (before, *before.get_all_children())
    return {(row.doctype, row.name, name): value for row in rows for name, value in row.__dict__.items()}
