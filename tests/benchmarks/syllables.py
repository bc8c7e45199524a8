"""Sixteen syllables, of which benchmarks make words that no language has."""

SYLLABLES = [
    "ka",
    "ro",
    "mi",
    "ten",
    "lo",
    "var",
    "si",
    "du",
    "pel",
    "gan",
    "ur",
    "ix",
    "no",
    "be",
    "fa",
    "tri",
]
