"""What readers are told of disclosures to come: which projects, how severe, and when."""

from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import project_uri
from mkdocs_advisories.render.slugs import project_slug
from mkdocs_advisories.render.view import Moment, moment


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownNotice:
    """A notice, ready to be placed. Only projects of the policy lead to a page."""

    projects: tuple[tuple[str, str | None], ...]
    severity: str | None
    embargo: Moment


def shown_notices(notices: Iterable[Notice], *, policy: Policy) -> tuple[ShownNotice, ...]:
    """Prepare notices. One without its embargo is no notice to readers, and is left out."""
    ours = {one.name for one in policy.projects}
    return tuple(
        ShownNotice(
            projects=tuple(
                (name, project_uri(project_slug(name, policy)) if name in ours else None)
                for name in one.projects
            ),
            severity=one.severity,
            embargo=moment(one.embargo, policy.time_zone),
        )
        for one in notices
        if one.embargo
    )
