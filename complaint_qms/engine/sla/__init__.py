"""Working time: one clock at a time (clock), or whole columns of them at once (table)."""
