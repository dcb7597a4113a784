"""A file as far as it can be understood: what the house rules look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.model import Attachment, Content
from mkdocs_advisories.source import nodes, parse
from mkdocs_advisories.source.body import without_code
from mkdocs_advisories.source.frontmatter import Parts

_ABSENT = {"summary": "", "embargo": parse.UNDECIDED, "affected": ()}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Draft:
    """What one file says, with the places where it says so.

    It is there even if the file has faults, so that one report can tell all of them: a field that
    is at fault counts as absent and stands in `faulty` (names of top-level fields). That is why a
    draft is no `Advisory`, and the gate cannot take it.

    `prose` is the body with its code blanked out, character by character.
    """

    path: str
    content: Content
    embargo: datetime | None
    embargo_reason: str | None
    cve_issued: datetime | None
    handler: str | None
    faulty: frozenset[str]
    root: nodes.Mapping
    parts: Parts
    prose: str

    def is_disclosed(self, now: datetime) -> bool:
        """Say whether the embargo has ended at `now`. Undecided or unreadable means held."""
        return self.embargo is not None and self.embargo <= now


def draft(
    root: nodes.Mapping,
    *,
    parts: Parts,
    stem: str,
    faulty: frozenset[str],
    attachments: Iterable[Attachment],
) -> Draft:
    """Understand what is sound of a file whose name is `<stem>.md`."""
    data = root.value()
    sound = {key: value for key, value in data.items() if key not in faulty}
    advisory = parse.advisory(
        {"id": stem, **_ABSENT, **sound},
        body=parts.body,
        path=parts.text.path,
        attachments=attachments,
    )
    return Draft(
        path=parts.text.path,
        content=advisory.content,
        embargo=advisory.embargo,
        embargo_reason=advisory.embargo_reason,
        cve_issued=advisory.cve_issued,
        handler=advisory.handler,
        faulty=faulty,
        root=root,
        parts=parts,
        prose=without_code(parts.body),
    )
