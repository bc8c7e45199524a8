"""The public page where a complainant follows a complaint; the secret stands behind the `#` and never reaches the server's log."""

import json
from typing import Any

import frappe

from complaint_qms.services.visitor import page, page_texts

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """The empty page; its script asks for the rest with the secret."""
    page.mark_answer()
    told = page_texts.of_tracking()
    data = {
        "words": told,
        "limits": page_texts.limits(),
        "most_files": page.most_files(),
        "language": frappe.local.lang,
    }
    context.update(
        {
            "title": told["title"],
            "words": told,
            "languages": page.languages(),
            "language": frappe.local.lang,
            "embedded": bool(frappe.form_dict.get("embed")),
            "page_data": json.dumps(data),
            "no_breadcrumbs": True,
        }
    )
    return context
