"""What a person may ask of their data: found over all records, copied for them, taken out of records that stay; and how long evidence is kept.

requests  asked, decided, done by a job        find    where the person stands
erase     the person gives way to a pseudonym  export  a copy as an archive
terms     evidence whose years are over        holds   what is held and stays
"""
