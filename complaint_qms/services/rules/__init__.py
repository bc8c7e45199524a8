"""Rules without code: when something happens to a complaint, if conditions hold, then do something.

Rules are asked when something has happened; the log keeps each firing with its reason. What a transaction has no room for, and every
webhook, waits in the log for a job. A trial asks a rule of the site's own past and writes nothing. All of it rests on `engine/rules`.
"""
