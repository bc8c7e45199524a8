"""What somebody without a login may do: send a complaint on the public page, and follow it by a secret link.

page      whether the page is open, and what it offers    filing         what is sent, into the inbox and out of it
uploads   files, piece by piece                           product_codes  QR codes that name a product
links     secret addresses                                tracking       what the complainant sees and answers
words     what the pages say                              agreement      their word on a solution
proof_of_work   a second of computing before sending
"""
