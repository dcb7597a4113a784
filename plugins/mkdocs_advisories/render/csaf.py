"""A CSAF 2.0 security advisory."""

from typing import Any

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def csaf(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render an advisory as a CSAF document."""
    raise NotImplementedError
