"""The only room that imports ERPNext: what was sold, and documents drafted by its own functions."""
