"""A file as far as it can be understood: what the house rules look at."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from mkdocs_advisories.model import Advisory, Affected, Attachment, Content, EmbargoChange
from mkdocs_advisories.problems import Place
from mkdocs_advisories.source import nodes, parse
from mkdocs_advisories.source.body import without_code
from mkdocs_advisories.source.frontmatter import Parts

_ABSENT = {"summary": "", "embargo": parse.UNDECIDED, "affected": ()}


@dataclass(frozen=True, kw_only=True, repr=False)
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
    embargo_changes: tuple[EmbargoChange, ...]
    cve_issued: datetime | None
    handler: str | None
    faulty: frozenset[str]
    root: nodes.Mapping
    parts: Parts
    prose: str

    def is_disclosed(self, now: datetime) -> bool:
        """Say whether the embargo has ended at `now`. Undecided or unreadable means held."""
        return self.embargo is not None and self.embargo <= now

    @cached_property
    def card(self) -> "Card":
        """What the checks of other files may ask about this one."""
        return _card(self)


class Card(NamedTuple):
    """What the checks of one file may ask about another: no more than fits on a card.

    Files are checked in several processes, and only cards go from one to another. `names` are its
    id and aliases in lower case; `title` is its summary, by letters and digits alone; `substance`
    stands for title and affected versions, and `wording` for title and text. Each is empty where
    it cannot be relied on.
    """

    path: str
    id: str
    names: frozenset[str]
    embargo: datetime | None
    title: str
    substance: bytes
    wording: bytes
    id_place: Place
    summary_place: Place

    def __repr__(self) -> str:
        """Show nothing of the text, so that no traceback or log can."""
        return "Card()"

    def is_disclosed(self, now: datetime) -> bool:
        """Say whether the embargo has ended at `now`. Undecided or unreadable means held."""
        return self.embargo is not None and self.embargo <= now


def _card(one: Draft) -> Card:
    content = one.content
    title = "" if "summary" in one.faulty else "".join(re.findall(r"\w+", content.summary.lower()))
    words = "".join(content.details.split())
    is_told = title and "affected" not in one.faulty
    return Card(
        path=one.path,
        id=content.id,
        names=frozenset(name.lower() for name in content.named_ids()),
        embargo=one.embargo,
        title=title,
        substance=_digest(title, _versions(content.affected)) if is_told else b"",
        wording=_digest(title, words) if title else b"",
        id_place=_place(one, "id"),
        summary_place=_place(one, "summary"),
    )


def _place(one: Draft, field: str) -> Place:
    node = one.root.entries.get(field)
    return node.place if node else Place(path=one.path)


def _versions(affected: Sequence[Affected]) -> str:
    """Write which versions of which packages are affected, the same for the same."""
    packages = ((one.package.ecosystem, one.package.name) for one in affected)
    return repr([*packages, *((one.versions, _events(one)) for one in affected)])


def _events(affected: Affected) -> list[tuple[str, str]]:
    events = (event for one in affected.ranges for event in one.events)
    return [(event.type.value, event.version) for event in events]


def _digest(*texts: str) -> bytes:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def draft(  # noqa: PLR0913 - all that is known of a file
    root: nodes.Mapping,
    *,
    parts: Parts,
    stem: str,
    faulty: frozenset[str],
    attachments: Iterable[Attachment],
    advisory: Advisory | None,
) -> Draft:
    """Understand what is sound of a file whose name is `<stem>.md`.

    If all of it is, `advisory` is what it says.
    """
    if advisory is None:
        sound = {key: value for key, value in root.value().items() if key not in faulty}
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
        embargo_changes=advisory.embargo_changes,
        cve_issued=advisory.cve_issued,
        handler=advisory.handler,
        faulty=faulty,
        root=root,
        parts=parts,
        prose=without_code(parts.body),
    )
