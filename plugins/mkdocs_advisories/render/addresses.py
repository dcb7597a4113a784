"""Where things are: pages of the site, and records of other databases."""

import re
from urllib.parse import quote

FOLDER = "advisories"

_DATABASES = (
    (r"CVE-\d{4}-\d+", "https://www.cve.org/CVERecord?id={}"),
    (r"GHSA(-[0-9a-z]{4}){3}", "https://github.com/advisories/{}"),
    (r"RUSTSEC-\d{4}-\d+", "https://rustsec.org/advisories/{}.html"),
    (r"GO-\d{4}-\d+", "https://pkg.go.dev/vuln/{}"),
    (r"EUVD-\d{4}-\d+", "https://euvd.enisa.europa.eu/vulnerability/{}"),
    (
        r"(PYSEC|OSV|JLSEC|HSEC|RSEC|MAL|PSF|OSEC|DSA|USN)-\d{4}-\d+",
        "https://osv.dev/vulnerability/{}",
    ),
)
_FOLLOWED = frozenset({"http", "https", "mailto"})


def page_uri(advisory_id: str) -> str:
    """Give the address of an advisory's page, from the site's root."""
    return f"{FOLDER}/{quote(advisory_id, safe='')}/"


def record_url(identifier: str) -> str | None:
    """Give the page of a known database about an id, or None."""
    for pattern, url in _DATABASES:
        if re.fullmatch(pattern, identifier):
            return url.format(identifier)
    return None


def weakness_url(cwe_id: str) -> str:
    """Give the page about a weakness."""
    return f"https://cwe.mitre.org/data/definitions/{cwe_id.removeprefix('CWE-')}.html"


def harmless(url: str) -> str | None:
    """Give an absolute URL back if a browser only follows it, never runs it; else None.

    The checks refuse others long before; this is the second lock.
    """
    scheme = url.partition(":")[0].lower()
    return url if scheme in _FOLLOWED else None
