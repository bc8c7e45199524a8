"""Signal detection: rises in complaints that chance does not explain.

One file per family of methods, each a set of functions on arrays whose last axis is time; ``series`` makes those
arrays from events, ``choose`` states which method suits which series, ``scan`` runs everything over thousands of
series with the false discovery rate held, and ``words`` writes the arithmetic out. Nothing here reads a clock, a
database or a setting.
"""
