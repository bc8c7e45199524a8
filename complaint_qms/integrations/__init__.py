"""Other systems, a room for each."""
