"""OSV records as the public database lays them out: an archive and an index for each ecosystem."""

import csv
import io
import zipfile
from collections.abc import Iterable

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.render.addresses import osv_id
from mkdocs_advisories.render.json_document import json_text
from mkdocs_advisories.render.outline import Outline

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP file knows none before


def archive(records: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files, each with its name, in the order in which they come.

    The same files make the same bytes: no clock and no owner is in them.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name, record in records:
            member = zipfile.ZipInfo(name, date_time=_EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            file.writestr(member, record)
    return packed.getvalue()


def joined(archives: Iterable[bytes]) -> bytes:
    """Make of archives the one that `archive` makes of all their files; nothing is packed again."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for one in archives:
            start = whole.tell()
            with zipfile.ZipFile(io.BytesIO(one)) as part:
                whole.write(one[: part.start_dir])
                for member in part.infolist():
                    member.header_offset += start
                    file.filelist.append(member)
            file.start_dir = whole.tell()
    return whole.getvalue()


def by_ecosystem(lines: Iterable[Outline]) -> dict[str, list[Outline]]:
    """Sort advisories by the ecosystems of their packages, without releases (`Debian:12`)."""
    found: dict[str, list[Outline]] = {}
    for one in lines:
        for name in one.ecosystems:
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def last_modified_first(lines: Iterable[Outline]) -> list[Outline]:
    """Put advisories in the order of their last changes, the newest first."""
    return sorted(lines, key=lambda one: (-one.modified.timestamp(), one.id))


def modified_line(line: Outline) -> str:
    """Write when a record changed, as a line of `modified_id.csv`: `modified,id`."""
    written = io.StringIO()
    row = [format_instant(line.modified), osv_id(line.id)]
    csv.writer(written, lineterminator="\n").writerow(row)
    return written.getvalue()


def modified_text(line: Outline) -> bytes:
    """Write a record's id and when it changed, as JSON."""
    return json_text({"id": osv_id(line.id), "modified": format_instant(line.modified)})
