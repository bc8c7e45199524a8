"""Loads files of complaints into a site: many at a time, by the same rules as one at a time.

A run goes batch by batch, each committed whole: it can be killed and started again, and a preparation shows a file before that.
"""
