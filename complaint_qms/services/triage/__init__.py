"""The triage table: new complaints with their proposals side by side, judged one by one or many at once.

table       a page of rows                      occurrence  how often it happens, from what was delivered
duplicates  complaints that may be told twice   actions     what somebody decided, row by row
undo        the last change of a row taken back
"""
