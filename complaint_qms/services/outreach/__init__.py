"""What the site tells customers by itself about their complaints: that one has arrived, and how it stands.

acknowledgement  once, as soon as a complaint is registered        status  at stages, and after a silence
customer_messages  by the road that they came on                  settings  whether there is anything to say
"""
