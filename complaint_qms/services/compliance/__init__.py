"""Whose judgement a record carries and how long it stays: contributors and independence, names beside decisions,
settings that ended records are written in, and terms of keeping.
"""
