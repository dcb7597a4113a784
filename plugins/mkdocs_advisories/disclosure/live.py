"""Whether advisories are live: on their pages, in the feed, in the index, as records.

What is looked at is what readers get, and the judgement is pure: `fetch` is given. A status of 200
proves nothing, since some servers give a page for every address. So each answer has to be about
this advisory, at this revision.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from mkdocs_advisories.disclosure.web import Answer, Fetch, NoAnswer, fetch_all, shown
from mkdocs_advisories.model import Disclosed, InstantError, format_instant, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import osv_id, osv_uri, page_uri
from mkdocs_advisories.render.entry import entry_id

Json = Any

INDEX = "advisories.json"

_ATOM = "{http://www.w3.org/2005/Atom}"
_LINKED_DATA = re.compile(
    r"<script\b[^>]*\btype=[\"']?application/ld\+json[\"']?[^>]*>(.*?)</script>", re.DOTALL
)
_MOST_ARCHIVES = 500
_TAIL = 4096  # characters in which the end of a page is looked for
_OK, _TOO_MANY, _SERVER_ERRORS = 200, 429, 500


class Part(StrEnum):
    """Where on a site an advisory has to be."""

    PAGE = "page"
    FEED = "feed"
    INDEX = "index"
    RECORD = "record"


class Fault(StrEnum):
    """What can be wrong. With `NO_ANSWER` nothing is known of the site; all others are certain."""

    NO_ANSWER = "no-answer"
    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    OTHER = "other"
    OLD = "old"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What has to be live: the id, both instants, the entry's id and the addresses from the root.

    `record_hash` is the SHA-256 of the OSV record where the very bytes are known; None holds the
    record against the hash that the site has beside it.
    """

    id: str
    published: datetime
    modified: datetime
    entry: str
    page: str
    record: str
    record_hash: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """Something that is wrong at an address; `advisory` is None if it is wrong for all of them."""

    uri: str
    part: Part
    fault: Fault
    text: str
    advisory: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What was seen of one advisory: the parts in which it is live, and what is wrong with it."""

    expected: Expected
    parts: frozenset[Part]
    findings: tuple[Finding, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether readers find this revision everywhere."""
        return self.parts == frozenset(Part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """One look at a site. `findings` are about what all advisories share.

    `strangers` counts what the index lists although nobody expects it.
    """

    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...] = ()
    strangers: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all of it is live, and nothing else is wrong."""
        return not self.findings and all(one.is_live for one in self.observations)

    def all_findings(self) -> tuple[Finding, ...]:
        """Give all that is wrong, what concerns everything first."""
        return (*self.findings, *(it for one in self.observations for it in one.findings))


class FaultError(Exception):
    """Why an answer cannot be used."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


def expected(
    advisories: Iterable[Disclosed], *, policy: Policy, hashes: Mapping[str, str] | None = None
) -> tuple[Expected, ...]:
    """Say what has to be live. `hashes` are those of records by their addresses, where known."""
    return tuple(
        Expected(
            id=one.id,
            published=one.published,
            modified=one.modified,
            entry=entry_id(one.id, policy=policy),
            page=page_uri(one.id),
            record=osv_uri(one.id),
            record_hash=(hashes or {}).get(osv_uri(one.id)),
        )
        for one in advisories
    )


def look_at(
    awaited: Sequence[Expected],
    *,
    feed_uri: str,
    fetch: Fetch,
    besides: frozenset[str] = frozenset(),
) -> Live:
    """Look whether everything that is expected is live. `feed_uri` is the feed of all.

    `besides` are the ids of others that may be there and need not.
    """
    answers = fetch_all(_addresses(awaited, feed_uri), fetch)
    findings: list[Finding] = []
    entries = _entries(awaited, feed_uri=feed_uri, answers=answers, fetch=fetch, found=findings)
    listed = _listed(answers[INDEX], found=findings)
    known = {one.id for one in awaited} | besides
    return Live(
        observations=tuple(_observed(one, answers, entries, listed) for one in awaited),
        findings=tuple(findings),
        strangers=len((listed or {}).keys() - known),
    )


def _addresses(awaited: Iterable[Expected], feed_uri: str) -> Iterator[str]:
    yield from (feed_uri, INDEX)
    for one in awaited:
        yield one.page
        yield one.record
        if one.record_hash is None:
            yield f"{one.record}.sha256"


def usable(answer: Answer | NoAnswer) -> bytes:
    """Give the content of an answer that is one.

    Raises:
        FaultError: it is none, or it has no content.
    """
    if isinstance(answer, NoAnswer):
        raise FaultError(Fault.NO_ANSWER, answer.why)
    if answer.leads_to is not None:
        raise FaultError(Fault.ELSEWHERE, f"leads to another site: {_host(answer.leads_to)}")
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
        raise FaultError(Fault.NO_ANSWER, f"the server answers with {answer.status}")
    if answer.status != _OK:
        raise FaultError(Fault.MISSING, f"is not there: the server answers with {answer.status}")
    if not answer.content.strip():
        raise FaultError(Fault.BROKEN, "is empty")
    return answer.content


def _observed(
    one: Expected,
    answers: Mapping[str, Answer | NoAnswer],
    entries: Mapping[str, str] | None,
    listed: Mapping[str, Mapping[str, Json]] | None,
) -> Observation:
    """Hold all parts of one advisory against what was found. None is what could not be read."""
    steps: list[tuple[Part, str, Callable[[], None]]] = [
        (Part.PAGE, one.page, lambda: _page(one, answers)),
        (Part.RECORD, one.record, lambda: _record(one, answers)),
    ]
    if entries is not None:
        steps.append((Part.FEED, "the feed", lambda: _in_feed(one, entries)))
    if listed is not None:
        steps.append((Part.INDEX, INDEX, lambda: _in_index(one, listed)))
    parts, findings = set(), []
    for part, uri, step in steps:
        try:
            step()
            parts.add(part)
        except FaultError as error:
            findings.append(_finding(uri, part, error, one.id))
    return Observation(expected=one, parts=frozenset(parts), findings=tuple(findings))


def _finding(uri: str, part: Part, error: FaultError, advisory: str | None = None) -> Finding:
    return Finding(uri=uri, part=part, fault=error.fault, text=str(error), advisory=advisory)


def _page(one: Expected, answers: Mapping[str, Answer | NoAnswer]) -> None:
    """Check that a page is the one of this advisory, by what it says to programs (schema.org)."""
    text = usable(answers[one.page]).decode("utf-8", "replace")
    told = [_loaded(found) for found in _LINKED_DATA.findall(text)]
    ours = [it for it in told if isinstance(it, dict) and it.get("@type") == "TechArticle"]
    if not any(_first(it.get("identifier")) == one.id for it in ours):
        raise FaultError(Fault.OTHER, "is another page, though the server answers with 200")
    said = next(it for it in ours if _first(it.get("identifier")) == one.id)
    _same(one, said.get("datePublished"), said.get("dateModified"))
    if "</html" not in text[-_TAIL:].lower():
        raise FaultError(Fault.BROKEN, "is cut off: it has no end")


def _record(one: Expected, answers: Mapping[str, Answer | NoAnswer]) -> None:
    """Check that the OSV record is this revision's, and has the hash that it should have."""
    content = usable(answers[one.record])
    record = _loaded(content)
    if not isinstance(record, dict):
        raise FaultError(Fault.BROKEN, "is no JSON object")
    if record.get("id") != osv_id(one.id):
        raise FaultError(Fault.OTHER, "is the record of another advisory")
    _same(one, record.get("published"), record.get("modified"))
    stated = one.record_hash
    if stated is None:
        companion = usable(answers[f"{one.record}.sha256"])
        stated = companion.decode("ascii", "replace").partition(" ")[0]
    if hashlib.sha256(content).hexdigest() != stated:
        raise FaultError(Fault.BROKEN, "has another hash than it should have")


def _in_feed(one: Expected, entries: Mapping[str, str]) -> None:
    if one.entry not in entries:
        raise FaultError(Fault.MISSING, "does not have it, nor has an archive")
    _same_revision(one, entries[one.entry])


def _in_index(one: Expected, listed: Mapping[str, Json]) -> None:
    if one.id not in listed:
        raise FaultError(Fault.MISSING, "does not list it")
    _same(one, listed[one.id].get("published"), listed[one.id].get("modified"))


def _same(one: Expected, published: Json, modified: Json) -> None:
    """Check both instants, the revision first: it is what the others follow from."""
    _same_revision(one, modified)
    if _instant(published) != one.published:
        right = format_instant(one.published)
        raise FaultError(Fault.OLD, f"has another date of disclosure than {right}")


def _same_revision(one: Expected, modified: Json) -> None:
    if _instant(modified) != one.modified:
        told, right = shown(str(modified)), format_instant(one.modified)
        raise FaultError(Fault.OLD, f"is the revision of {told}, not that of {right}")


def _listed(
    answer: Answer | NoAnswer, *, found: list[Finding]
) -> Mapping[str, Mapping[str, Json]] | None:
    """Read the machine-readable index; None if it cannot be read."""
    try:
        document = _loaded(usable(answer))
        stated = document.get("advisories") if isinstance(document, dict) else None
        if not isinstance(stated, list):
            raise FaultError(Fault.BROKEN, "is no index of advisories")  # noqa: TRY301 - as below
    except FaultError as error:
        found.append(_finding(INDEX, Part.INDEX, error))
        return None
    return {str(one.get("id")): one for one in stated if isinstance(one, dict)}


def _entries(
    awaited: Sequence[Expected],
    *,
    feed_uri: str,
    answers: Mapping[str, Answer | NoAnswer],
    fetch: Fetch,
    found: list[Finding],
) -> Mapping[str, str] | None:
    """Give when each entry was updated, from the feed and as many archives as it takes (RFC 5005).

    None if one of these cannot be read.
    """
    wanted = {one.entry for one in awaited}
    uri: str | None = feed_uri
    base, entries = "", dict[str, str]()
    seen: set[str] = set()
    while uri is not None and uri not in seen and len(seen) <= _MOST_ARCHIVES:
        seen.add(uri)
        try:
            root = _atom(usable(answers[uri] if uri == feed_uri else fetch(uri)))
        except FaultError as error:
            found.append(_finding(uri, Part.FEED, error))
            return None
        base = base or _link(root, "self").removesuffix(feed_uri)
        entries = dict(_updated(root)) | entries
        if wanted <= entries.keys():
            break
        archive = _link(root, "prev-archive")
        uri = archive.removeprefix(base) if base and archive.startswith(base) else None
    return entries


def _atom(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise FaultError(Fault.BROKEN, "is no feed: it is not well-formed XML") from None
    if root.tag != f"{_ATOM}feed":
        raise FaultError(Fault.BROKEN, "is no Atom feed")
    return root


def _updated(root: etree._Element) -> Iterator[tuple[str, str]]:
    for entry in root.iter(f"{_ATOM}entry"):
        yield entry.findtext(f"{_ATOM}id") or "", entry.findtext(f"{_ATOM}updated") or ""


def _link(root: etree._Element, rel: str) -> str:
    found = (one.get("href") for one in root.iterfind(f"{_ATOM}link") if one.get("rel") == rel)
    return str(next(found, None) or "")


def _loaded(content: bytes | str) -> Json:
    """Read JSON, or give None."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _instant(text: Json) -> datetime | None:
    try:
        return parse_instant(str(text))
    except InstantError:
        return None


def _host(url: str) -> str:
    try:
        return shown(urlsplit(url).hostname or "?")
    except ValueError:
        return "?"


def _first(value: Json) -> Json:
    return value[0] if isinstance(value, list) and value else value
