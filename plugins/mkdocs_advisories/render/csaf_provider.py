"""What makes a folder of CSAF documents a provider's (CSAF 2.0, section 7.1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import CSAF_FOLDER, CSAF_PROVIDER, csaf_uri
from mkdocs_advisories.render.json_document import present
from mkdocs_advisories.render.outline import Outline

FEED_URI = f"{CSAF_FOLDER}/csaf-feed-tlp-white.json"


def provider_metadata(*, last: datetime, policy: Policy, keys: Mapping[str, str]) -> dict[str, Any]:
    """Give the provider's metadata (requirement 7). `keys` are URLs of OpenPGP keys by fingerprint.

    `last` is the newest change of an advisory, or the first day of the feed while there is none.
    With a key, and so with signatures, it is a trusted provider; without, a provider.
    """
    root = policy.site_url
    publisher = {
        "category": policy.publisher.category,
        "name": policy.organisation.name,
        "namespace": policy.namespace,
        "contact_details": policy.publisher.contact_details,
        "issuing_authority": policy.publisher.issuing_authority,
    }
    feed = {
        "summary": "All advisories (TLP:WHITE)",
        "tlp_label": "WHITE",
        "url": root + FEED_URI,
    }
    return present(
        {
            "canonical_url": root + CSAF_PROVIDER,
            "distributions": [
                {"rolie": {"feeds": [feed]}},
                {"directory_url": f"{root}{CSAF_FOLDER}/"},
            ],
            "last_updated": format_instant(last),
            "list_on_CSAF_aggregators": True,
            "mirror_on_CSAF_aggregators": True,
            "metadata_version": "2.0",
            "public_openpgp_keys": [
                {"fingerprint": fingerprint, "url": url} for fingerprint, url in keys.items()
            ],
            "publisher": present(publisher),
            "role": "csaf_trusted_provider" if keys else "csaf_provider",
        }
    )


def by_place(lines: Iterable[Outline]) -> list[Outline]:
    """Put advisories in the order of their documents' places in the folder."""
    return sorted(lines, key=_place)


def last_changed_first(lines: Iterable[Outline]) -> list[Outline]:
    """Put advisories, given by their places, in the order of their last changes, newest first."""
    return sorted(lines, key=lambda one: one.modified, reverse=True)


def index_line(line: Outline) -> str:
    """Write a document's place in the folder, as a line of `index.txt` (requirement 12)."""
    return f"{_place(line)}\n"


def changes_line(line: Outline) -> str:
    """Write a document's place and date, as a line of `changes.csv` (requirement 13)."""
    return f'"{_place(line)}","{format_instant(line.modified)}"\n'


def _place(line: Outline) -> str:
    uri = csaf_uri(line.id, published=line.published)
    return uri.removeprefix(f"{CSAF_FOLDER}/")
