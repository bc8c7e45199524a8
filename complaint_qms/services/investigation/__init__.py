"""Investigations and the root causes that they find: when a cause is ready, who verified or ruled it out, and how it stands.

root_cause           ready to be judged, and judged
root_cause_overview  its stage bar
"""
