"""Settling a complaint: from the remedies agreed with the customer to ERPNext's documents, and keeping both sides true.

proposal   prefills a settlement from its complaint          (writes nothing)
lines      ties each line to what was sold and fills it      (writes nothing)
splitting  divides a line by the invoices and deliveries of its sale (writes nothing)
tied       one such line, and how its problems are told
goods      quantities, batches, serial numbers still there   (writes nothing)
serials    each serial number compensated once          (writes nothing)
words      where goods come back and for which money is given
money      amounts not given back already                    (writes nothing)
limits     who may grant how much
limit_changes  raising a limit takes two
checking   what must hold before a settlement is saved
once       one drafting at a time, one result however often it is asked for
drafting   the ERPNext documents: drafted on submitting, taken back on cancelling
keeping    what finance and the complaint may not change about a settlement
documents  follows those documents wherever finance takes them
after_end  who is told when a closed complaint loses its settlement
figures    what the complaint shows of its settlements
"""
