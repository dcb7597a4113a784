"""The command `advisory`: one module a command, each of which asks the core and prints."""
