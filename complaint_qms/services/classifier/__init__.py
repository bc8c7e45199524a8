"""Proposals learned from the site's own closed complaints; the keyword rules propose until it is better than they are.

examples  what people judged          training  learns and measures, in a worker
versions  which one is in use         weights   what was learned, on disk
requests  who asks for it, in a web process     scoring  reads new complaints, in a worker
answers   of the version in use

Only `training`, `weights` and `answers` load arrays: no web process imports them.
"""
