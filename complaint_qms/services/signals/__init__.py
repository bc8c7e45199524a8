"""What no reader of single complaints sees: how many units are out there, what is more than they explain, and what was decided about it."""
