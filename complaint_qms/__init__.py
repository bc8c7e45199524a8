"""Complaint QMS: customer complaints driven from registration to a proven end, inside ERPNext."""

__version__ = "1.0.0.dev0"
