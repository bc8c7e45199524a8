"""Keys, field lists, labels and vocabularies: data only."""
