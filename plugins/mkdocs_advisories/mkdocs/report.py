"""What the build says, on a terminal and in the log of CI: of what is held, no word of its text."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem, as_text, in_order
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.words import has_words, languages
from mkdocs_advisories.report.findings import Crash, counted

_NEWEST = 5


def language_lines(policy: Policy) -> Iterator[str]:
    """Say that the pages are not in the language of the site, if nobody has translated them."""
    if not has_words(policy.language):
        known = ", ".join(languages())
        yield f"the pages of advisories are in English: {policy.language} is not one of {known}"


def problems_text(
    problems: Iterable[Problem],
    *,
    is_public: Callable[[str], bool],
    crashes: Iterable[Crash] = (),
) -> str:
    """Report problems, and why nothing was written. `is_public` says which files may be quoted."""
    ordered = in_order(problems)
    reports = [as_text(one, withhold=not is_public(one.place.path)) for one in ordered]
    bugs = [f"bug: {one}" for one in crashes]
    files = len({one.place.path for one in ordered})
    return "\n\n".join(
        [
            f"{counted(len(ordered), 'problem')} in {counted(files, 'file')} of advisories",
            *reports,
            *bugs,
            "Nothing was written: correct these and build again.",
        ]
    )


def summary_lines(disclosure: Disclosure | Preview, *, site_dir: str) -> Iterator[str]:
    """Say what is public, how many wait and until when, and where to look."""
    if isinstance(disclosure, Preview):
        yield "a preview, not to be published"
        return
    public = disclosure.advisories
    newest = ", ".join(one.id for one in public[:_NEWEST])
    yield f"{counted(len(public), 'advisory')} disclosed" + (
        f"; the newest: {newest}" if newest else ""
    )
    if disclosure.held:
        until = disclosure.next_embargo
        when = (
            f"the next embargo ends at {format_instant(until)}"
            if until
            else "no other embargo is known"
            if disclosure.unopened
            else "no embargo is decided"
        )
        sealed = f", {disclosure.unopened} of them sealed and no key" if disclosure.unopened else ""
        yield f"{disclosure.held} held{sealed}; {when}"
    else:
        yield "none held"
    yield f"see {site_dir}/index.html, or `mkdocs serve`"


def note_lines(notes: Iterable[Note]) -> Iterator[str]:
    """Say what formats could not carry, a line for each thing, with the ids that it is about."""
    about: dict[tuple[str, str], list[str]] = {}
    for one in notes:
        about.setdefault((one.format, one.text), []).append(one.advisory)
    for (name, text), ids in about.items():
        shown = ", ".join(ids[:_NEWEST]) + (" and others" if len(ids) > _NEWEST else "")
        yield f"{name}: {text} ({counted(len(ids), 'advisory')}: {shown})"


def expiry_lines(policy: Policy, *, now: datetime) -> Iterator[str]:
    """Say that security.txt expires within a month, or has expired: never what stops a build."""
    stated = policy.security_txt
    if stated and stated.expires <= now:
        yield f"security.txt is left out: it expired at {format_instant(stated.expires)}"
    elif stated and stated.ends_soon(now):
        yield f"security.txt expires at {format_instant(stated.expires)}: state a later day"
