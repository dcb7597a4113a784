"""The problems of one file while it is being written, with the same core as every other check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import Case, House
from mkdocs_advisories.model import Attachment
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Place, Problem, in_order
from mkdocs_advisories.source.catalog import Entry, catalog_of, understand
from mkdocs_advisories.source.files import LARGEST_FILE, decode


@dataclass(frozen=True, kw_only=True)
class _OneFile(House):
    """All advisories, of which the rules judge one."""

    path: str

    def cases(self) -> Iterator[Case]:
        """Give the one file, if it could be understood."""
        return (one for one in super().cases() if one.draft.path == self.path)


def entry_of(
    text: str, *, path: str, stem: str, attachments: tuple[Attachment, ...], policy: Policy
) -> Entry:
    """Understand text that need not be saved, within the bounds that a file has."""
    raw = text.encode("utf-8", errors="replace")
    if len(raw) > LARGEST_FILE:
        problem = Problem(
            code="ADV002",
            place=Place(path=path),
            text=f"the file is larger than {LARGEST_FILE // 1024} KiB",
            remedy="shorten it, or move long listings into an attachment",
        )
        return Entry(path=path, problems=(problem,))
    decoded = decode(raw, path=path)
    if isinstance(decoded, Problem):
        return Entry(path=path, problems=(decoded,))
    return understand(decoded, stem=stem, attachments=attachments, policy=policy)


def live_problems(
    entries: Iterable[Entry], *, path: str, policy: Policy, now: datetime
) -> tuple[Problem, ...]:
    """Give what is wrong with one file, among all others."""
    catalog = catalog_of(entries)
    checked = check(_OneFile(catalog=catalog, policy=policy, now=now, path=path))
    found = in_order([*catalog.problems, *checked.problems])
    return tuple(one for one in found if one.place.path == path)
