"""What services of chats and messages let the site in with."""

from __future__ import annotations

import frappe


class CachedTokens:
    """What services let the site in with, in its cache until it expires."""

    def get(self, key: str) -> str | None:
        return frappe.cache.get_value(f"complaint_qms_chat_token:{key}", expires=True)

    def set(self, key: str, value: str, seconds: int) -> None:
        frappe.cache.set_value(f"complaint_qms_chat_token:{key}", value, expires_in_sec=seconds)
