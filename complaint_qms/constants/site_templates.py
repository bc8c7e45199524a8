"""Texts of other apps' documents that the framework runs as Jinja and that others than System Managers may write."""

from typing import Final

TEMPLATES: Final = {
    "Auto Repeat": ("subject", "message"),
    "Contract Template": ("contract_terms",),
    "Dunning Type": ("dunning_letter_text.body_text", "dunning_letter_text.closing_text"),
    "Newsletter": ("message", "message_md", "message_html"),
    "Payment Request": ("message",),
    "Process Statement Of Accounts": ("pdf_name", "subject", "body"),
    "Request for Quotation": ("subject", "message_for_supplier"),
    "Stock Settings": ("naming_series_prefix",),
    "Terms and Conditions": ("terms",),
    "Web Page": ("main_section", "main_section_md", "main_section_html"),
}
"""DocType → its fields, those of rows behind their table."""
FUNCTIONS: Final = frozenset(("_", "__", "range", "dict", "len", "int", "str", "float", "loop.cycle"))
"""What they may call by its name."""
OF_FRAMEWORK: Final = (
    "frappe.utils.",
    "frappe.format",
    "frappe.date_format",
    "frappe.time_format",
    "frappe.bold",
)
"""How the names of the framework's functions begin that they may call: those that make a value into a text."""
METHODS: Final = frozenset(
    (
        "append", "capitalize", "endswith", "format", "get", "get_formatted", "items", "join", "keys", "lower", "replace", "rstrip", "split",
        "startswith", "strftime", "strip", "title", "upper", "values",
    )
)  # fmt: skip
"""What they may call on a value."""
