"""Where a lot came from and where it went: from a complaint, a batch, a serial number, a supplier's lot or a work order to
everything that it was made of and everybody who holds it, within what the user may see.

starts    what is asked about, as lots
tracing   the walk over ERPNext's ledger, and what is told beside it
tree      both ways as indented rows
figures   who holds it, what lies where, what came in and went out
answer    the same as nodes and edges
labels    what steps and lots are called
notes     what has to be known to read it
report    the report Batch Genealogy
"""
