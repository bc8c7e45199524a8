"""Doors of the scheduler: they enqueue, nothing else."""
