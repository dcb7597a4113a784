"""An OpenVEX document."""

from typing import Any

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def openvex(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render an advisory as an OpenVEX document."""
    raise NotImplementedError
