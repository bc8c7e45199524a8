"""What a person has to do: their complaints, investigations, CAPAs, actions and judgements, most urgent first.

today.py puts everything together; complaints.py, records.py and judgements.py find it, timing.py says how much time is
left. Each kind costs a fixed number of queries, whatever the number of records.
"""
