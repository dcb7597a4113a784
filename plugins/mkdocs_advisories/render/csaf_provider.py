"""What makes a folder of CSAF documents a provider's (CSAF 2.0, section 7.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import CSAF_FOLDER, CSAF_PROVIDER, csaf_uri
from mkdocs_advisories.render.json_document import present

FEED_URI = f"{CSAF_FOLDER}/csaf-feed-tlp-white.json"


def provider_metadata(
    advisories: Sequence[Disclosed], *, policy: Policy, keys: Mapping[str, str]
) -> dict[str, Any]:
    """Give the provider's metadata (requirement 7). `keys` are URLs of OpenPGP keys by fingerprint.

    With a key, and so with signatures, it is a trusted provider; without, a provider.
    """
    last = max((one.modified for one in advisories), default=policy.feed.beginning)
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


def index_txt(advisories: Sequence[Disclosed]) -> str:
    """List the documents by their place in the folder (requirement 12)."""
    return "".join(f"{one}\n" for one in sorted(map(_place, advisories)))


def changes_csv(advisories: Sequence[Disclosed]) -> str:
    """List the documents with their dates, the one changed last first (requirement 13)."""
    rows = sorted((_place(one), one.modified) for one in advisories)
    rows.sort(key=lambda row: row[1], reverse=True)
    return "".join(f'"{place}","{format_instant(date)}"\n' for place, date in rows)


def _place(disclosed: Disclosed) -> str:
    uri = csaf_uri(disclosed.id, published=disclosed.published)
    return uri.removeprefix(f"{CSAF_FOLDER}/")
