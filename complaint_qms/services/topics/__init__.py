"""What complaints speak of: topics found by a weekly job and followed, terms that rise, tone.

requests    who asks for a fit, in a web process       reading   texts of complaints, in parts
fitting     learns terms and topics, in a worker       store     the fit in use, and what it says of a text
keeping     what is written, and who may               words     names and words that the reader may see
topic_name  on the form of a complaint
topics_report, rising_report   the reports

`fitting`, `store` and the reports load arrays; no controller does.
"""
