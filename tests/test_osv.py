"""OSV records: what they say, and that OSV's own schema agrees."""
