"""What every record of the app shares, whatever it is about: its name, its values, its text, its company, its print.

Nothing here knows a complaint from a CAPA.
"""
