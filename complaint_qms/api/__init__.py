"""Whitelisted doors: typed, permission first, thin."""
