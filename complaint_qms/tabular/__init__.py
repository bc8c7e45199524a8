"""Reads tables of complaints (CSV, XLSX, JSON lines): encodings, dates, columns, and which column means what.

Plain Python, shared by the back-test and the import of the desk.
"""
