"""What a person has to do: their complaints, investigations, CAPAs, actions and judgements, most urgent first.

My Work Today, Team Load, the team board and the calendar show it. Each kind of work costs a fixed number of queries.
"""
