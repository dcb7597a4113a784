"""From files to advisories: reading within bounds, positions, shape, meaning, the whole folder.

Nothing that lies here is trusted: the files come from anybody's pull request.
"""
