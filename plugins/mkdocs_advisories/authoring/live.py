"""The problems of one file while it is being written, with the same core as every other check."""

from collections.abc import Iterable
from datetime import datetime

from mkdocs_advisories.checks import Checked, check
from mkdocs_advisories.checks.case import House, Register
from mkdocs_advisories.model import Attachment
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Place, Problem, in_order
from mkdocs_advisories.source.catalog import (
    Entry,
    Outline,
    catalog_of,
    clashes,
    outline,
    understand,
)
from mkdocs_advisories.source.files import LARGEST_FILE, decode


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
    entry: Entry, others: Iterable[Outline], *, policy: Policy, now: datetime
) -> Checked:
    """Give what is wrong with one file, by itself and among the others, and what has failed."""
    outlines = (outline(entry), *(one for one in others if one.path != entry.path))
    register = Register(
        cards=tuple(one.card for one in outlines if one.card),
        paths=frozenset(one.path for one in outlines),
    )
    catalog = catalog_of([entry])
    checked = check(House(catalog=catalog, policy=policy, now=now, register=register))
    found = in_order([*catalog.problems, *clashes(outlines), *checked.problems])
    own = tuple(one for one in found if one.place.path == entry.path)
    return Checked(problems=own, crashes=checked.crashes)
