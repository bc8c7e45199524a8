"""The whole file of a complaint, as whoever asks for it may read it: a PDF, and an archive that can be checked without the site.

making      the job                             keeping     the folder of what was made, and until when
standing    how far it is                       whole       document and archive, written into a folder
records     which records belong to it          talk        what was said to and by the customer
files       their files, with SHA-256           trail       their entries of the audit trail
genealogy   what it was made of, as data
signatures  who signed what                     chapters    all of it as parts of a document
paper       a part as PDF                       pictures    photos as they go onto paper
shown_files  files as pages of it
binding     cover, contents, parts and files as one PDF
archive     all of it as a ZIP                  verify      the script inside that checks the ZIP; it needs Python alone
"""
