"""The mark of a file that is shared before its time: each format says it in a place of its own."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mkdocs_advisories.model import Coordination, format_instant

Document = dict[str, Any]

TLP_URL = "https://www.first.org/tlp/"


def marked_text(text: str, copy: Coordination) -> str:
    """Mark a RustSec file by a comment on top of its TOML."""
    return text.replace("```toml\n", f"```toml\n# {copy.notice}\n", 1)


def _osv(record: Document, copy: Coordination) -> Document:
    own = {**record.get("database_specific", {}), "embargo": _embargo(copy)}
    return {
        **_without(record, "published" if copy.embargo is None else ""),
        "database_specific": own,
    }


def _csaf(document: Document, copy: Coordination) -> Document:
    """Mark by the Traffic Light Protocol. A draft is version 0 (CSAF 2.0, test 6.1.17)."""
    head = document["document"]
    tracking = head["tracking"]
    day = tracking["initial_release_date"]
    drafted = {
        **tracking,
        "status": "draft",
        "version": "0",
        "current_release_date": day,
        "revision_history": [{"date": day, "number": "0", "summary": "Shared under embargo."}],
    }
    distribution = {"text": copy.notice, "tlp": {"label": "AMBER", "url": TLP_URL}}
    return {**document, "document": {**head, "tracking": drafted, "distribution": distribution}}


def _cve(record: Document, copy: Coordination) -> Document:
    """Mark by a field of our own, which the format lets begin with `x_`."""
    cna = {**record["containers"]["cna"], "x_embargo": _embargo(copy)}
    if copy.embargo is None:
        cna = _without(cna, "datePublic")
    return {**record, "containers": {**record["containers"], "cna": cna}}


def _ghsa(body: Document, copy: Coordination) -> Document:
    return {**body, "description": f"**{copy.notice}**\n\n{body.get('description', '')}"}


def _openvex(document: Document, copy: Coordination) -> Document:
    statements = [
        {**one, "status_notes": f"{copy.notice} {one.get('status_notes', '')}".strip()}
        for one in document["statements"]
    ]
    return {**document, "statements": statements}


def _embargo(copy: Coordination) -> Document:
    until = format_instant(copy.embargo) if copy.embargo else "undecided"
    return {"notice": copy.notice, "tlp": "AMBER", "until": until}


def _without(document: Document, field: str) -> Document:
    return {name: value for name, value in document.items() if name != field}


MARKS: Mapping[str, Callable[[Document, Coordination], Document]] = MappingProxyType(
    {"osv": _osv, "csaf": _csaf, "cve": _cve, "ghsa": _ghsa, "openvex": _openvex}
)
"""How each format that is a document is marked."""
