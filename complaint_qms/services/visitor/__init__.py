"""What somebody without a login may do: send a complaint on the public page, and follow it by a secret link.

page      whether the page is open, and what it offers    filing         a complaint that is sent, into the inbox
uploads   files, piece by piece                           product_codes  QR codes that name a product
links     secret addresses                                tracking       what the complainant sees and answers
proof_of_work   a second of computing before sending
"""
