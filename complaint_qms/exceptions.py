"""Errors of the app that a caller may want to tell from others."""

import frappe


class GateError(frappe.ValidationError):
    """A gate of the procedure is shut; the message names each gate, what is missing, and where."""
