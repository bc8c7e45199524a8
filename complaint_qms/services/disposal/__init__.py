"""Complaints whose term of keeping is over, let go by two people, with all that rests on them; what remains of each is a tombstone in the
audit trail and a row of its *Record Disposal*.

connected   what rests on what: records that stay or go together
judging     why a complaint has to stay
proposing   the list of a disposal, and who proposes, approves and rejects it
removal     one complaint and what goes with it, in one transaction
running     the job: complaint by complaint, going on where it was stopped
"""
