"""The project's benchmark: `scripts/bench`."""
