"""The `complaint-qms` command: what the engine would have found in a history, from files, without a site."""
