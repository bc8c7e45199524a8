"""Base classes of DocType controllers: what holds for every record and every row, by whichever road they come."""
