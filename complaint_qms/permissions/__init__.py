"""Who sees what: a file per kind of record, `query` for what everybody filters by."""
