"""How a complaint comes in: one way to register for every channel, each complaint once, with what is known beside it.

register       the door            idempotency  what is sent again is known again
receipt_dates  moments that agree  proposals    what its text suggests
context        what stands beside  similar      complaints that read alike
"""
