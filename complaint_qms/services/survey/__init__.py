"""What customers say of how their complaint was handled: asked once after closing, kept as surveys, looked after where they are not content.

sending      who is asked, and when                     answering    the single-use link
recording    every rating, whatever way it came         second_look  what follows from a bad one
page_texts   what the page says
"""
