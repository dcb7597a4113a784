"""Files that are published with an advisory: a folder beside it, named by its id."""

import re
from pathlib import Path

from mkdocs_advisories.model import Attachment
from mkdocs_advisories.problems import Place, Problem

LARGEST_ATTACHMENT = 5 * 1024 * 1024
"""Bytes."""

SUFFIXES = frozenset(
    """.asc .csv .diff .gif .gz .jpeg .jpg .json .log .patch .pdf .png .sig .tar .toml .txt .wasm
    .wast .wat .webp .xz .yaml .yml .zip""".split()
)
"""Kinds of file that no browser runs as part of the site. HTML, SVG and scripts are left out."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def attachment(file: Path, *, path: str) -> Attachment | Problem:
    """Accept a file as an attachment, or say why not. Its content is not read here."""
    fault = _fault(file)
    if fault is None:
        return Attachment(name=file.name, path=file)
    code, text, remedy = fault
    return Problem(code=code, place=Place(path=path), text=text, remedy=remedy)


def _fault(file: Path) -> tuple[str, str, str] | None:
    if file.is_symlink():
        return "ADV001", "a symbolic link is not followed", "put the file itself in its place"
    if not file.is_file():
        return "ADV143", "a folder of attachments has files only", "move the files one level up"
    if not _NAME.fullmatch(file.name) or file.name.lower().startswith("index."):
        remedy = "use letters, digits, `.`, `_` and `-`; not `index`"
        return "ADV143", "the name cannot be part of a URL", remedy
    if file.suffix.lower() not in SUFFIXES:
        remedy = f"use one of {' '.join(sorted(SUFFIXES))}; a picture as PNG, a page as PDF"
        return "ADV143", "files of this kind are not published", remedy
    if file.stat().st_size > LARGEST_ATTACHMENT:
        limit = f"{LARGEST_ATTACHMENT // 1024 // 1024} MiB"
        return "ADV002", f"the attachment is larger than {limit}", "shrink it, or link to it"
    return None
