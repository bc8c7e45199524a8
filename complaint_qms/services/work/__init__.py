"""What a person has to do: their complaints, investigations, actions and approvals, most urgent first.

today.py puts everything together; complaints.py and records.py find it, timing.py says how much time is left. Each
kind costs a fixed number of queries, whatever the number of records.
"""
