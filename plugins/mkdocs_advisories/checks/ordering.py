"""Whether a version that a text names is affected, by the order of its ecosystem."""

from mkdocs_advisories.model import Affected, Range
from mkdocs_advisories.versions import Position, Scheme, position, scheme_of_range, stretch


def is_affected(version: str, affected: Affected) -> bool | None:
    """Say whether the data calls a version affected; None where that is not certain."""
    if version in affected.versions:
        return True
    ecosystem = affected.package.ecosystem
    verdicts = [_holds(version, one, ecosystem) for one in affected.ranges if any(one.spans())]
    return None if None in verdicts or not verdicts else True in verdicts


def _holds(version: str, one: Range, ecosystem: str) -> bool | None:
    scheme = scheme_of_range(one, ecosystem)
    own = _position(version.removeprefix("v"), scheme) if scheme else None
    stretches = [stretch(span, scheme) for span in one.spans()] if scheme else [None]
    known = [each for each in stretches if each]
    if own is None or len(known) < len(stretches):
        return None
    return any(each.holds(own) for each in known)


def _position(version: str, scheme: Scheme) -> Position | None:
    """Find the place of a version that people may write shorter than it is: `36.0` for `36.0.0`."""
    shortened = scheme is Scheme.SEMVER and version.replace(".", "").isdecimal()
    padded = [version, f"{version}.0", f"{version}.0.0"] if shortened else [version]
    return next((found for one in padded if (found := position(one, scheme))), None)
