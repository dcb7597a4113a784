"""The face to MkDocs: a thin adapter. Only this room imports it."""
