"""Summaries and drafts that a language model words, where a site has connected one; persons take them over or do not.

settings   the service, and whether it may be asked    collecting  what of a complaint is sent
prompts    how the model is told what it has to do     calls       asked in a worker, logged without their text
"""
