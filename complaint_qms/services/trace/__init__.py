"""Where a lot came from and where it went: from a complaint, a batch, a serial number, a supplier's lot or a work order to
everything that it was made of and everybody who holds it, within what the user may see.

starts    what is asked about, as lots
tracing   the walk over ERPNext's ledger, and what is told beside it
tree      both ways as indented rows
figures   who holds it, what lies where, what came in and went out
answer    the same as lots and edges, over the wire
picture   the same as a picture: documents and parties between the lots
marks     what is known of a lot beside its movements, and who adds to it
export    the picture as CSV and PDF
labels    what steps and lots are called
notes     what has to be known to read it
report    the report Batch Genealogy
file      a genealogy as a file on a record
to_hold   what of a genealogy is to be held
held_marks  lots on quality hold
exposed_units   delivered units, and which of them were complained about
unit_factors    what is recorded of them: lots, suppliers, machines, people, inspections
factor_words    what factors are called, and what was found in sentences
common_factors  the report Common Factors
common_factors_prepared  the same by a job, where there is much to compare
unit_facts      how one unit was made and inspected, other complaints around it, its suppliers' record
kept_facts      the same as a file of an investigation
"""
