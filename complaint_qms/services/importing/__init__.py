"""Loads files of complaints into a site: many at a time, by the same rules as one at a time.

`source` opens a file and says what its columns are, `row_values` turns a row into fields of Complaint, `writer` makes the
records, `run` does it batch by batch and can be killed and started again; `preparation` shows a file before that.
"""
