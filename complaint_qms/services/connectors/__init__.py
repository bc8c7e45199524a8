"""Outside systems: asked by a job, tried again with longer and longer pauses, left alone while they fail, given up to a person in the end.

Their facts are kept as they were seen, with time and source, and shown beside complaints and investigations. They may send them by
themselves (`receiving`), and be told what happens here (`telling`).
"""
