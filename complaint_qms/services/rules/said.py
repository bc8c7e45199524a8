"""What an error says to a person, as the form would be told."""

from __future__ import annotations

import frappe

from complaint_qms.services.record.tags import without_tags


def said_of(error: Exception, told: int) -> str:
    """The sentences of an error in plain text; those that were told since `told` messages, else its own."""
    shown = [entry.get("message") for entry in map(frappe.parse_json, frappe.local.message_log[told:])]
    texts = [text for said in shown for text in (said if isinstance(said, list) else [said])]
    plain = [without_tags(text) for text in texts if isinstance(text, str) and text]
    return " ".join(plain) or without_tags(str(error)) or type(error).__name__
