"""A record on paper, in the reader's language: what the print formats of the app lay out.

sheet    the record as parts of a page: headline, sections, tables, pictures, story
"""
