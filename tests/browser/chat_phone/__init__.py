"""A phone to chat with: a page with bubbles whose messages go, signed, to a site's *Signed webhook* chat channel, and which shows
what the site posts back. For trying the assistant by hand (`python -m tests.browser.chat_phone --help`) and for the browser tests.
"""
