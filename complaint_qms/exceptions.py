"""Errors of the app that a caller may want to tell from others."""

import frappe


class GateError(frappe.ValidationError):
    """A gate of the procedure is shut; the message names each gate, what is missing, and where."""


class TryAgainError(frappe.ValidationError):
    """Others were working on the same at that moment and nothing was changed: the same request again does it."""

    http_status_code = 409
