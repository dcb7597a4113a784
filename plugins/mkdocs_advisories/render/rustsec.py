"""A file of the RustSec database that points to the advisory: TOML in a fence, then a few words.

https://github.com/rustsec/advisory-db, EXAMPLE_ADVISORY.md
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mkdocs_advisories.model import Disclosed, Severity, SeverityType, Span
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.identifiers import crates
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.versions import Scheme, Stretch, named_apart, stretch

__all__ = ["crates", "notes", "rustsec"]

ECOSYSTEM = "crates.io"
PLACEHOLDER = "RUSTSEC-0000-0000"

_PREFERRED = (SeverityType.CVSS_V3, SeverityType.CVSS_V4)


def rustsec(disclosed: Disclosed, *, policy: Policy, crate: str | None = None) -> str:
    """Render the file of one crate (the first, if None).

    The id is the advisory's own in that database, if it has one yet, else the placeholder that the
    database's maintainers replace.

    Raises:
        ValueError: the advisory is not about that crate, or about none.
    """
    known = crates(disclosed)
    name = crate or next(iter(known), None)
    if name not in known:
        raise ValueError("the advisory is not about this crate")
    page = policy.site_url + page_uri(disclosed.id)
    fields = "\n".join(_fields(disclosed, name, page))
    versions = "\n".join(_versions(_spans(disclosed, name)))
    return (
        f"```toml\n[advisory]\n{fields}\n\n[versions]\n{versions}\n```\n\n"
        f"# {disclosed.content.summary}\n\n"
        f"This entry points to the security advisory of {policy.organisation.name}, which has the"
        f" details:\n{page}\n"
    )


def notes(disclosed: Disclosed) -> Iterator[Note]:
    """Say of which crates the file cannot name the versions."""
    for crate in crates(disclosed):
        if not _spans(disclosed, crate):
            text = f"commits of {crate} are no versions: every version counts as affected"
            yield Note(advisory=disclosed.id, format="RustSec", text=text)


def _fields(disclosed: Disclosed, crate: str, page: str) -> Iterator[str]:
    content, withdrawn = disclosed.content, disclosed.withdrawn
    known = (disclosed.id, *content.aliases)
    own = next((one for one in known if one.startswith("RUSTSEC-")), PLACEHOLDER)
    aliases = [one for one in known if one.startswith(("CVE-", "GHSA-", "RUSTSEC-"))]
    vector = _vector(disclosed, crate)
    yield f"id = {_text(own)}"
    yield f"package = {_text(crate)}"
    yield f"date = {_text(disclosed.published.date().isoformat())}"
    if withdrawn:
        yield f"withdrawn = {_text(withdrawn.date.date().isoformat())}"
    yield f"url = {_text(page)}"
    yield "categories = []"
    yield "keywords = []"
    yield f"aliases = {_list(one for one in aliases if one != own)}"
    if vector:
        yield f"cvss = {_text(vector)}"


def _versions(spans: list[Span]) -> Iterator[str]:
    """Give the versions that are not vulnerable: patched behind a fix, unaffected elsewhere."""
    patched, unaffected = [], []
    for index, span in enumerate(spans):
        if index == 0 and span.introduced != "0":
            unaffected.append(f"< {span.introduced}")
        until = f", < {spans[index + 1].introduced}" if index + 1 < len(spans) else ""
        if span.fixed:
            patched.append(f">= {span.fixed}{until}")
        elif span.last_affected:
            unaffected.append(f"> {span.last_affected}{until}")
    yield f"patched = {_list(patched)}"
    yield f"unaffected = {_list(unaffected)}"


def _spans(disclosed: Disclosed, crate: str) -> list[Span]:
    """Give the affected stretches in the order of their versions; single versions are short ones.

    The front matter may state them in any order, and in several ranges. What is not vulnerable is
    what lies between, so those that meet are one.
    """
    of_crate = [
        one
        for one in disclosed.content.affected
        if (one.package.ecosystem, one.package.name) == (ECOSYSTEM, crate)
    ]
    spans = [span for one in of_crate for span in one.spans()]
    named = [version for one in of_crate for version in named_apart(one)]
    spans += [Span(introduced=one, last_affected=one) for one in named]
    read = [(found, span) for span in spans if (found := stretch(span, Scheme.SEMVER))]
    return spans if len(read) < len(spans) else _joined(read)


def _joined(read: list[tuple[Stretch, Span]]) -> list[Span]:
    joined: list[tuple[Stretch, Span]] = []
    for one, span in sorted(read, key=lambda pair: (pair[0].start, pair[0].end)):
        if joined and joined[-1][0].meets(one):
            before, first = joined.pop()
            if (before.end, before.through) >= (one.end, one.through):
                joined.append((before, first))
            else:
                whole = replace(span, introduced=first.introduced)
                joined.append((replace(one, start=before.start), whole))
        else:
            joined.append((one, span))
    return [span for _, span in joined]


def _vector(disclosed: Disclosed, crate: str) -> str | None:
    stated: list[Severity] = list(disclosed.content.severity)
    for affected in disclosed.content.affected:
        if affected.package.name == crate:
            stated += affected.severity
    return next((one.score for kind in _PREFERRED for one in stated if one.type is kind), None)


def _text(value: str) -> str:
    """Write a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _list(values: Iterable[str]) -> str:
    written = [_text(one) for one in values]
    if len(written) < 2:  # noqa: PLR2004 - one fits on the line
        return f"[{''.join(written)}]"
    return "[\n" + "".join(f"    {one},\n" for one in written) + "]"
