"""Sealed advisories: held ones that may lie where everybody can read them.

A sealed file is a small header in clear and an age payload. What the header says is only trusted
where the copy inside the payload says the same; what is inside is never written to a disk here.
"""
