"""What a mail shows of a disclosed advisory: that of its page, as plain text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

from mkdocs_advisories.model import Affected, Disclosed, EventType, RangeType
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.characters import carried
from mkdocs_advisories.render.plain_text import grid, listed, reflow
from mkdocs_advisories.render.view import Moment, View, view
from mkdocs_advisories.render.words import ENGLISH
from mkdocs_advisories.versions import Scheme, compare, scheme_of_range

NO_RELEASES = "No fixed release is stated; see the pages."


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulletin:
    """One advisory for a template. `facts` is a list of lines, `text` the body as it was written.

    `change` is what the last revision or the withdrawal says, `changed` its instant.
    """

    id: str
    title: str
    url: str
    severity: str
    aliases: tuple[str, ...]
    projects: tuple[str, ...]
    published: str
    facts: str
    text: str
    change: str = ""
    changed: str = ""


def bulletin(disclosed: Disclosed, *, policy: Policy, public: frozenset[str]) -> Bulletin:
    """Take from the view of a page what a mail shows."""
    # The templates of mails are in English, unless an organisation has its own.
    shown = view(disclosed, policy=replace(policy, language=ENGLISH), public=public)
    url = policy.site_url + shown.uri
    severity = _severity(shown)
    change = shown.withdrawn or next(reversed(shown.revisions), None)
    return Bulletin(
        id=shown.id,
        title=shown.plain_title,
        url=url,
        severity=severity,
        aliases=tuple(one.text for one in shown.aliases),
        projects=tuple(one.text for one in shown.projects),
        published=shown.published.minute,
        facts=listed(_facts(shown, url=url, severity=severity)),
        text=reflow(carried(disclosed.content.details).strip()),
        **_changed(change),
    )


def releases(advisories: Sequence[Disclosed], *, policy: Policy) -> str:
    """Write, project by project, which release fixes which advisory."""
    lines: list[str] = []
    for project in policy.projects_of(one for each in advisories for one in each.content.affected):
        rows = {
            one.id: _fixes(of_project)
            for one in advisories
            if (of_project := _of_project(one, project, policy))
        }
        columns = _ordered([fix for fixes in rows.values() for fix in fixes.items()])
        if columns:
            lines += [f"Fixed releases of {project}:", "", *grid(columns, rows, mark="fixed"), ""]
    return "\n".join(lines).rstrip() or NO_RELEASES


def _of_project(one: Disclosed, project: str, policy: Policy) -> list[Affected]:
    return [each for each in one.content.affected if policy.projects_of([each]) == (project,)]


def _fixes(affected: Iterable[Affected]) -> dict[str, Scheme | None]:
    """Give the fixed versions of packages, each with the scheme that orders it."""
    return {
        event.version: scheme_of_range(one, each.package.ecosystem)
        for each in affected
        for one in each.ranges
        if one.type is not RangeType.GIT
        for event in one.events
        if event.type is EventType.FIXED
    }


def _ordered(fixes: Iterable[tuple[str, Scheme | None]]) -> list[str]:
    """Put versions into their order; those of no known or of another order stay where they are."""

    def order(one: tuple[str, Scheme | None], other: tuple[str, Scheme | None]) -> int:
        scheme = one[1]
        known = scheme is not None and scheme is other[1]
        return (compare(one[0], other[0], scheme=scheme) or 0) if known and scheme else 0

    return list(dict.fromkeys(version for version, _ in sorted(fixes, key=cmp_to_key(order))))


def _severity(shown: View) -> str:
    rating = shown.rating
    return f"{rating.word} ({rating.score}, CVSS {rating.version})" if rating else "not rated"


def _facts(shown: View, *, url: str, severity: str) -> Mapping[str, str]:
    stated = {
        "Page": url,
        "Aliases": ", ".join(one.text for one in shown.aliases),
        "Severity": severity,
        "Vector": shown.rating.vector if shown.rating else "",
        "Affected": "; ".join(_affected(shown)),
        "Weaknesses": ", ".join(one.text for one in shown.weaknesses),
        "Published": shown.published.minute,
        "Exploited": "yes, it is known to be" if shown.exploited else "",
        "Thanks to": ", ".join(one.text for one in shown.credits),
    }
    return {name: fact for name, fact in stated.items() if fact}


def _affected(shown: View) -> Iterator[str]:
    for one in shown.packages:
        stretches = " or ".join(row.affected for row in one.rows)
        yield f"{one.ecosystem}/{one.name} {stretches}".rstrip()


def _changed(change: Moment | None) -> dict[str, str]:
    return {"change": change.text, "changed": change.minute} if change else {}
