"""How serious a complaint is: the site's matrix of severity and occurrence, read as the engine wants it.

Levels and matrices are cached for the site and forgotten when one of them changes.
"""
