"""The machine-readable records of all advisories, by their addresses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from urllib.parse import quote

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render import csaf as csaf_documents
from mkdocs_advisories.render import cve as cve_records
from mkdocs_advisories.render import ghsa as ghsa_bodies
from mkdocs_advisories.render import rustsec as rustsec_files
from mkdocs_advisories.render import security_txt as security
from mkdocs_advisories.render.addresses import (
    CSAF_FOLDER,
    CSAF_PROVIDER,
    csaf_uri,
    cve_uri,
    ghsa_uri,
    openvex_uri,
    osv_id,
    osv_uri,
    rustsec_uri,
)
from mkdocs_advisories.render.archive import (
    archive,
    by_ecosystem,
    modified_csv,
    modified_index,
)
from mkdocs_advisories.render.csaf_provider import (
    FEED_URI,
    changes_csv,
    index_txt,
    provider_metadata,
)
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.machine_index import SCHEMA_URI, machine_index
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.openvex import openvex
from mkdocs_advisories.render.osv import osv
from mkdocs_advisories.render.page import Data
from mkdocs_advisories.render.rolie import rolie
from mkdocs_advisories.render.rustsec import crates, rustsec
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.source.contract import contract

OsvOf = Callable[[Disclosed], bytes]

Remember = Callable[[str, Sequence[Disclosed], Callable[[], bytes]], bytes]
"""Gives a document by its name and by what it is made of: remembered, or made now."""


def collected_files(
    advisories: Sequence[Disclosed], *, policy: Policy, osv_of: OsvOf, remember: Remember
) -> dict[str, bytes]:
    """Give the records of all advisories together. `osv_of` gives the OSV record of one."""
    contents = dict(_osv_collections(advisories, osv_of, remember))
    contents["advisories.json"] = json_bytes(machine_index(advisories, policy=policy))
    return contents


def addresses_of(one: Disclosed) -> Iterator[str]:
    """Name the addresses of all files of `records_of`, without making them."""
    yield osv_uri(one.id)
    yield csaf_uri(one.id, published=one.published)
    yield openvex_uri(one.id)
    yield from (cve_uri(cve_id) for cve_id in cve_records.cve_ids(one))


def draft_addresses_of(one: Disclosed) -> Iterator[str]:
    """Name the addresses of all files of `drafts_of`, without making them."""
    yield ghsa_uri(one.id)
    yield from (rustsec_uri(one.id, crate=crate) for crate in crates(one))


def page_data(disclosed: Disclosed, *, policy: Policy) -> tuple[Data, ...]:
    """Name the records of an advisory, for its page."""
    words = words_of(policy.language)
    csaf_document = csaf_uri(disclosed.id, published=disclosed.published)
    return (
        Data(name="OSV", uri=quote(osv_uri(disclosed.id))),
        Data(name="CSAF 2.0", uri=quote(csaf_document)),
        *(
            Data(name=words.gettext("CVE record of %(cve)s", cve=one), uri=quote(cve_uri(one)))
            for one in cve_records.cve_ids(disclosed)
        ),
        Data(name="OpenVEX", uri=quote(openvex_uri(disclosed.id))),
    )


def record_notes(advisories: Iterable[Disclosed]) -> tuple[Note, ...]:
    """Say what formats could not carry."""
    sources = (
        csaf_documents.notes,
        cve_records.notes,
        ghsa_bodies.notes,
        rustsec_files.notes,
    )
    return tuple(note for one in advisories for source in sources for note in source(one))


def provider_files(
    disclosure: Disclosure | Preview, *, policy: Policy, signer: Signer | None
) -> dict[str, bytes]:
    """Give what describes the records to those who fetch them, and security.txt."""
    advisories = disclosure.advisories
    keys: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    if signer:
        uri = f"csaf/openpgp/{signer.fingerprint}.asc"
        keys[signer.fingerprint] = policy.site_url + uri
        contents[uri] = signer.certificate
    metadata = provider_metadata(advisories, policy=policy, keys=keys)
    feed = rolie(advisories, policy=policy, signed=signer is not None)
    contents |= {
        CSAF_PROVIDER: json_bytes(metadata, indent=2),
        FEED_URI: json_bytes(feed),
        f"{CSAF_FOLDER}/index.txt": index_txt(advisories).encode(),
        f"{CSAF_FOLDER}/changes.csv": changes_csv(advisories).encode(),
        SCHEMA_URI: json_bytes(contract("index"), indent=2),
    }
    stated = policy.security_txt
    if stated and stated.expires > disclosure.as_of:
        contents[security.URI] = security.security_txt(stated, policy=policy).encode()
    return contents


def records_of(one: Disclosed, policy: Policy) -> Iterator[tuple[str, bytes]]:
    """Give the records of an advisory that get companions."""
    yield osv_uri(one.id), json_bytes(osv(one, policy=policy))
    document = csaf_documents.csaf(one, policy=policy)
    yield csaf_uri(one.id, published=one.published), json_bytes(document)
    yield openvex_uri(one.id), json_bytes(openvex(one, policy=policy))
    for cve_id in cve_records.cve_ids(one):
        yield cve_uri(cve_id), json_bytes(cve_records.cve(one, policy=policy, cve_id=cve_id))


def drafts_of(one: Disclosed, policy: Policy) -> Iterator[tuple[str, bytes]]:
    """Give what is there to be handed in elsewhere, and changed there: it gets no companions."""
    yield ghsa_uri(one.id), json_bytes(ghsa_bodies.ghsa(one, policy=policy))
    for crate in crates(one):
        yield rustsec_uri(one.id, crate=crate), rustsec(one, policy=policy, crate=crate).encode()


def _osv_collections(
    advisories: Sequence[Disclosed], osv_of: OsvOf, remember: Remember
) -> Iterator[tuple[str, bytes]]:
    """Give the OSV records together: as one list, as archives, and as lists of what changed."""
    ordered = sorted(advisories, key=lambda one: osv_id(one.id))
    yield "osv/all.json", _joined(map(osv_of, ordered))
    yield "osv/index.json", json_bytes(modified_index(advisories))
    yield "osv/modified_id.csv", modified_csv((one, "") for one in advisories).encode()
    ecosystems = by_ecosystem(advisories)
    yield "osv/ecosystems.txt", "".join(f"{name}\n" for name in ecosystems).encode()
    for name, members in ecosystems.items():
        uri = f"osv/{name}/all.zip"
        yield uri, remember(uri, members, partial(_packed, members, osv_of))
        yield f"osv/{name}/modified_id.csv", modified_csv((one, "") for one in members).encode()


def _packed(members: Iterable[Disclosed], osv_of: OsvOf) -> bytes:
    return archive({f"{osv_id(one.id)}.json": osv_of(one) for one in members})


def _joined(documents: Iterable[bytes]) -> bytes:
    """Make one JSON list of documents that are written already."""
    return b"[\n" + b",\n".join(one.rstrip(b"\n") for one in documents) + b"\n]\n"
