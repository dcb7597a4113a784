"""A new advisory as text: what is known is filled in, the rest says `TODO`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.model import Package, RangeType, Severity, SeverityType, Span
from mkdocs_advisories.source.parse import UNDECIDED

_SEMVER = frozenset({"crates.io", "npm", "Go"})
_VECTORS = (
    ("CVSS:4.0/", SeverityType.CVSS_V4),
    ("CVSS:3.", SeverityType.CVSS_V3),
    ("", SeverityType.CVSS_V2),
)
_YAML_WORDS = frozenset("true false null yes no on off y n".split())
_BODY = """\
## Impact

TODO: what an attacker can do, under which conditions, and who is affected.

## Patches

{patches}

## Workarounds

TODO: what can be done without an upgrade; or that no workaround is known.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is known of an advisory that is to be written. All of it is text as in front matter."""

    id: str
    packages: tuple[Package, ...]
    summary: str = ""
    embargo: str = UNDECIDED
    cve: str | None = None
    cve_issued: str | None = None
    handler: str | None = None
    vector: str | None = None
    cwes: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


def skeleton(plan: Plan) -> str:
    """Write the file, in the order and with the quotes that the published advisories have."""
    return "".join(f"{line}\n" for line in ("---", *_front(plan), "---")) + _body(plan)


def severity_of(vector: str) -> Severity:
    """Tell the type of a vector, valid or not, by its beginning."""
    kind = next(kind for start, kind in _VECTORS if vector.startswith(start))
    return Severity(type=kind, score=vector)


def quoted(text: str) -> str:
    """Write text in double quotes, which YAML reads as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _front(plan: Plan) -> Iterator[str]:
    yield f"id: {plan.id}"
    if plan.cve:
        yield f"aliases: [{plan.cve}]"
    title = plan.summary or f"TODO: what goes wrong in {plan.packages[0].name}"
    yield f"summary: {quoted(title)}"
    yield f"embargo: {plan.embargo}"
    if plan.cve_issued:
        yield f"cve_issued: {plan.cve_issued}"
    if plan.handler:
        yield f"handler: {_name(plan.handler)}"
    if plan.vector:
        yield "severity:"
        yield f"  - {{type: {severity_of(plan.vector).type}, score: {quoted(plan.vector)}}}"
    if plan.cwes:
        yield f"cwe_ids: [{', '.join(plan.cwes)}]"
    yield "affected:"
    for package in plan.packages:
        yield from _affected(package, plan)


def _affected(package: Package, plan: Plan) -> Iterator[str]:
    kind = RangeType.SEMVER if package.ecosystem in _SEMVER else RangeType.ECOSYSTEM
    purl = f", purl: {quoted(package.purl)}" if package.purl else ""
    yield f"  - package: {{ecosystem: {package.ecosystem}, name: {_name(package.name)}{purl}}}"
    yield "    ranges:"
    yield f"      - type: {kind}"
    yield "        events:"
    for span in plan.spans or (Span(introduced="0"),):
        yield f"          - {{introduced: {quoted(span.introduced)}}}"
        if span.fixed:
            yield f"          - {{fixed: {quoted(span.fixed)}}}"
    if not plan.spans:
        yield '          # TODO: for each release line, {introduced: "…"} and {fixed: "…"}'


def _name(name: str) -> str:
    """Leave a name without quotes where YAML cannot take it for anything else."""
    is_word = name.isascii() and name.replace("-", "").replace("_", "").isalpha()
    return name if is_word and name.lower() not in _YAML_WORDS else quoted(name)


def _body(plan: Plan) -> str:
    named = " and ".join(span.fixed for span in plan.spans if span.fixed)
    patches = f"Fixed in {named}." if named else "TODO: which versions fix it."
    return _BODY.format(patches=patches)
