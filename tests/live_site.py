"""A site as it is served: the files of a build, each page framed as a theme does it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from conftest import NOW, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import build_site


def served_files(
    folder: Folder, *, now: datetime = NOW, policy: Policy | None = None
) -> dict[str, bytes]:
    """Build the site and give its files by their addresses."""
    disclosure = disclose(folder.read().advisories, now=now)
    site = build_site(disclosure, policy=policy or folder.policy, index_uri="")
    files = {uri: _bytes(one) for uri, one in site.contents.items()}
    return {**files, "": b"<!doctype html><html><body>All advisories</body></html>\n"}


def write_files(files: Mapping[str, bytes], root: Path) -> None:
    """Put the files into a folder for a web server."""
    for uri, content in files.items():
        file = root / (uri + "index.html" if uri.endswith("/") or not uri else uri)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _bytes(content: Page | bytes | Path) -> bytes:
    if isinstance(content, Page):
        head = f"<title>{content.title}</title>{content.metadata.linked_data}"
        page = f"<!doctype html><html><head>{head}</head><body>{content.html}</body></html>\n"
        return page.encode()
    return content if isinstance(content, bytes) else content.read_bytes()
