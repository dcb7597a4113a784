"""The records of one advisory, drafts of others, and what its page says of both."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render import csaf as csaf_documents
from mkdocs_advisories.render import cve as cve_records
from mkdocs_advisories.render import ghsa as ghsa_bodies
from mkdocs_advisories.render import rustsec as rustsec_files
from mkdocs_advisories.render.addresses import (
    FOLDER,
    csaf_uri,
    cve_uri,
    ghsa_uri,
    openvex_uri,
    osv_uri,
    rustsec_uri,
)
from mkdocs_advisories.render.feed_addresses import MEDIA_TYPE, project_feed_uri
from mkdocs_advisories.render.identifiers import crates_of, cve_ids, cve_ids_of
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.openvex import openvex
from mkdocs_advisories.render.osv import osv
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Data
from mkdocs_advisories.render.products import package_products
from mkdocs_advisories.render.rustsec import crates, rustsec
from mkdocs_advisories.render.words import words_of

AddressesOf = Callable[[Outline], Sequence[str]]
"""Names the files of one format for an advisory."""

ROOTS = frozenset((FOLDER, "csaf", "cve", "ghsa", "openvex", "osv", "rustsec"))
"""The first parts of all addresses of pages, attachments, records and drafts."""


def _cve_uris(line: Outline) -> list[str]:
    return [cve_uri(one) for one in cve_ids_of((line.id, *line.aliases))]


def _rustsec_uris(line: Outline) -> list[str]:
    packages = ((one.ecosystem, one.name) for one in line.packages)
    return [rustsec_uri(line.id, crate=crate) for crate in crates_of(packages)]


_RECORDS: tuple[AddressesOf, ...] = (
    lambda line: [osv_uri(line.id)],
    lambda line: [csaf_uri(line.id, published=line.published)],
    lambda line: [openvex_uri(line.id)],
    _cve_uris,
)
_DRAFTS: tuple[AddressesOf, ...] = (lambda line: [ghsa_uri(line.id)], _rustsec_uris)

FORMATS = (*_RECORDS, *_DRAFTS)
"""What names the files of each format: no two formats share an address."""


def addresses_of(line: Outline) -> Iterator[str]:
    """Name the addresses of all files of `records_of`, without making them."""
    return (uri for format_uris in _RECORDS for uri in format_uris(line))


def draft_addresses_of(line: Outline) -> Iterator[str]:
    """Name the addresses of all files of `drafts_of`, without making them."""
    return (uri for format_uris in _DRAFTS for uri in format_uris(line))


def page_data(disclosed: Disclosed, *, policy: Policy) -> tuple[Data, ...]:
    """Name the records of an advisory, for its page."""
    words = words_of(policy.language)
    csaf_document = csaf_uri(disclosed.id, published=disclosed.published)
    return (
        Data(name="OSV", uri=quote(osv_uri(disclosed.id))),
        Data(name="CSAF 2.0", uri=quote(csaf_document)),
        *(
            Data(name=words.gettext("CVE record of %(cve)s", cve=one), uri=quote(cve_uri(one)))
            for one in cve_ids(disclosed)
        ),
        Data(name="OpenVEX", uri=quote(openvex_uri(disclosed.id))),
    )


def page_feeds(disclosed: Disclosed, *, policy: Policy) -> tuple[Data, ...]:
    """Name the feeds of the projects that an advisory is about."""
    words = words_of(policy.language)
    ours = {one.name for one in policy.projects}
    return tuple(
        Data(
            name=words.gettext("Atom feed of %(project)s", project=name),
            uri=project_feed_uri(policy.feed.uri, name),
            media_type=MEDIA_TYPE,
        )
        for name in policy.projects_of(disclosed.content.affected)
        if name in ours
    )


def record_notes(disclosed: Disclosed) -> Iterator[Note]:
    """Say what formats could not carry of an advisory."""
    for source in (csaf_documents, cve_records, ghsa_bodies, rustsec_files):
        yield from source.notes(disclosed)


def records_of(one: Disclosed, policy: Policy) -> Iterator[tuple[str, bytes]]:
    """Give the records of an advisory that get companions."""
    yield osv_uri(one.id), json_bytes(osv(one, policy=policy))
    products = package_products(one.content.affected)
    document = csaf_documents.csaf(one, policy=policy, products=products)
    yield csaf_uri(one.id, published=one.published), json_bytes(document)
    yield openvex_uri(one.id), json_bytes(openvex(one, policy=policy, products=products))
    for cve_id in cve_ids(one):
        yield cve_uri(cve_id), json_bytes(cve_records.cve(one, policy=policy, cve_id=cve_id))


def drafts_of(one: Disclosed, policy: Policy) -> Iterator[tuple[str, bytes]]:
    """Give what is there to be handed in elsewhere, and changed there: it gets no companions."""
    yield ghsa_uri(one.id), json_bytes(ghsa_bodies.ghsa(one, policy=policy))
    for crate in crates(one):
        yield rustsec_uri(one.id, crate=crate), rustsec(one, policy=policy, crate=crate).encode()
