"""The page of a survey, without a login; the secret stands behind the `#` and never reaches the server's log."""

import json
from typing import Any

import frappe

from complaint_qms.constants.survey import LONGEST_COMMENT
from complaint_qms.services.survey import page_texts
from complaint_qms.services.visitor import page

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """The empty page; its script asks for the rest with the secret."""
    page.mark_answer()
    told = page_texts.of_survey()
    data = {
        "words": told,
        "limits": {"text": LONGEST_COMMENT},
        "language": frappe.local.lang,
        "door": "survey",
    }
    context.update(
        {
            "title": told["title"],
            "words": told,
            "languages": page.languages(),
            "language": frappe.local.lang,
            "embedded": False,
            "page_data": json.dumps(data),
            "no_breadcrumbs": True,
        }
    )
    return context
