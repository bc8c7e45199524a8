"""Files as evidence: taken in with their SHA-256, kept as they are, and missed when they are lost.

A File is evidence once it carries a SHA-256 (`File.evidence_sha256`), which the server alone writes. Every file that a
row of a record names has a private File of its own, attached to that record; files of mails and comments stay with them.
capture takes in, protection refuses, integrity_check misses, relinked_mails follows, holders says what a file belongs to,
disk finds its bytes, kept_files
says which of them are not open to all who read the record, backfill takes in what was there before.
"""
