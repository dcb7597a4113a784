"""An OSV record (schema 1.7)."""

from typing import Any

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def osv(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render an advisory as an OSV record."""
    raise NotImplementedError
