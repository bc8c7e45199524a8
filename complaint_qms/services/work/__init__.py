"""What a person has to do: their complaints, investigations, CAPAs, actions and judgements, most urgent first.

today.py puts everything together; complaints.py, quality_records.py and judgements.py find it, timing.py says how much time is
left, board.py the same for the cards of the team board. Each kind costs a fixed number of queries.
"""
