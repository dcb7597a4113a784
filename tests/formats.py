"""What the tests of formats share: a site's files, and documents from them."""

import json
from datetime import timedelta
from typing import Any

from conftest import NOW, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.site import build_site


def disclosed(folder: Folder, *, days: int = 0) -> tuple[Disclosed, ...]:
    """Give what is disclosed, newest first."""
    catalog = folder.read()
    assert catalog.problems == ()
    return tuple(disclose(catalog.advisories, now=NOW + timedelta(days=days)).advisories)


def built(folder: Folder, *, days: int = 0, signer: Signer | None = None) -> dict[str, bytes]:
    """Give the files of the site but for pages and attachments."""
    catalog = folder.read()
    assert catalog.problems == ()
    disclosure = disclose(catalog.advisories, now=NOW + timedelta(days=days))
    site = build_site(disclosure, policy=folder.policy, index_uri="", signer=signer)
    return {uri: one for uri, one in site.contents.items() if isinstance(one, bytes)}


def document(contents: dict[str, bytes], uri: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read a JSON document of the site."""
    return json.loads(contents[uri])
