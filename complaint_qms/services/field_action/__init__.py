"""Field actions: recalls, corrections and safety notices across all customers who hold a lot; from the scope to the proof that all were reached.

classes        the site's list of classes
scope          who holds it, computed from the genealogy and kept as seen
customers      the customers of a scope, one record each; added and left out by hand
following      the customers follow the scope: who holds what, and whom to write to
storing        the one door by which customers and notices are written
entered        how long and how much what people enter may be
approval       the signature of whoever approves
texts          what customers read, by language, and what of it is signed
notice_text    what a notice says, by the site's templates
ways           by which channel each contact is told
notices        notices to each contact, once each; sent by a job, again where they failed
mailing        a notice in the mail queue, whatever its reader has unsubscribed from
delivery       what became of them in the mail queue and the outbox
withdrawing    what has not left when the action ends is taken back
contact        whom a customer calls or writes to
answering      the link of a notice, without a login
tracking       what staff enters: answers by phone, calls, what came back
mass_balance   a mock recall: one up, one down, and whether quantities agree
reminders      who has not answered is reminded, then phoned
panel          what the form shows
paper          what its print tells beside its fields
report         the report Field Actions
contained      what of a complaint's goods is held or recalled already
"""
