"""What the policy's clock says of an embargo that nobody has decided otherwise."""

from datetime import datetime

from mkdocs_advisories.model import Severity
from mkdocs_advisories.policy import Clock
from mkdocs_advisories.scores import score


def default_embargo(cve_issued: datetime, *, severity: Severity | None, clock: Clock) -> datetime:
    """Give when the embargo ends, counted from the issue of the CVE."""
    return cve_issued + clock.length(score(severity).word if severity else None)
