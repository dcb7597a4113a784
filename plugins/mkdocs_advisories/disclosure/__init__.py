"""The process around publication, and all that speaks or listens to a network."""
