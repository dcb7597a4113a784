"""What was found in a record becomes an advisory that keeps every rule of the house.

One place for all formats. First the fields are tidied in ways that change no meaning; then the
rules of the house themselves say what cannot stand, and that goes into the note. So a record that
nobody has foreseen ends as a sound file or is refused, never as a faulty file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.canonical import advisory_text
from mkdocs_advisories.source.contract import contract
from mkdocs_advisories.source.files import LARGEST_FILE
from mkdocs_advisories.source.front import judge
from mkdocs_advisories.source.frontmatter import split
from mkdocs_advisories.source.importers.found import Found, RefusedError
from mkdocs_advisories.source.importers.prose import harmless, note, one_line
from mkdocs_advisories.source.importers.spans import tidy_events
from mkdocs_advisories.source.markup import html_tags
from mkdocs_advisories.source.parse import UNDECIDED
from mkdocs_advisories.source.positions import Path, Text

_ROUNDS = 60
_LONGEST_VERSION = 200
_SHORTEST_SUMMARY = 5
_LONGEST_SUMMARY = 256
_FIELDS_OF_IDS = ("aliases", "related", "upstream")
# A part that makes no sense without a field of it goes as a whole.
_WHOLE = {
    "severity": 1,
    "references": 1,
    "credits": 1,
    "revisions": 1,
    "timeline": 1,
    "cwe_ids": 1,
    "aliases": 1,
    "related": 1,
    "upstream": 1,
}
_FORMATTING = frozenset("a b br code em i p small span strong sub sup tt u".split())
_NEEDED = frozenset({"id", "summary", "embargo", "withdrawn"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """A sound advisory file: its id and text, and what its author should know.

    `left` names what stands in the note (by its path in the record); `remarks` are sentences about
    what was read otherwise than it was written.
    """

    id: str
    text: str
    embargo: str
    left: tuple[str, ...]
    remarks: tuple[str, ...]


def settle(found: Found, *, source: str, policy: Policy) -> Imported:
    """Make a sound advisory of what was found.

    Raises:
        RefusedError: no sound advisory can be made of it.
    """
    remarks = list(found.remarks)
    _forget_own_page(found, policy)
    if not found.front.get("affected"):
        raise RefusedError("it names no package whose ecosystem and versions can be read")
    _tidy(found, remarks)
    advisory_id = found.front["id"]
    body, of_body = harmless(found.body, advisory_id=advisory_id)
    remarks += of_body
    _prune(found, policy)
    remarks += _foreign_id(advisory_id, policy)
    appendix = note(found.left, source=source)
    whole = "\n\n".join(part for part in (body, appendix) if part)
    text = advisory_text(found.front, f"{whole}\n" if whole else "")
    if len(text.encode()) > LARGEST_FILE:
        raise RefusedError(f"the advisory would be larger than {LARGEST_FILE // 1024} KiB")
    return Imported(
        id=advisory_id,
        text=text,
        embargo=found.front["embargo"],
        left=tuple(found.left),
        remarks=tuple(_EXPLAINED.get(one, one) for one in remarks),
    )


_EXPLAINED = {"no title": "the record has no title; one was made of the package and the id"}


def _forget_own_page(found: Found, policy: Policy) -> None:
    """Pass over the page of this very site, which a record of its own names and every one will."""
    if str(found.left.get("database_specific.url", "")).startswith(policy.site_url):
        del found.left["database_specific.url"]


def _foreign_id(advisory_id: str, policy: Policy) -> Iterator[str]:
    if not policy.is_own_id(advisory_id):
        yield (
            f"the id does not match `id_pattern` ({policy.id_pattern}): give the advisory an id"
            " with `--id`, or widen the pattern"
        )


def _tidy(found: Found, remarks: list[str]) -> None:
    front = found.front
    _tidy_ids(front)
    _tidy_lines(found)
    for affected in list(front.get("affected", ())):
        _tidy_affected(affected, found)
    front["affected"] = _merged(front.get("affected", ()))
    _tidy_severity(found)
    _tidy_summary(found, remarks)
    if not front.get("embargo"):
        front["embargo"] = UNDECIDED
        remarks.append("the record has no date of publication; the embargo is `undecided`")
    for name in [name for name, value in front.items() if value in (None, "", [], {})]:
        del front[name]


def _tidy_ids(front: dict[str, Any]) -> None:
    """Leave out what an advisory says of itself: its own id, and aliases as related."""
    known = {front["id"].lower()}
    for field in _FIELDS_OF_IDS:
        kept = []
        for one in front.get(field) or ():
            if one.lower() not in known:
                kept.append(one)
            if field == "aliases":
                known.add(one.lower())
        front[field] = list(dict.fromkeys(kept))


def _tidy_lines(found: Found) -> None:
    """Give credits, revisions and the like as single lines of plain text."""
    for field, key in (("credits", "name"), ("revisions", "summary"), ("timeline", "summary")):
        for one in found.front.get(field) or ():
            if isinstance(one.get(key), str):
                one[key] = _plain(one[key])
    for one in found.front.get("references") or ():
        if isinstance(one.get("url"), str):
            one["url"] = re.sub(
                r"^https?(?=:)", lambda m: m[0].lower(), one["url"].strip(), flags=re.IGNORECASE
            )
    found.front["references"] = _distinct(found.front.get("references") or [])


def _plain(text: str) -> str:
    """Make plain text of HTML: what only formats goes, and `<script>` becomes `script`."""
    line = one_line(text)
    while tag := next(html_tags(line), None):
        end = line.find(">", tag.offset)
        stop = end if end >= 0 else len(line)
        inner = "" if tag.text.lower() in _FORMATTING else line[tag.offset + 1 : stop].strip("/! ")
        line = line[: tag.offset] + inner + line[stop + 1 :]
    return one_line(line)


def _tidy_summary(found: Found, remarks: list[str]) -> None:
    written = found.front.get("summary") or ""
    summary = _plain(written)
    if len(summary) > _LONGEST_SUMMARY:
        summary = summary[: _LONGEST_SUMMARY - 2].rstrip() + " …"
    if not summary:
        remarks.append("no title")
        summary = _made_title(found)
    elif len(summary) < _SHORTEST_SUMMARY:
        summary = f"{summary} ({found.front['id']})"
    if written and summary != " ".join(written.split()):
        found.leave("summary", written)
        remarks.append("the title was made one line of plain text")
    found.front["summary"] = summary


def _made_title(found: Found) -> str:
    names = dict.fromkeys(one["package"]["name"] for one in found.front["affected"])
    shown = next(iter(names), "a package") + (" and others" if len(names) > 1 else "")
    return one_line(f"Vulnerability in {shown[:150]} ({found.front['id']})")


def _tidy_affected(affected: dict[str, Any], found: Found) -> None:
    package = affected.get("package")
    if not isinstance(package, dict):
        return
    purl = package.get("purl")
    if isinstance(purl, str) and "@" in purl.partition("?")[0].rpartition("/")[2]:
        package["purl"] = re.sub(r"@[^?#]*", "", purl, count=1) if purl.count("@") == 1 else purl
    if affected.get("versions"):
        affected["versions"] = list(dict.fromkeys(affected["versions"]))
    _tidy_ranges(affected, found)
    for name in [name for name, value in affected.items() if value in (None, "", [], {})]:
        del affected[name]


def _tidy_ranges(affected: dict[str, Any], found: Found) -> None:
    kept = []
    ecosystem = str(affected["package"].get("ecosystem", ""))
    for one in affected.get("ranges") or ():
        if one.get("type") == "GIT":
            kept.append(one)
            continue
        events = tidy_events(one.get("events") or [], ecosystem=ecosystem)
        if events is None:
            name = affected["package"].get("name")
            found.leave(f"affected: a range of {name}", one)
            continue
        kept += [{**one, "events": part} for part in events]
    affected["ranges"] = kept


def _tidy_severity(found: Found) -> None:
    """Keep one vector of each version; severity of packages only if the whole has none."""
    front = found.front
    front["severity"] = _one_a_version(front.get("severity") or [], found)
    for affected in front["affected"]:
        if "severity" not in affected:
            continue
        if front["severity"]:
            own = affected.pop("severity")
            if own != front["severity"]:
                found.leave(f"affected: severity of {affected['package'].get('name')}", own)
        else:
            affected["severity"] = _one_a_version(affected["severity"], found)


def _one_a_version(severities: list[dict[str, Any]], found: Found) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for one in sorted(severities, key=lambda one: str(one.get("score")), reverse=True):
        kind = str(one.get("type"))
        if kind in kept and one != kept[kind]:
            found.leave(f"severity: another {kind}", one)
        kept.setdefault(kind, one)
    return [one for one in severities if any(one is same for same in kept.values())]


def _distinct(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for index, one in enumerate(values) if one not in values[:index]]


def _merged(affected: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return _distinct(list(affected))


def _prune(found: Found, policy: Policy) -> None:
    """Take out what the rules of the house find fault with, until they find none."""
    for _ in range(_ROUNDS):
        problem = next(_faults(found.front, policy), None)
        if problem is None:
            return
        _take_out(problem, found)
    raise RefusedError("too much of it cannot be placed")


def _faults(front: dict[str, Any], policy: Policy) -> Iterator[Problem]:
    parts = split(Text(path="", content=advisory_text(_sketch(front), "")))
    if isinstance(parts, Problem):
        raise RefusedError(parts.message(withhold=True))
    root, structural = nodes.compose(parts)
    if structural:
        raise RefusedError(structural[0].message(withhold=True))
    judged = judge(root, parts=parts, stem=front["id"], policy=policy, is_whole=True)
    for one in judged.problems:
        if one.code == "ADV125" and "reserved" not in one.text:
            continue
        yield one


def _sketch(front: dict[str, Any]) -> dict[str, Any]:
    """Leave the bulk out of what the rules have to read: lists of versions that are plainly sound.

    They are held against the schema's own pattern here, which is much quicker.
    """
    version = re.compile(contract("advisory")["$defs"]["version"]["pattern"])
    most = contract("advisory")["$defs"]["affected"]["properties"]["versions"]["maxItems"]
    affected = [dict(one) for one in front.get("affected", ())]
    for one in affected:
        names = one.get("versions") or []
        if len(names) <= most and all(
            len(name) <= _LONGEST_VERSION and version.fullmatch(name) for name in names
        ):
            one["versions"] = names[:1]
    return {**front, "affected": [{k: v for k, v in one.items() if v} for one in affected]}


def _take_out(problem: Problem, found: Found) -> None:
    path = _path(problem.subject)
    front = found.front
    if not path or path[0] in _NEEDED:
        raise RefusedError(problem.headline(withhold=True))
    path = _removable(path, problem)
    if problem.code == "ADV106" and isinstance(_at(front, path), list) and len(path) == 1:
        _shorten(str(path[0]), found)
        return
    found.leave(problem.subject, _at(front, path))
    _remove(front, path)
    if not front.get("affected"):
        raise RefusedError(problem.headline(withhold=True))


def _shorten(field: str, found: Found) -> None:
    most = contract("advisory")["properties"][field].get("maxItems", 0)
    kept, rest = found.front[field][:most], found.front[field][most:]
    found.front[field] = kept
    found.leave(f"{field} beyond the {most}th", rest)


def _path(subject: str) -> Path:
    steps = re.findall(r"\[(\d+)\]|([^.\[\]]+)", subject)
    return tuple(int(index) if index else name for index, name in steps)


def _removable(path: Path, problem: Problem) -> Path:
    """Give the smallest part around a fault that can go without harm to the rest."""
    if path[0] == "credits" and path[2:3] == ("contact",):
        return path[:4]
    if path[0] in _WHOLE:
        return path[: 1 + _WHOLE[str(path[0])]]
    if path[0] != "affected" or len(path) < 3:  # noqa: PLR2004 - affected[0].field
        return path[:2]
    field = path[2]
    if field == "package":
        return (*path[:3], "purl") if path[3:4] == ("purl",) else path[:2]
    if field == "ranges" and path[4:5] == ("database_specific",):
        return path[:5]
    whole_list = problem.code == "ADV106" and len(path) == 3  # noqa: PLR2004 - the list itself
    return path[:4] if field in {"ranges", "severity"} and not whole_list else path[:3]


def _at(front: dict[str, Any], path: Path) -> Any:  # noqa: ANN401 - JSON
    value: Any = front
    for step in path:
        value = value[step]
    return value


def _remove(front: dict[str, Any], path: Path) -> None:
    """Remove a part, and what is empty without it."""
    parent = _at(front, path[:-1])
    del parent[path[-1]]
    if not parent and len(path) > 1:
        _remove(front, path[:-1])
