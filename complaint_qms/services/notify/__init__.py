"""What people are told, in their language and time zone: one sentence a message, one outbox, one digest mail a person.

Who is to be told is decided by the rooms above, which listen to events.
person    who can be told, and how they want it   sentences  an event and a person → a sentence (ladder_sentences: of steps of escalation)
outbox    messages with their state               digest     the mails, tried again and given up in the end
routing   by which channels, from when on         delivery   what goes by them, tried again and given up in the end
channels  the services that are connected         preferences, choices   what people and the site have chosen
"""
