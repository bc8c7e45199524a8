"""What a mail says, read off its bytes: whatever its program made of characters, markup and quotes.

charsets    bytes as text, also where the declared charset is wrong
html_text   markup as lines of text, with what is marked as quote or signature
parts       the writer's own text apart from quotes, forwarded mails and signatures
files       what came with it: attachments, unpacked winmail.dat, and pictures that are decoration
mail_parser a whole mail
repair      the same mail with every text in UTF-8, for readers that trust what is declared
"""
