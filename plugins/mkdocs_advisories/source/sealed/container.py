"""What is sealed: a tar archive (ustar, IEEE Std 1003.1), so that any system can open it by hand.

It has the copy of the header, the advisory, and its attachments, in this order:

    header              as it stands in clear
    <id>.md             the whole advisory
    <id>/<name>         each attachment

A payload made by others is read with suspicion: plain files only, each name once, nothing behind.
"""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from mkdocs_advisories.source.attachments import name_fault
from mkdocs_advisories.source.sealed.padding import padded
from mkdocs_advisories.source.sealed.refusal import RefusedError

HEADER = "header"
MOST_ATTACHMENTS = 100
_BLOCK = 512
_REMEDY = "do not trust it: whoever knows the recipients can make such a file; seal it anew"


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Contents:
    """An advisory as it is sealed. `stem` is the name of its file without `.md`."""

    header: str
    stem: str
    source: bytes
    attachments: dict[str, bytes] = field(default_factory=dict)


def pack(contents: Contents) -> bytes:
    """Put everything into one archive. The same contents always give the same bytes.

    Raises:
        RefusedError: it is too large, or a name is too long.
    """
    files = {HEADER: contents.header.encode(), f"{contents.stem}.md": contents.source}
    files |= {f"{contents.stem}/{name}": raw for name, raw in sorted(contents.attachments.items())}
    buffer = io.BytesIO()
    try:
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, raw in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(raw)
                archive.addfile(entry, io.BytesIO(raw))
            length = archive.offset
    except ValueError:
        raise _refused("a name is too long for the archive") from None
    return padded(buffer.getvalue()[:length] + bytes(2 * _BLOCK))


def unpack(payload: bytes) -> Contents:
    """Read an archive.

    Raises:
        RefusedError: it is not an archive of this kind.
    """
    try:
        files = dict(_files(payload))
    except (tarfile.TarError, ValueError, OSError, EOFError, ArithmeticError, LookupError):
        raise _refused("what is sealed is not an archive that can be read") from None
    names = list(files)
    if names[:1] != [HEADER] or len(names) < 2 or not _is_source(names[1]):  # noqa: PLR2004
        raise _refused("what is sealed does not begin with a header and an advisory")
    stem = names[1].removesuffix(".md")
    try:
        header = files[HEADER].decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("the copy of the header is not text") from None
    return Contents(
        header=header,
        stem=stem,
        source=files[names[1]],
        attachments=dict(_attachments(stem, {name: files[name] for name in names[2:]})),
    )


def _files(payload: bytes) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    end = 0
    with tarfile.open(fileobj=io.BytesIO(payload), mode="r:") as archive:
        for entry in archive:
            plain = entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
            if not plain or entry.sparse is not None or entry.pax_headers:
                raise _refused("what is sealed has more than plain files in it")
            if entry.name in seen or len(seen) > MOST_ATTACHMENTS + 1:
                raise _refused("what is sealed has a name twice, or too many files")
            raw = payload[entry.offset_data : entry.offset_data + entry.size]
            if len(raw) != entry.size:
                raise _refused("a file in what is sealed is cut")
            seen.add(entry.name)
            end = entry.offset_data + -(-entry.size // _BLOCK) * _BLOCK
            yield entry.name, raw
    if payload[end:].strip(b"\0"):
        raise _refused("something is hidden behind the files of what is sealed")


def _attachments(stem: str, files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for path, raw in files.items():
        folder, _, name = path.partition("/")
        if folder != stem or name_fault(name):
            raise _refused("what is sealed has a file that is no attachment of the advisory")
        yield name, raw


def _is_source(name: str) -> bool:
    return name.endswith(".md") and not name_fault(name.removesuffix(".md") + ".txt")


def _refused(text: str) -> RefusedError:
    return RefusedError("ADV169", text, remedy=_REMEDY)
