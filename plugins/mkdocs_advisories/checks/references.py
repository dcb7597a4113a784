"""References lead where they say, in one spelling, over https."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from mkdocs_advisories.checks.case import Case, Finding, once
from mkdocs_advisories.checks.named_ids import ID
from mkdocs_advisories.checks.rule import warning
from mkdocs_advisories.problems import Edit, Fix, Related
from mkdocs_advisories.source.positions import Path

_SECURE = frozenset(
    """github.com gist.github.com gitlab.com codeberg.org bitbucket.org nvd.nist.gov www.cve.org
    cve.org cve.mitre.org cwe.mitre.org osv.dev rustsec.org crates.io docs.rs pypi.org
    npmjs.com www.npmjs.com pkg.go.dev go.dev huntr.dev hackerone.com wikipedia.org
    en.wikipedia.org www.openwall.com seclists.org lists.debian.org security-
    tracker.debian.org bugzilla.redhat.com access.redhat.com medium.com youtube.com
    www.youtube.com twitter.com groups.google.com bugs.chromium.org""".split()
)
"""Hosts that serve every page over https, under the same path."""

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src|_hsenc|_hsmi")
_WITHOUT_WWW = frozenset(
    {"www.github.com", "www.gitlab.com", "www.rustsec.org", "www.crates.io", "www.osv.dev"}
    | {"www.pypi.org", "www.docs.rs"}
)
_CVE = r"(?P<id>CVE-\d{4}-\d{4,19})"
_MOVED = (
    (
        re.compile(
            rf"https?://(?:www\.)?cve\.mitre\.org/cgi-bin/cvename\.cgi\?name={_CVE}", re.IGNORECASE
        ),
        "https://www.cve.org/CVERecord?id={id}",
    ),
    (
        re.compile(rf"https?://cve\.org/CVERecord\?id={_CVE}", re.IGNORECASE),
        "https://www.cve.org/CVERecord?id={id}",
    ),
    (
        re.compile(
            rf"https?://(?:web\.)?nvd\.nist\.gov/(?:nvd\.cfm\?cvename=|view/vuln/detail\?vulnId=|vuln/detail/){_CVE}/?",
            re.IGNORECASE,
        ),
        "https://nvd.nist.gov/vuln/detail/{id}",
    ),
    (
        re.compile(
            r"https?://rustsec\.org/advisories/(?P<id>RUSTSEC-\d{4}-\d{4})/?", re.IGNORECASE
        ),
        "https://rustsec.org/advisories/{id}.html",
    ),
)
_GITHUB_ID = re.compile(r"(?<=/advisories/)GHSA(?:-[0-9a-z]{4}){3}/?$", re.IGNORECASE)
_GITHUB = r"(?:github\.com|codeberg\.org)/[^/]+/[^/]+"
_KINDS = (
    (
        re.compile(
            rf"^(?:{_GITHUB}/security/advisories/GHSA|github\.com/advisories/GHSA"
            r"|nvd\.nist\.gov/vuln/detail/|(?:www\.)?cve\.org/CVERecord|rustsec\.org/advisories/RUSTSEC"
            r"|osv\.dev/vulnerability/|pkg\.go\.dev/vuln/)"
        ),
        frozenset({"ADVISORY", "EVIDENCE"}),
    ),
    (
        re.compile(rf"^{_GITHUB}/commit/[0-9a-f]{{7,64}}"),
        frozenset({"FIX", "INTRODUCED", "WEB", "EVIDENCE"}),
    ),
    (
        re.compile(rf"^{_GITHUB}/pulls?/\d+"),
        frozenset({"FIX", "INTRODUCED", "REPORT", "DISCUSSION", "WEB", "EVIDENCE"}),
    ),
    (
        re.compile(rf"^{_GITHUB}/issues/\d+"),
        frozenset({"REPORT", "DISCUSSION", "WEB", "EVIDENCE", "FIX"}),
    ),
    (
        re.compile(
            r"^(?:crates\.io/crates/|pypi\.org/project/|(?:www\.)?npmjs\.com/package/)[^/]+/?$"
        ),
        frozenset({"PACKAGE", "WEB", "FIX"}),
    ),
)
"""What pages of well-known addresses can be."""


@warning("ADV280", reads="references")
def references_are_https(case: Case) -> Iterator[Finding]:
    """A page about a vulnerability is the last one to be read over a line that can be changed."""
    for path, url in _urls_once(case):
        if _is_told_as_http(url):
            host = urlsplit(url).hostname or ""
            place = case.part_place(path, 0, len("http"))
            yield case.finding(
                *path,
                place=place,
                text="`{url}` is not encrypted",
                remedy="write `https://`, if the page is there",
                fix=Fix(text="write `https`", edits=(Edit(place=place, replacement="https"),))
                if host in _SECURE and place != case.place(*path)
                else None,
                url=url,
            )


@warning("ADV281", reads="references")
def references_are_canonical(case: Case) -> Iterator[Finding]:
    """One page has one address, or programs count it twice."""
    for path, url in _urls_once(case):
        better = canonical(url)
        if better != url and better != secured(url):
            place = case.part_place(path, 0, len(url))
            edits = (Edit(place=place, replacement=better),)
            is_exact = place != case.place(*path) or case.draft.parts.text.stretch(place) == url
            yield case.finding(
                *path,
                place=place,
                text="`{url}` has a shorter or newer form",
                remedy="write `{better}`",
                fix=Fix(text="write `{better}`", edits=edits) if is_exact else None,
                url=url,
                better=better,
            )


@warning("ADV282", reads="references embargo affected")
def own_page_is_there(case: Case) -> Iterator[Finding]:
    """Once disclosed, an advisory leads to what its own project says about it."""
    own = _own_sites(case)
    urls = [one.url for one in case.content.references]
    if case.is_disclosed and not any(_is_below(url, own) for url in urls):
        yield case.finding(
            "references",
            place=case.key_place("references"),
            text="no reference leads to the organisation or the project itself",
            remedy="add the advisory, the fix or the release notes on the project's own site",
        )


@warning("ADV283", reads="references")
def no_reference_stands_twice(case: Case) -> Iterator[Finding]:
    """A page is named once; its most telling type is enough."""
    for index, first in _repeated(case).items():
        yield case.finding(
            "references",
            index,
            "url",
            text="this page stands in the list already",
            remedy="remove one of the two",
            related=(Related(place=case.place("references", first, "url"), text="here"),),
        )


@warning("ADV284", reads="references")
def types_fit_their_pages(case: Case) -> Iterator[Finding]:
    """Programs look for the fix among FIX, and for advisories among ADVISORY."""
    for index, one in enumerate(case.content.references):
        kinds = _kinds_of(one.url)
        if not kinds or one.type in kinds or index in _repeated(case):
            continue
        place = case.part_place(("references", index, "type"), 0, len(one.type))
        only = "ADVISORY" if "ADVISORY" in kinds else None
        yield case.finding(
            "references",
            index,
            "type",
            text="`{type}` does not fit the page {url}",
            remedy=f"write {' or '.join(f'`{kind}`' for kind in sorted(kinds - {'EVIDENCE'}))}",
            related=(Related(place=case.place("references", index, "url"), text="this page"),),
            fix=Fix(text=f"write `{only}`", edits=(Edit(place=place, replacement=only),))
            if only
            else None,
            type=one.type,
            url=one.url,
        )


@warning(
    "ADV289", reads="id aliases related upstream superseded_by references", trusts="id aliases"
)
def advisories_are_about_this_vulnerability(case: Case) -> Iterator[Finding]:
    """The database's page that is linked is that of this vulnerability."""
    content = case.content
    known = {*content.named_ids(), *content.related, *content.upstream, content.superseded_by or ""}
    lower = {one.lower() for one in known}
    prefixes = {one.partition("-")[0] for one in lower}
    for path, url in _urls(case):
        for match in re.finditer(ID.pattern.replace("/-", "-", 1), url, re.IGNORECASE):
            name = match[0].lower()
            is_kind = name.partition("-")[0] in prefixes
            if is_kind and name not in lower and "ADVISORY" in _kinds_of(url):
                yield case.finding(
                    *path,
                    place=case.part_place(path, match.start(), len(match[0])),
                    text="`{id}` is neither an id of this advisory nor one that it is related to",
                    remedy="correct the URL; or name the id in `aliases` or `related`",
                    id=match[0],
                )


def _is_told_as_http(url: str) -> bool:
    """Whether https is all that an address lacks; of any other mistake its right form tells."""
    better = canonical(url)
    return better.startswith("http://") or (better != url and better == secured(url))


@lru_cache(maxsize=256)
def canonical(url: str) -> str:
    """Give the address that a page has today, without what only tracks readers."""
    for pattern, form in _MOVED:
        match = pattern.fullmatch(url)
        if match:
            name = match["id"].upper()
            return form.format(id=name)
    return _trimmed(url)


def secured(url: str) -> str:
    """Give the https form of an address."""
    return re.sub(r"^http://", "https://", url, flags=re.IGNORECASE)


def _trimmed(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.lower()
    host = host.removeprefix("www.") if host in _WITHOUT_WWW else host
    path = parts.path
    if host == "github.com":
        path = _GITHUB_ID.sub(lambda one: "GHSA" + one[0][4:].rstrip("/").lower(), path)
    changed = SplitResult(parts.scheme.lower(), host, path, _query(parts.query), parts.fragment)
    whole = urlunsplit(changed)
    return secured(whole) if whole != url and host in _SECURE else whole


def _query(query: str) -> str:
    """Leave out what tracks readers. A query without that stays as it is written."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _TRACKING.fullmatch(key)]
    return query if len(kept) == len(pairs) else urlencode(kept)


@lru_cache(maxsize=256)
def _kinds_of(url: str) -> frozenset[str]:
    address = re.sub(r"^https?://(?:www\.(?!cve\.org|npmjs))?", "", url)
    return next((kinds for pattern, kinds in _KINDS if pattern.match(address)), frozenset())


def _own_sites(case: Case) -> set[str]:
    policy = case.policy
    projects = policy.projects_of(case.content.affected)
    urls = {
        policy.organisation.url,
        policy.site_url,
        *(policy.project_url(one) for one in projects),
    }
    return {_owner(urlsplit(url)) for url in urls if url}


def _owner(parts: SplitResult) -> str:
    """Give what belongs to one owner: a host, and on a forge the first part of the path."""
    host = (parts.hostname or "").removeprefix("www.")
    is_forge = host in {"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "sr.ht"}
    owner = parts.path.strip("/").partition("/")[0].lower()
    return f"{host}/{owner}" if is_forge and owner else host


def _is_below(url: str, own: set[str]) -> bool:
    owner = _owner(urlsplit(url))
    return any(owner == one or owner.endswith(f".{one}") for one in own)


@once
def _repeated(case: Case) -> dict[int, int]:
    """Give the indices of pages that stand in the list already, and where they stand first."""
    first: dict[str, int] = {}
    places = (
        (index, first.setdefault(secured(canonical(one.url)).rstrip("/"), index))
        for index, one in enumerate(case.content.references)
    )
    return {index: before for index, before in places if before != index}


def _urls_once(case: Case) -> Iterator[tuple[Path, str]]:
    """Leave out what stands there a second time: one of the two is to go, whatever its spelling."""
    return (one for index, one in enumerate(_urls(case)) if index not in _repeated(case))


def _urls(case: Case) -> Iterator[tuple[Path, str]]:
    for index, one in enumerate(case.content.references):
        yield ("references", index, "url"), one.url
