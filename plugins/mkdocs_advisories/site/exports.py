"""Records of chosen advisories as files to hand on: disclosed ones, or held ones that are marked.

The two have a function each, and types that do not mix.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mkdocs_advisories.embargo import on_its_day
from mkdocs_advisories.model import Coordination, Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import csaf_uri, cve_uri, ghsa_uri, openvex_uri, osv_uri
from mkdocs_advisories.render.csaf import csaf
from mkdocs_advisories.render.cve import cve
from mkdocs_advisories.render.ghsa import ghsa
from mkdocs_advisories.render.identifiers import cve_ids
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.openvex import openvex
from mkdocs_advisories.render.osv import osv
from mkdocs_advisories.render.rustsec import crates, rustsec
from mkdocs_advisories.render.under_embargo import MARKS, marked_text

Document = dict[str, Any]
Documents = Iterator[tuple[str, Document]]

EXPORTS = ("osv", "csaf", "cve", "ghsa", "rustsec", "openvex")
"""The formats, by the names of their folders."""


def exported(disclosed: Disclosed, *, kind: str, policy: Policy) -> dict[str, bytes]:
    """Render a disclosed advisory in one format: files by name. There may be none.

    A CVE record needs a CVE id, a RustSec file a crate.
    """
    if kind == "rustsec":
        return {name: text.encode() for name, text in _rustsec(disclosed, policy)}
    return {name: json_bytes(one) for name, one in _DOCUMENTS[kind](disclosed, policy)}


def shared(copy: Coordination, *, kind: str, policy: Policy) -> dict[str, bytes]:
    """Render a held advisory for coordination: as it will be on its day, marked in every file."""
    day = on_its_day(copy)
    if kind == "rustsec":
        texts = _rustsec(day, policy)
        return {_named(name): marked_text(text, copy).encode() for name, text in texts}
    documents = _DOCUMENTS[kind](day, policy)
    return {_named(name): json_bytes(MARKS[kind](one, copy)) for name, one in documents}


def _named(name: str) -> str:
    return f"EMBARGOED-{name}"


def _rustsec(disclosed: Disclosed, policy: Policy) -> Iterator[tuple[str, str]]:
    for crate in crates(disclosed):
        yield f"{disclosed.id}-{crate}.md", rustsec(disclosed, policy=policy, crate=crate)


def _last(uri: str) -> str:
    return uri.rpartition("/")[2]


def _osv(disclosed: Disclosed, policy: Policy) -> Documents:
    yield _last(osv_uri(disclosed.id)), osv(disclosed, policy=policy)


def _csaf(disclosed: Disclosed, policy: Policy) -> Documents:
    uri = csaf_uri(disclosed.id, published=disclosed.published)
    yield _last(uri), csaf(disclosed, policy=policy)


def _cve(disclosed: Disclosed, policy: Policy) -> Documents:
    for cve_id in cve_ids(disclosed):
        yield _last(cve_uri(cve_id)), cve(disclosed, policy=policy, cve_id=cve_id)


def _ghsa(disclosed: Disclosed, policy: Policy) -> Documents:
    yield _last(ghsa_uri(disclosed.id)), ghsa(disclosed, policy=policy)


def _openvex(disclosed: Disclosed, policy: Policy) -> Documents:
    yield _last(openvex_uri(disclosed.id)), openvex(disclosed, policy=policy)


_DOCUMENTS: Mapping[str, Callable[[Disclosed, Policy], Documents]] = MappingProxyType(
    {"osv": _osv, "csaf": _csaf, "cve": _cve, "ghsa": _ghsa, "openvex": _openvex}
)
