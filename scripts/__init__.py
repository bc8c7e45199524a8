"""What `make` runs: finding a bench, preparing a site, running the tests, showing the demo."""
