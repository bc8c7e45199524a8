"""The validation pack: requirements and clauses (`docs/validation/`) joined with the results of a run of the tests.

requirements  what is asked, and what in it does not hold together
results       what a run gave, test by test
pack          both as a page, a table, and the list of the files that were tested
"""
