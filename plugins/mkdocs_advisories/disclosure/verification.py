"""A published site held against itself, as a careful reader would: hashes, signatures, agreement.

Nothing of the sources is known here: what is looked at is what everybody can get.
"""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lxml import etree

from mkdocs_advisories.disclosure.published import Published

Json = Any
Verify = Callable[[bytes, bytes], bool]
"""Says whether a signature (first) is one of some bytes (second)."""

INDEX = "advisories.json"
PROVIDER = ".well-known/csaf/provider-metadata.json"
_ATOM = "{http://www.w3.org/2005/Atom}"
_HASHES = ("sha256", "sha512")
_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError)
_LARGEST_FEED = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Fault:
    """What is wrong with the file at an address."""

    uri: str
    text: str


@dataclass(kw_only=True)
class Verification:
    """One look at a site: what was found wrong, and how much was looked at.

    `signed` is whether every machine-readable file must have a signature.
    """

    site: Published
    verify: Verify | None = None
    signed: bool = False
    root: str = ""
    faults: list[Fault] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    hashes: int = 0
    signatures: int = 0
    advisories: int = 0

    def fault(self, uri: str, text: str) -> None:
        """Note what is wrong."""
        self.faults.append(Fault(uri=uri, text=text))

    def read(self, uri: str) -> bytes | None:
        """Read a file that has to be there."""
        if uri not in self.files:
            content = self.site.read(uri)
            if content is None:
                self.fault(uri, "is not there")
                return None
            self.files[uri] = content
        return self.files[uri]

    def document(self, uri: str) -> Json:
        """Read a JSON file that has to be there; None if it is not, or is none."""
        content = self.read(uri)
        if content is None:
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            self.fault(uri, "is not valid JSON")
            return None

    def local(self, url: Json) -> str | None:
        """Give the address, from the root, of a URL of this site."""
        text = str(url)
        return unquote(text.removeprefix(self.root)) if text.startswith(self.root) else None


def verify_site(site: Published, *, verify: Verify | None = None) -> Verification:
    """Look at everything that programs read. `verify` checks signatures, where there is a key."""
    look = Verification(site=site, verify=verify)
    index = look.document(INDEX)
    provider = look.document(PROVIDER)
    _take_root(look, provider)
    look.signed = isinstance(provider, dict) and provider.get("role") == "csaf_trusted_provider"
    stated = index.get("advisories") if isinstance(index, dict) else None
    listed = []
    for one in stated if isinstance(stated, list) else ():
        look.advisories += 1
        if _taken(look, INDEX, _one_advisory, one):
            listed.append(one)
    _taken(look, PROVIDER, _provider, provider, listed)
    _taken(look, "osv/all.json", _osv_collections, listed)
    _taken(look, "feed.xml", _feed, listed)
    _companions(look)
    return look


def _taken(look: Verification, uri: str, step: Callable[..., None], *documents: Json) -> bool:
    """Take a step that reads documents as their formats describe them; say if one is otherwise."""
    try:
        step(look, *documents)
    except _MISSHAPEN:
        look.fault(uri, "has a field of another type than its format says")
        return False
    return True


def _take_root(look: Verification, provider: Json) -> None:
    url = provider.get("canonical_url") if isinstance(provider, dict) else None
    if isinstance(url, str) and url.endswith(PROVIDER):
        look.root = url.removesuffix(PROVIDER)
    elif provider is not None:
        look.fault(PROVIDER, "its `canonical_url` is not its own address")


def _one_advisory(look: Verification, one: Mapping[str, Json]) -> None:
    """Hold every record of one advisory against its entry in the index."""
    urls = one.get("urls") or {}
    page = look.local(urls.get("page"))
    if page is None:
        look.fault(INDEX, f"{one.get('id')}: no page of this site")
    else:
        _page(look, page, one)
    for name, reader in _READERS.items():
        places = urls.get(name) or []
        for url in places if isinstance(places, list) else [places]:
            uri = look.local(url)
            if uri is None:
                look.fault(INDEX, f"{one.get('id')}: an address of {name} is not on this site")
                continue
            document = look.document(uri)
            if document is not None:
                _agree(look, uri, reader, document, one)


def _page(look: Verification, uri: str, one: Mapping[str, Json]) -> None:
    content = look.read(uri)
    if content is not None and str(one.get("id")).encode() not in content:
        look.fault(uri, "does not name its advisory")


def _agree(
    look: Verification,
    uri: str,
    reader: Callable[[Json], Mapping[str, Json]],
    document: Json,
    one: Mapping[str, Json],
) -> None:
    try:
        said = reader(document)
    except (*_MISSHAPEN, ValueError):
        look.fault(uri, "is no such record")
        return
    for field_name, value in said.items():
        expected = one.get(field_name)
        if value != expected:
            look.fault(uri, f"`{field_name}` is not what {INDEX} says")


def _osv(record: Json) -> dict[str, Json]:
    return {
        "id": record["id"].removeprefix("x_"),
        "summary": record["summary"],
        "published": record["published"],
        "modified": record["modified"],
        "withdrawn": record.get("withdrawn"),
        **({"aliases": record["aliases"]} if record.get("aliases") else {}),
    }


def _csaf(document: Json) -> dict[str, Json]:
    head = document["document"]
    return {
        "id": head["tracking"]["id"],
        "summary": head["title"].removeprefix("[Withdrawn] "),
        "published": head["tracking"]["initial_release_date"],
        "modified": head["tracking"]["current_release_date"],
    }


def _cve(record: Json) -> dict[str, Json]:
    cna = record["containers"]["cna"]
    return {"modified": cna["providerMetadata"]["dateUpdated"]}


def _openvex(document: Json) -> dict[str, Json]:
    return {"published": document["timestamp"], "modified": document["last_updated"]}


_READERS: Mapping[str, Callable[[Json], Mapping[str, Json]]] = {
    "osv": _osv,
    "csaf": _csaf,
    "cve": _cve,
    "openvex": _openvex,
}


def _provider(look: Verification, provider: Json, listed: list[Json]) -> None:
    """Follow the provider's metadata to its feed and lists: all name the same documents."""
    if not isinstance(provider, dict):
        return
    known = {look.local((one.get("urls") or {}).get("csaf")): one for one in listed}
    for distribution in provider.get("distributions") or ():
        for feed in (distribution.get("rolie") or {}).get("feeds") or ():
            uri = look.local(feed.get("url"))
            if uri is None:
                look.fault(PROVIDER, "a feed of it is not on this site")
            else:
                _taken(look, uri, _rolie, uri, known)
        folder = look.local(distribution.get("directory_url", ""))
        if distribution.get("directory_url") and folder is not None:
            _lists(look, folder, known)
    for key in provider.get("public_openpgp_keys") or ():
        uri = look.local(key.get("url"))
        if uri is not None:
            look.read(uri)


def _rolie(look: Verification, uri: str, known: Mapping[str | None, Json]) -> None:
    document = look.document(uri)
    if document is None:
        return
    entries = document.get("feed", {}).get("entry") or []
    found = {look.local((one.get("content") or {}).get("src")): one for one in entries}
    for place in sorted(map(str, found.keys() ^ known.keys())):
        look.fault(uri, f"{place} is not both here and in {INDEX}")
    for name in found.keys() & known.keys():
        pairs = (("id", "id"), ("updated", "modified"), ("published", "published"))
        for here, there in pairs:
            if found[name].get(here) != known[name].get(there):
                look.fault(uri, f"{name}: `{here}` is not what {INDEX} says")


def _lists(look: Verification, folder: str, known: Mapping[str | None, Json]) -> None:
    expected = {str(name).removeprefix(folder): one.get("modified") for name, one in known.items()}
    index = look.read(f"{folder}index.txt")
    if index is not None and set(index.decode(errors="replace").split("\n")) - {""} != set(
        expected
    ):
        look.fault(f"{folder}index.txt", f"does not list the documents of {INDEX}")
    changes = look.read(f"{folder}changes.csv")
    if changes is not None:
        rows = [row for row in csv.reader(changes.decode(errors="replace").splitlines()) if row]
        if {row[0]: row[-1] for row in rows} != expected:
            look.fault(f"{folder}changes.csv", f"does not list the changes of {INDEX}")


def _osv_collections(look: Verification, listed: list[Json]) -> None:
    """Hold the collections against the single records: the same bytes of data in each."""
    everything = look.document("osv/all.json")
    if not isinstance(everything, list):
        return
    collected = {str(one.get("id")): one for one in everything if isinstance(one, dict)}
    uris = {look.local((one.get("urls") or {}).get("osv")): one for one in listed}
    singles = {str(uri).removeprefix("osv/").removesuffix(".json"): uri for uri in uris}
    if set(collected) != set(singles):
        look.fault("osv/all.json", f"does not have the advisories of {INDEX}")
    for name in collected.keys() & singles.keys():
        uri = singles[name]
        if uri and look.document(uri) != collected[name]:
            look.fault("osv/all.json", f"{name} is not what {uri} says")


def _feed(look: Verification, listed: list[Json]) -> None:
    """Hold the Atom feed against the index: well formed, and nothing in it that is not there.

    What is upcoming is in no index yet; its entries have ids of their own kind.
    """
    uri = "feed.xml" if look.site.read("feed.xml") is not None else None
    root = _atom(look, uri) if uri else None
    if root is None or uri is None:
        return
    # A title of Atom is text, so the backticks of code are not in it.
    known = [str(one.get("summary")).replace("`", "") for one in listed]
    for name in ("id", "title", "updated"):
        if not root.findtext(f"{_ATOM}{name}"):
            look.fault(uri, f"has no `{name}`")
    seen: set[str] = set()
    for entry in root.iter(f"{_ATOM}entry"):
        identity, title = entry.findtext(f"{_ATOM}id") or "", entry.findtext(f"{_ATOM}title") or ""
        if not identity or identity in seen:
            look.fault(uri, "an entry has no id of its own")
        seen.add(identity)
        if re.fullmatch(r"tag:[^/]+:upcoming/[0-9a-f]{16}", identity):
            continue
        if not any(summary in title.replace("`", "") for summary in known):
            look.fault(uri, f"the entry {identity} is not in {INDEX}, or has another title")


def _atom(look: Verification, uri: str) -> etree._Element | None:
    content = look.read(uri)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content or b"", parser)
    except etree.XMLSyntaxError:
        look.fault(uri, "is not well-formed XML")
        return None
    if root.tag != f"{_ATOM}feed":
        look.fault(uri, "is no Atom feed")
        return None
    return root


def _companions(look: Verification) -> None:
    """Check the hashes and signatures beside every machine-readable file that is known."""
    names = set(look.site.names())
    with_companion = {name.rpartition(".")[0] for name in names if _is_companion(name, names)}
    records = {uri for uri in look.files if uri.startswith(("osv/", "cve/", "openvex/"))}
    documents = {
        uri
        for uri in look.files
        if uri.startswith("csaf/") and uri.endswith(".json") and "csaf-feed" not in uri
    }
    for uri in sorted(with_companion | records | documents | {INDEX} & look.files.keys()):
        content = look.read(uri)
        if content is not None:
            _hashes(look, uri, content)
            _signature(look, uri, content)


def _is_companion(name: str, names: set[str]) -> bool:
    stem, _, suffix = name.rpartition(".")
    return suffix in _HASHES or (suffix == "asc" and f"{stem}.sha256" in names)


def _hashes(look: Verification, uri: str, content: bytes) -> None:
    name = uri.rpartition("/")[2]
    for algorithm in _HASHES:
        written = look.read(f"{uri}.{algorithm}")
        if written is None:
            continue
        look.hashes += 1
        expected = f"{hashlib.new(algorithm, content).hexdigest()}  {name}\n".encode()
        if written != expected:
            look.fault(uri, f"is not what its .{algorithm} says")


def _signature(look: Verification, uri: str, content: bytes) -> None:
    signature = look.site.read(f"{uri}.asc")
    if signature is None:
        if look.signed:
            look.fault(f"{uri}.asc", "is not there, though the provider is a trusted one")
        return
    if look.verify is None:
        return
    look.signatures += 1
    if not look.verify(signature, content):
        look.fault(f"{uri}.asc", "is no valid signature of the file by the key that was given")


def summary(look: Verification) -> Iterator[str]:
    """Say what was looked at."""
    yield f"{look.advisories} advisories, {look.hashes} hashes, {look.signatures} signatures"
