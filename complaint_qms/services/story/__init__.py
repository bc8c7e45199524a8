"""What happened to a record, told in sentences in the reader's language: for its form and on paper.

tell        the sentences of one record      form      the timeline of an open form
changes     what its saved versions say
senders     who wrote in without a login
offshoots   records that came of it          notes     what the app noted on it
audit_report  the audit trail, of all records or of one
rights_report  who may do what on this site, beside what is shipped
"""
