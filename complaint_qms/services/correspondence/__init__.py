"""What is said to the customer, by mail or aloud, and what it counts for on the complaint.

addresses     where the customer is written to                       (writes nothing)
merge_fields  what a template may say about a complaint              (writes nothing)
plain_text    what a message says apart from its markup          (writes nothing)
composing     a message to start from                                (writes nothing)
messages      sends a mail, or notes what was said aloud
mailboxes     which mailboxes register complaints                    (writes nothing)
return_address  to which mailbox the customer's answer comes back
counting      first response, reply and “sent by”, of every message however it was sent
receiving     what a mail that came in says of itself, and who hears of it
undelivered   mails that the site has given up sending, and who hears of it
first_response  what proves one that was due already
templates     which template is used, and what it says           (writes nothing)
by_itself     what the site says to a customer by itself
at_once       solves a complaint in the talk in which it comes in
agreement     the customer's word on a solution
promise       the day by which they were told to hear from us
standing      how a complaint stands, in plain words             (writes nothing)
working_days  of a complaint, as its SOP has them                (writes nothing)
"""
