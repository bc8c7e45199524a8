"""The public page where anybody sends a complaint."""

import json
from typing import Any

import frappe

from complaint_qms.services.visitor import page, page_texts, product_codes

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """What the form shows; the product of a QR code is filled in."""
    page.mark_answer()
    if not page.is_open():
        return _closed(context)
    settings = page.settings()
    code = frappe.form_dict.get("p") or ""
    product = product_codes.product_of(code) if isinstance(code, str) else None
    told = page_texts.of_form()
    data = {
        "words": told,
        "wishes": page_texts.wishes(),
        "limits": page_texts.limits(),
        "most_files": page.most_files(),
        "work": bool(settings.page_proof_of_work),
        "code": code if product else "",
        # Of no code that this site has not signed is anything told.
        "code_unread": bool(code) and not product,
        "product": product_codes.shown(product) if product else None,
        "language": frappe.local.lang,
    }
    context.update(
        {
            "title": told["title"],
            "intro": settings.page_intro or told["intro"],
            "privacy": settings.page_privacy_url,
            "words": told,
            "languages": page.languages(),
            "language": frappe.local.lang,
            "embedded": bool(frappe.form_dict.get("embed")),
            "code": data["code"],
            "page_data": json.dumps(data),
            "no_breadcrumbs": True,
        }
    )
    return context


def _closed(context: Any) -> Any:
    """A page that takes nothing says so, and where to write instead; links that were given out go on."""
    told = page_texts.of_closed()
    context.update(
        {
            "title": told["title"],
            "closed": True,
            "ways": page.whom_to_write_to(),
            "words": told,
            "languages": page.languages(),
            "language": frappe.local.lang,
            "embedded": bool(frappe.form_dict.get("embed")),
            "page_data": "{}",
            "no_breadcrumbs": True,
        }
    )
    return context
