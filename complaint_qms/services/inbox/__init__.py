"""What comes in by any road: kept as it was sent, read once, and left to a person where it cannot be read.

store          kept raw, each message once    understanding  read by its road's reader, in a job
outcomes       what a reader can answer       decisions      what a person decides, once
reasons        why an item waits, as data     origin         a complaint that is made of an item
rest           requests that were refused     draft          an item as the values of a complaint
rest_batch     many in one request            adding         a message that goes on with a complaint that is there
likely_complaints  which an item may belong to   complaint_numbers  in what people write
giving_back    what goes back to a complaint that is separated again   same_form  a form that was sent again
rest_keys      the keys of refused requests   senders        who has sent a message
"""
