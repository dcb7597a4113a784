"""What the build says, on a terminal and in the log of CI: of what is held, no word of its text."""

from collections.abc import Callable, Iterable, Iterator

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.problems import Problem, as_text, in_order
from mkdocs_advisories.report.findings import Crash, counted

_NEWEST = 5


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
            else "no embargo is decided"
        )
        yield f"{disclosure.held} held; {when}"
    else:
        yield "none held"
    yield f"see {site_dir}/index.html, or `mkdocs serve`"
