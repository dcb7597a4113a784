"""security.txt (RFC 9116): how to report a vulnerability."""

from collections.abc import Iterator

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy, SecurityTxt
from mkdocs_advisories.render.addresses import CSAF_PROVIDER

URI = ".well-known/security.txt"


def security_txt(stated: SecurityTxt, *, policy: Policy) -> str:
    """Write the file. Its expiry is the one that is stated, so one policy makes the same bytes."""
    return "".join(f"{name}: {value}\n" for name, value in _fields(stated, policy))


def _fields(stated: SecurityTxt, policy: Policy) -> Iterator[tuple[str, str]]:
    yield from (("Contact", one) for one in stated.contact)
    yield "Expires", format_instant(stated.expires)
    if stated.languages:
        yield "Preferred-Languages", ", ".join(stated.languages)
    yield "Canonical", policy.site_url + URI
    optional = (
        ("Encryption", stated.encryption),
        ("Acknowledgments", stated.acknowledgments),
        ("Policy", stated.policy),
        ("Hiring", stated.hiring),
        ("CSAF", policy.site_url + CSAF_PROVIDER),
    )
    yield from ((name, value) for name, value in optional if value)
