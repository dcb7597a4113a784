"""From `Disclosed` to what the world reads, one renderer a format, none of which knows another.

A conversion takes data and gives data: no clock, no file, no network.
"""
