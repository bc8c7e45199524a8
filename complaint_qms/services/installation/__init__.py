"""Whether what is installed on a site is what was tested: versions, files, database, jobs, and what the site has changed itself.

For the installation qualification of companies that validate their software (docs/validation.md).
"""
