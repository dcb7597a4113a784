"""The files that are made of all advisories together, but for the feeds.

Each is put together from chunks, and every chunk is remembered: of what is as it was, nothing is
made again, however many advisories there are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from zlib import crc32

from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render import security_txt as security
from mkdocs_advisories.render.addresses import CSAF_FOLDER, CSAF_PROVIDER, osv_id
from mkdocs_advisories.render.archive import (
    archive,
    by_ecosystem,
    joined,
    last_modified_first,
    modified_line,
    modified_text,
)
from mkdocs_advisories.render.checkable import VERSIONS_URI, PackageName, checkable_of_all
from mkdocs_advisories.render.csaf_provider import (
    FEED_URI,
    by_place,
    changes_line,
    index_line,
    last_changed_first,
    provider_metadata,
)
from mkdocs_advisories.render.ids import IDS_URI, ids, ids_text
from mkdocs_advisories.render.json_document import json_bytes, json_text, separated
from mkdocs_advisories.render.machine_index import SCHEMA_URI, machine_index
from mkdocs_advisories.render.outline import Outline, standing
from mkdocs_advisories.render.rolie import rolie, rolie_entry
from mkdocs_advisories.site.batch import Batch, Content, Parts, batch_of_file
from mkdocs_advisories.site.companions import (
    companions_of,
    parts_with_companions,
    with_companions,
)
from mkdocs_advisories.site.sheets import Load, Sheets
from mkdocs_advisories.source.contract import contract

INDEX_URI = "advisories.json"

_CHUNK = 250

INDEX_ROOTS = frozenset(
    uri.partition("/")[0]
    for one in (VERSIONS_URI, IDS_URI, INDEX_URI, FEED_URI, CSAF_PROVIDER, SCHEMA_URI, "osv/")
    for uri in (one, *companions_of(one, is_signed=True))
)
"""The first parts of the addresses of all of them, and perhaps others."""

Written = Callable[[Sequence[Outline]], bytes]
"""Writes what a document says of some advisories."""

Frame = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Puts a document around what it says of advisories; both are in parts."""


def index_files(
    sheets: Sheets, *, policy: Policy, signer: Signer | None, as_of: datetime
) -> Iterator[Batch]:
    """Give everything but pages and feeds that is made of all advisories; some of it is signed."""
    lines = sheets.outlines
    last = max((one.modified for one in lines), default=policy.feed.beginning)
    yield _versions(sheets)
    by_id = sorted(lines, key=lambda one: one.id)
    yield _joined(sheets, IDS_URI, by_id, _texts(ids_text), ids)
    for one in (*_osv_files(sheets), _machine_index(sheets, policy, last)):
        yield _with_companions(one, signer)
    yield from _provider_files(sheets, policy, signer, last)
    stated = policy.security_txt
    if stated and stated.expires > as_of:
        yield batch_of_file(security.URI, security.security_txt(stated, policy=policy).encode())


def chunks(lines: Sequence[Outline], *, size: int = _CHUNK) -> Iterator[Sequence[Outline]]:
    """Part a list so that a new advisory, wherever it comes, changes one part, seldom two.

    Where a part ends, the ids say, not the places in the list: their `size` is that on average.
    """
    start = 0
    for end, one in enumerate(lines, start=1):
        if crc32(one.id.encode()) % size == 0 or end == len(lines):
            yield lines[start:end]
            start = end


def _joined(  # noqa: PLR0913 - what a document is made of, and how
    sheets: Sheets,
    uri: str,
    lines: Sequence[Outline],
    written: Written,
    frame: Frame,
    *,
    given: str = "",
) -> Batch:
    """Make a document in chunks. `given` is what else decides, but for the policy."""
    name = f"{uri} {given}"
    parts = [sheets.kept(name, some, partial(written, some)) for some in chunks(lines)]
    return Batch(
        name=uri,
        made_of=lines,
        mark=sheets.mark(name, lines),
        files=(uri,),
        contents=lambda: {uri: Parts(make=lambda: frame(part() for part in parts))},
    )


def _texts(text: Callable[[Outline], bytes], between: bytes = b",") -> Written:
    """Write what a text says of each, one after the other."""
    return lambda some: between.join(map(text, some))


def _versions(sheets: Sheets) -> Batch:
    lines = standing(sheets.outlines)
    of_package: dict[PackageName, list[Outline]] = {}
    for line in lines:
        for name in dict.fromkeys(PackageName(one.ecosystem, one.name) for one in line.packages):
            of_package.setdefault(name, []).append(line)

    def written(name: PackageName, some: Sequence[Outline]) -> bytes:
        known = (one for line in some for one in sheets.excerpts(line).said)
        return b",".join(text for package, text in known if package == name)

    parts: dict[PackageName, Load] = {
        name: sheets.kept(f"{VERSIONS_URI} {name}", some, partial(written, name, some))
        for name, some in of_package.items()
    }
    return Batch(
        name=VERSIONS_URI,
        made_of=lines,
        mark=sheets.mark(VERSIONS_URI, lines),
        files=(VERSIONS_URI,),
        contents=lambda: {
            VERSIONS_URI: Parts(
                make=lambda: checkable_of_all({name: _once(load) for name, load in parts.items()})
            )
        },
    )


def _once(load: Load) -> Iterator[bytes]:
    yield load()


def _osv_files(sheets: Sheets) -> Iterator[Batch]:
    """Give the OSV records together: as one list, as archives, and as lists of what changed."""
    lines = sheets.outlines
    by_id = sorted(lines, key=lambda one: one.id)
    yield _joined(
        sheets,
        "osv/all.json",
        sorted(lines, key=lambda one: osv_id(one.id)),
        _texts(lambda one: sheets.osv(one).rstrip(b"\n"), between=b",\n"),
        lambda texts: chain([b"[\n"], separated(texts, b",\n"), [b"\n]\n"]),
    )
    yield _joined(sheets, "osv/index.json", by_id, _texts(modified_text), _as_list)
    yield _in_lines(sheets, "osv/modified_id.csv", last_modified_first(lines), modified_line)
    ecosystems = by_ecosystem(lines)
    names = "".join(f"{name}\n" for name in ecosystems)
    yield batch_of_file("osv/ecosystems.txt", names.encode())
    for name, members in ecosystems.items():
        yield _joined(
            sheets,
            f"osv/{name}/all.zip",
            sorted(members, key=_file_of),
            partial(_packed, sheets),
            lambda archives: [joined(archives)],
        )
        yield _in_lines(
            sheets, f"osv/{name}/modified_id.csv", last_modified_first(members), modified_line
        )


def _in_lines(
    sheets: Sheets, uri: str, ordered: Sequence[Outline], text: Callable[[Outline], str]
) -> Batch:
    """Make a list of text, with a line for each advisory."""
    return _joined(sheets, uri, ordered, _texts(lambda one: text(one).encode(), between=b""), iter)


def _packed(sheets: Sheets, some: Sequence[Outline]) -> bytes:
    return archive((_file_of(one), sheets.osv(one)) for one in some)


def _file_of(line: Outline) -> str:
    return f"{osv_id(line.id)}.json"


def _as_list(texts: Iterable[bytes]) -> Iterable[bytes]:
    return chain([b"["], separated(texts, b","), [b"]\n"])


def _machine_index(sheets: Sheets, policy: Policy, last: datetime) -> Batch:
    return _joined(
        sheets,
        INDEX_URI,
        sheets.outlines,
        _texts(lambda one: sheets.excerpts(one).indexed),
        partial(machine_index, last=last, policy=policy),
    )


def _provider_files(
    sheets: Sheets, policy: Policy, signer: Signer | None, last: datetime
) -> Iterator[Batch]:
    """Give what describes the records to those who fetch them."""
    lines, keys = sheets.outlines, dict[str, str]()
    if signer:
        uri = f"csaf/openpgp/{signer.fingerprint}.asc"
        keys[signer.fingerprint] = policy.site_url + uri
        yield batch_of_file(uri, signer.certificate)
    metadata = provider_metadata(last=last, policy=policy, keys=keys)
    yield batch_of_file(CSAF_PROVIDER, json_bytes(metadata, indent=2))
    entry = partial(rolie_entry, policy=policy, signed=signer is not None)
    yield _joined(
        sheets,
        FEED_URI,
        last_modified_first(lines),
        _texts(lambda one: json_text(entry(one))),
        partial(rolie, last=last, policy=policy),
        given="signed" if signer else "",
    )
    placed = by_place(lines)
    yield _in_lines(sheets, f"{CSAF_FOLDER}/index.txt", placed, index_line)
    yield _in_lines(sheets, f"{CSAF_FOLDER}/changes.csv", last_changed_first(placed), changes_line)
    yield batch_of_file(SCHEMA_URI, json_bytes(contract("index"), indent=2))


def _with_companions(batch: Batch, signer: Signer | None) -> Batch:
    """Put hashes and signatures beside every file of a batch."""
    more = (uri for one in batch.files for uri in companions_of(one, is_signed=signer is not None))

    def contents() -> dict[str, Content | Parts]:
        found: dict[str, Content | Parts] = {}
        for uri, one in batch.contents().items():
            if isinstance(one, Parts):
                found |= parts_with_companions(uri, one, signer=signer)
            elif isinstance(one, bytes):
                found |= with_companions({uri: one}, signer=signer)
        return found

    return replace(batch, files=(*batch.files, *more), contents=contents)
