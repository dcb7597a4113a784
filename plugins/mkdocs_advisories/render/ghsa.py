"""The body of a request to GitHub's REST API for repository security advisories."""

from typing import Any

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def ghsa(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render the fields of a repository security advisory."""
    raise NotImplementedError
