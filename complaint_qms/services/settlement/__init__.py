"""Settling a complaint: from the remedies agreed with the customer to ERPNext's documents, and keeping both sides true.

proposal          prefills a settlement from its complaint          (writes nothing)
lines             ties each line to what was sold and fills it      (writes nothing)
matched_line      one such line, and how its problems are told
invoice_split     divides a line by the invoices and deliveries of its sale (writes nothing)
open_quantities   quantities, batches, serial numbers still there   (writes nothing)
open_amounts      amounts not given back already                    (writes nothing)
serials           each serial number compensated once               (writes nothing)
return_notice     where goods come back and for which money is given
approval_limits   who may grant how much; approval_limit_changes: raising a limit takes two
settings_check    what the settings may name                        (writes nothing)
submit_checks     what must hold before a settlement is saved
submit_preview    the same, told before anybody tries               (writes nothing)
submit_lock       one drafting at a time, one result however often it is asked for
totals            what its lines come to
free_goods        what is sent without charge
returns_warehouse  where returned goods are put
rejection         how far a proposed one is, and who says no
drafting          the ERPNext documents: drafted on submitting, taken back on cancelling
finance_guards    what finance and the complaint may not change about a settlement
finance_corrections  what finance may correct, and how far
documents         follows those documents wherever finance takes them
lost_settlement_alert  who is told when a closed complaint loses its settlement
"""
