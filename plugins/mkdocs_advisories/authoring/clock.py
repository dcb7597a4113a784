"""What the policy's clock says of an embargo."""

from datetime import datetime, timedelta

DEFAULT = timedelta(hours=72)
"""How long after the CVE was issued an advisory is disclosed, if nothing else is decided."""


def default_embargo(cve_issued: datetime) -> datetime:
    """Give when the embargo ends by default."""
    return cve_issued + DEFAULT
