"""What somebody without a login may do: send a complaint on the public page, and follow it by a secret link.

page      whether the page is open, and what it offers    new_complaint  what is sent, into the inbox and out of it
form      its fields, checked                             submissions    what is sent by a form, kept and read once
uploads   files, piece by piece                           product_codes  QR codes that name a product
links     secret addresses                                tracking       what a complainant does by such a link
standing  what a complainant sees                         conversation   what they write, decide and rate
talk      what went to and fro, which question is open    solutions      what was proposed, and what they said to each
page_texts  what the pages say                            rating         their stars
proof_of_work  a second of computing before sending
"""
