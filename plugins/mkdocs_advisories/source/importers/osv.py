"""An OSV record (https://ossf.github.io/osv-schema/), of which the front matter has the words."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from mkdocs_advisories.source.importers.found import (
    Found,
    Record,
    RefusedError,
    entries,
    mapping,
    text,
    words,
)
from mkdocs_advisories.source.importers.instants import instant

MODIFIED = "Last change of the record that was imported."
NO_REASON = "The record that was imported gives no reason."

_KNOWN = frozenset(
    """schema_version id modified published withdrawn aliases related upstream summary details
    severity affected references credits database_specific""".split()
)
_AFFECTED = frozenset(
    "package ranges versions severity ecosystem_specific database_specific".split()
)
_FIELDS_OF_IDS = ("aliases", "related", "upstream")


def read_osv(record: Record) -> Found:
    """Read an OSV record.

    Raises:
        RefusedError: it is not one.
    """
    own = mapping(record.get("database_specific") or {}, "database_specific")
    withdrawn = instant(text(record, "withdrawn"))
    found = Found(
        front={
            "id": text(record, "id"),
            **{name: words(record, name) for name in _FIELDS_OF_IDS},
            "summary": text(record, "summary"),
            "embargo": instant(text(record, "published")),
            "severity": [dict(one) for one in entries(record, "severity")],
            "references": [dict(one) for one in entries(record, "references")],
            "credits": [dict(one) for one in entries(record, "credits")],
        },
        body=text(record, "details"),
    )
    if withdrawn:
        reason = own.get("withdrawn_reason") or NO_REASON
        found.front["withdrawn"] = {"date": withdrawn, "reason": reason}
    elif record.get("withdrawn"):
        raise RefusedError("`withdrawn` is no instant")
    found.front["affected"] = list(_affected(entries(record, "affected"), found))
    _read_own(own, found)
    _read_modified(record, found)
    found.leave_rest(record, known=_KNOWN)
    return found


def _affected(given: list[Record], found: Found) -> Iterator[dict[str, Any]]:
    """Give the entries; one of commits alone may name no package, and has no place here."""
    for one in given:
        if isinstance(one.get("package"), dict):
            yield _entry(one, found)
        else:
            found.leave("affected: an entry without a package", dict(one))


def _entry(one: Record, found: Found) -> dict[str, Any]:
    found.leave_rest(one, known=_AFFECTED, prefix="affected: ")
    kept = {name: deepcopy(value) for name, value in one.items() if name in _AFFECTED}
    kept["ranges"] = [_range(dict(each)) for each in entries(one, "ranges")]
    kept["versions"] = words(one, "versions")
    return kept


def _range(one: dict[str, Any]) -> dict[str, Any]:
    """Part events that state several things, as older records did."""
    events = [
        {kind: version} for event in entries(one, "events") for kind, version in event.items()
    ]
    return {**one, "events": events}


def _read_own(own: Record, found: Found) -> None:
    """Take from the database's own fields what the front matter has a place for."""
    weaknesses = own.get("cwe_ids")
    if isinstance(weaknesses, list) and all(isinstance(one, str) for one in weaknesses):
        found.front["cwe_ids"] = list(dict.fromkeys(weaknesses))
    if own.get("exploited") is True:
        found.front["exploited"] = True
    if isinstance(own.get("superseded_by"), str):
        found.front["superseded_by"] = own["superseded_by"]
    for name in ("revisions", "timeline"):
        if own.get(name):
            found.front[name] = [dict(one) for one in entries(own, name)]
    known = {"cwe_ids", "exploited", "superseded_by", "revisions", "timeline", "withdrawn_reason"}
    found.leave_rest(own, known=frozenset(known), prefix="database_specific.")


def _read_modified(record: Record, found: Found) -> None:
    """Keep the date of the last change as a revision, unless another date says it already."""
    modified, published = instant(text(record, "modified")), found.front["embargo"]
    withdrawn = found.front.get("withdrawn", {}).get("date", "")
    if modified and published and modified > max(published, withdrawn):
        revisions = found.front.setdefault("revisions", [])
        if not revisions or revisions[-1].get("date", "") < modified:
            revisions.append({"date": modified, "summary": MODIFIED})
