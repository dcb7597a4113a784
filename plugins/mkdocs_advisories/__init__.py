"""Security advisories for MkDocs: held until their embargo, then published everywhere.

The journey of one advisory, one folder a hop::

    source  ->  model.Advisory  ->  checks  ->  embargo  ->  model.Disclosed
            ->  render  ->  site  ->  mkdocs

An import points only forwards to the parts that a room is made from; `pyproject.toml` holds
that wall. Only `mkdocs` knows MkDocs, and only it reads the clock.
"""

__version__ = "0.1.0"
