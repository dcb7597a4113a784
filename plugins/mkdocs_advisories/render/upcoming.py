"""What readers are told of disclosures to come: which projects, how severe, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from markupsafe import Markup

from mkdocs_advisories.model import Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import project_uri
from mkdocs_advisories.render.slugs import project_slug
from mkdocs_advisories.render.templating import render_page
from mkdocs_advisories.render.view import Moment, moment
from mkdocs_advisories.render.words import words_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownNotice:
    """A notice, ready to be placed. Only projects of the policy lead to a page."""

    projects: tuple[tuple[str, str | None], ...]
    severity: str | None
    embargo: Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeEntry:
    """A notice as an entry of a feed. Its id is never that of an advisory's entry.

    Its one date is the embargo: when the notice was given is none of its facts.
    """

    notice: Notice
    embargo: datetime
    id: str
    title: str
    summary: str
    html: Markup


def notice_entries(notices: Iterable[Notice], *, policy: Policy) -> tuple[NoticeEntry, ...]:
    """Make the entries of notices, in their order."""
    return tuple(_entry(one, one.embargo, policy) for one in notices if one.embargo)


def _entry(notice: Notice, embargo: datetime, policy: Policy) -> NoticeEntry:
    (shown,) = shown_notices([notice], policy=policy)
    made = render_page("upcoming-entry.html", language=policy.language, notice=shown)
    facts = "\n".join((shown.embargo.iso, notice.severity or "", *sorted(notice.projects)))
    return NoticeEntry(
        notice=notice,
        embargo=embargo,
        id=f"{policy.feed.tag}upcoming/{sha256(facts.encode()).hexdigest()[:16]}",
        title=made.title,
        summary=made.description,
        html=made.html,
    )


def shown_notices(notices: Iterable[Notice], *, policy: Policy) -> tuple[ShownNotice, ...]:
    """Prepare notices. One without its embargo is no notice to readers, and is left out."""
    words = words_of(policy.language)
    ours = {one.name for one in policy.projects}
    return tuple(
        ShownNotice(
            projects=tuple(
                (name, project_uri(project_slug(name, policy)) if name in ours else None)
                for name in one.projects
            ),
            severity=one.severity,
            embargo=moment(one.embargo, zone=policy.time_zone, words=words),
        )
        for one in notices
        if one.embargo
    )
