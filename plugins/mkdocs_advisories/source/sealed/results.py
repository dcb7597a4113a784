"""What comes of a sealed file that is sound: it was opened, or it is held unopened."""

from dataclasses import dataclass

from mkdocs_advisories.model import Advisory, Attachment, Notice
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.positions import Text


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Opened:
    """A sealed advisory that was opened. Lines of `text` are those of the advisory inside."""

    text: Text
    stem: str
    attachments: tuple[Attachment, ...]
    notice: Notice | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unopened:
    """A sealed advisory that is held because there is no key. Only its notice is known."""

    path: str
    notice: Notice | None


def notice_problem(opened: Opened, advisory: Advisory, policy: Policy) -> Problem | None:
    """Hold a notice against the advisory that it is about."""
    notice = opened.notice
    if notice is None or (
        notice.embargo == advisory.embargo
        and notice.projects == policy.projects_of(advisory.content.affected)
    ):
        return None
    return Problem(
        code="ADV173",
        place=Place(path=opened.text.path),
        text="the notice in the header does not say what the advisory says",
        remedy="write it anew: `advisory edit --notice`, or leave it out: `--no-notice`",
    )
