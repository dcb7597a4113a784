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
        return Attachment(name=file.name, content=file)
    code, text, remedy = fault
    return Problem(code=code, place=Place(path=path), text=text, remedy=remedy)


def attachment_in_memory(name: str, content: bytes) -> Attachment:
    """Give an attachment whose name is known to be sound (`name_fault`), and which is no file."""
    return Attachment(name=name, content=content)


def name_fault(name: str) -> tuple[str, str] | None:
    """Say what is wrong with the name of an attachment, and the remedy."""
    if not _NAME.fullmatch(name) or name.lower().startswith("index."):
        remedy = "use letters, digits, `.`, `_` and `-`; not `index`"
        return "the name cannot be part of a URL", remedy
    if Path(name).suffix.lower() not in SUFFIXES:
        remedy = f"use one of {' '.join(sorted(SUFFIXES))}; a picture as PNG, a page as PDF"
        return "files of this kind are not published", remedy
    return None


def _fault(file: Path) -> tuple[str, str, str] | None:
    if file.is_symlink():
        return "ADV001", "a symbolic link is not followed", "put the file itself in its place"
    if not file.is_file():
        return "ADV143", "a folder of attachments has files only", "move the files one level up"
    if fault := name_fault(file.name):
        return "ADV143", *fault
    if file.stat().st_size > LARGEST_ATTACHMENT:
        limit = f"{LARGEST_ATTACHMENT // 1024 // 1024} MiB"
        return "ADV002", f"the attachment is larger than {limit}", "shrink it, or link to it"
    return None
