"""A CVE record (format 5.1, CNA container)."""

from typing import Any

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def cve(disclosed: Disclosed, *, policy: Policy, cve_id: str) -> dict[str, Any]:
    """Render the record of one of the CVE ids that an advisory goes by."""
    raise NotImplementedError


def cve_ids(disclosed: Disclosed) -> tuple[str, ...]:
    """Give the CVE ids that an advisory goes by, its own first: one record each."""
    return tuple(
        one for one in (disclosed.id, *disclosed.content.aliases) if one.startswith("CVE-")
    )
