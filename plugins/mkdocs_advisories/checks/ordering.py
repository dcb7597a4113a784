"""Whether a version that a text names is affected, by the order of its ecosystem."""

from mkdocs_advisories.model import Affected
from mkdocs_advisories.versions import is_in


def is_affected(version: str, affected: Affected) -> bool | None:
    """Say whether the data calls a version affected; None where that is not certain."""
    if version in affected.versions:
        return True
    ecosystem = affected.package.ecosystem
    verdicts = [is_in(version, one, ecosystem) for one in affected.ranges if any(one.spans())]
    return None if None in verdicts or not verdicts else True in verdicts
