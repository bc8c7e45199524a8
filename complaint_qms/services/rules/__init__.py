"""Rules without code: when something happens to a complaint, if conditions hold, then do something.

`reading` keeps the site's rules ready to be asked, `runner` asks them when something has happened and has `acts` do what they
say, `log` keeps each firing with its reason. What a transaction has no room for, and every webhook, waits in the log for a job
(`waiting`). `trial` asks a rule of the site's own past and writes nothing. `catalogue` is what conditions may be about,
`checking` refuses what cannot work, `words` says a rule and its reasons. All of it rests on `engine/rules`.
"""
