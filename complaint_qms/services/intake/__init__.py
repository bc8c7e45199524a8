"""How a complaint comes in: one way to register for every channel, each complaint once, with what is known beside it.

register          the door                                    idempotency       what is sent again is known again
receipt_dates     moments that agree                          search            who is calling, about which product
matching          who a sender is, what a text means          proposed_matches  the same, for fields that nobody filled
proposals         what a complaint's text suggests            learned_proposals  what a learned model said of it
proposal_answers  what people made of a proposal              preview           a complaint before it is saved
context           what stands beside                          similar           complaints that read alike
merged_here       what was merged into a complaint
"""
