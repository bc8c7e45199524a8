"""A made-up company with a year of complaints, put onto a site with one command and taken back with another."""
