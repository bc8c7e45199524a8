"""The first hour of a site: what is set already, seen in the settings themselves, and what waits to be set."""
