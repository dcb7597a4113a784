"""The files of a site on the disk."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile

from mkdocs_advisories.press.shell import Shells
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import Content


def write(contents: Mapping[str, Content], *, shells: Shells, folder: Path) -> None:
    """Write everything that is published into the folder of the site.

    Raises:
        ActiveContentError: what should be harmless is not.
    """
    known: set[Path] = set()
    for uri, content in contents.items():
        file = folder / (f"{uri}index.html" if isinstance(content, Page) else uri)
        if file.parent not in known:
            file.parent.mkdir(parents=True, exist_ok=True)
            known.add(file.parent)
        if isinstance(content, Page):
            printed = shells.printed(content)
            file.write_bytes(printed.encode("utf-8", errors="xmlcharrefreplace"))
        elif isinstance(content, bytes):
            file.write_bytes(content)
        else:
            copyfile(content, file)
