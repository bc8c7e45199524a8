"""What complaints speak of: topics, terms that become more frequent, and their tone; English and Chinese, nothing downloaded.

boilerplate  greetings, signatures and personal data left out     terms      a text as terms, a vocabulary of them
han_words    Chinese words found by how signs keep together       fit        topics as weights of terms, their number, their names
matching     topics of one fit found again in the next            rising     terms whose share has risen
sentiment    words of a good or a bad mood, and what they add up to
"""
