"""Help Articles of complaints: written of one that was closed, published by somebody else, found, used and counted.

drafting   an article of a complaint, without whoever it happened to   review   who writes and publishes it
addresses  where on the site it stands                                 finder   published ones, indexed
proposing  those that may answer a complaint                           uses     what became of them
report     which help, which nobody needs, and what is missing
"""
