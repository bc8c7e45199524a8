"""Lines that the app writes below what a customer has said: a name of ours and the customer's number. The desk finds the number
again; nobody takes our words for the customer's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from frappe import _
from frappe.utils import escape_html

from complaint_qms.constants.labels import CONTEXT
from complaint_qms.services.record.language import labelled, speaking
from complaint_qms.services.record.site_cache import kept
from complaint_qms.services.record.tags import without_tags

CACHE_KEY: Final = "complaint_qms_own_words"
DOCUMENTS: Final[dict[str, Callable[[], str]]] = {
    "Delivery Note": lambda: _("Delivery {0}"),
    "Sales Invoice": lambda: _("Invoice {0}"),
    "Sales Order": lambda: _("Order {0}"),
}
"""What customers call a sales document of that number."""
_PARAGRAPH_END: Final = re.compile(r"(?:</(?:p|div|li|h[1-6])>|<br\s?/?>)(?=[\s\S])")
_LANGUAGES: Final = ("en", "zh")


def lines_of(values: Mapping[str, str]) -> list[str]:
    """A line for each value of `order`, `serial`, `batch` and `complaint` that is there, in the present language."""
    names = _names()
    return [labelled(names[key], values[key]) for key in names if values.get(key)]


def without_names(markup: str) -> str:
    """A description without our names at the beginning of its lines."""
    return _pattern().sub("", markup)


def told_text(complaint: Mapping[str, Any]) -> str:
    """The customer's words alone: what their complaint is read by."""
    description = without_names(_papers().sub("", complaint.get("description") or ""))
    # What was chosen of what was sold to them stands as a line of its own, as the paper does by which it was sold.
    if item := complaint.get("item_name"):
        description = description.replace(f"<p>{escape_html(item)}</p>", "")
    # A paragraph that ends is no word that goes on.
    return f"{complaint.get('subject') or ''}. {without_tags(_PARAGRAPH_END.sub('. ', description))}"


def _names() -> dict[str, str]:
    return {
        "order": _("Order, delivery or invoice number"),
        "serial": _("Serial number"),
        # ERPNext calls these otherwise from one version to the next, and what was written has to be known for good.
        "batch": _("Batch", context=CONTEXT),
        "complaint": _("Complaint", context=CONTEXT),
    }


def _papers() -> re.Pattern[str]:
    """A whole line that names a sales document in our words."""
    said = _said()["papers"]
    listed = "|".join(re.escape(name).replace(re.escape("{0}"), r"[^\s<]*\d[^\s<]*") for name in sorted(said))
    return re.compile(rf"(?:(?<=>)|(?<=\n)|\A)(?:{listed})(?=<|\n|\Z)")


def _pattern() -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in sorted(_said()["names"], key=len, reverse=True))
    return re.compile(rf"(?:(?<=>)|(?<=\n)|\A)(?:{listed})[:：][ \t]?")


def _said() -> dict[str, list[str]]:
    """Our words in every language. Kept, for a language of which one word is asked is read as a whole."""
    return kept(CACHE_KEY, _say)


def _say() -> dict[str, list[str]]:
    papers: set[str] = set()
    names: set[str] = set()
    for language in _LANGUAGES:
        with speaking(language):
            papers.update(name() for name in DOCUMENTS.values())
            names.update(_names().values())
    return {"papers": sorted(papers), "names": sorted(names)}
