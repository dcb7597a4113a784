"""A rehearsal of a day of disclosure, on this machine only.

A copy of the project with three invented advisories, a mail server, a web server and a repository
of its own. Nothing leaves the machine, and nothing that is held is copied.
"""
