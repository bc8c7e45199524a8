"""Mailboxes whose mails are complaints: an Email Account of the site that is told to register them.

accounts     which mailboxes and folders register complaints, and how
fetching     each mail is kept in the inbox before its server is told that it was taken
threads      the record that a mail goes on with, and whether its sender takes part
inbox_reader the reader of the inbox's mail road
communications  a mail as the framework's Communication on its record
forwards     whose complaint a mail is that a colleague has passed on
auto_reply   the mailbox's automatic reply, which never answers a machine
"""
