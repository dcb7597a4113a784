"""OSV records as the public database lays them out: an archive and an index for each ecosystem."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.render.addresses import osv_id

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP file knows none before


def archive(records: Mapping[str, bytes]) -> bytes:
    """Pack files by name. The same files make the same bytes: no clock and no owner is in them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name in sorted(records):
            member = zipfile.ZipInfo(name, date_time=_EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            file.writestr(member, records[name])
    return packed.getvalue()


def by_ecosystem(advisories: Iterable[Disclosed]) -> dict[str, list[Disclosed]]:
    """Sort advisories by the ecosystems of their packages, without releases (`Debian:12`)."""
    found: dict[str, list[Disclosed]] = {}
    for one in advisories:
        names = (affected.package.ecosystem.partition(":")[0] for affected in one.content.affected)
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def modified_csv(rows: Iterable[tuple[Disclosed, str]]) -> str:
    """List when records changed, newest first: `modified,path`. A row has a record's folder."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for one, folder in sorted(rows, key=lambda row: (-row[0].modified.timestamp(), row[0].id)):
        writer.writerow([format_instant(one.modified), folder + osv_id(one.id)])
    return written.getvalue()


def modified_index(advisories: Sequence[Disclosed]) -> list[dict[str, str]]:
    """Give every record's id and when it changed, in the order of the ids."""
    return [
        {"id": osv_id(one.id), "modified": format_instant(one.modified)}
        for one in sorted(advisories, key=lambda one: one.id)
    ]
