"""Where things are: pages of the site, and records of other databases."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

FOLDER = "advisories"
CSAF_FOLDER = "csaf/white"
CSAF_PROVIDER = ".well-known/csaf/provider-metadata.json"

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
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")
_NOT_IN_CSAF = re.compile(r"[^+\-a-z0-9]+")
_FOLLOWED = frozenset({"http", "https", "mailto"})

# The home databases of OSV (https://ossf.github.io/osv-schema/, "id, modified fields").
_OSV_PREFIX = re.compile(
    "(ASB-A|PUB-A|ALPINE|ALSA|ALBA|ALEA|AZL|BELL|BIT|CGA|CLEANSTART|CURL|CVE|DEBIAN|DHI|DRUPAL|DSA"
    "|DLA|DTSA|ECHO|EEF|ELA|FreeBSD|GHSA|GO|GSD|HSEC|JLSEC|KUBE|LBSEC|LSN|MAL|MINI|MGASA|OESA|OSEC"
    "|OSV|openSUSE-SU|PHSA|PSF|PYSEC|RHBA|RHEA|RHSA|RLSA|ROOT|RSEC|RUSTSEC|RXSA|SUSE-[SRFO]U|UBUNTU"
    "|USN|V8)-|x_"
)


def _part(name: str) -> str:
    """Give a name as a part of addresses, which most names are already."""
    return name if _PLAIN.fullmatch(name) else quote(name, safe="")


def page_uri(advisory_id: str) -> str:
    """Give the address of an advisory's page, from the site's root."""
    return f"{FOLDER}/{_part(advisory_id)}/"


def project_uri(slug: str) -> str:
    """Give the address of a project's page; `slug` is its part of addresses."""
    return f"projects/{slug}/"


def version_uri(slug: str, version: str) -> str:
    """Give the address of the page about one version of a project, both as parts of addresses."""
    return f"projects/{slug}/versions/{version}/"


def year_uri(year: str) -> str:
    """Give the address of the page of all that was disclosed in a year."""
    return f"years/{year}/"


def part_uri(uri: str, part: int) -> str:
    """Give the address of an older part of a list that stands at an address."""
    return f"{uri}part-{part}/"


def bundle_uri(instant: datetime) -> str:
    """Give the address of the page of what was disclosed at one instant, together."""
    return f"bundles/{instant.astimezone(UTC):%Y-%m-%dt%H%M%Sz}/"


def osv_uri(advisory_id: str) -> str:
    """Give the address of an advisory's OSV record."""
    return f"osv/{osv_id(advisory_id)}.json"


def cve_uri(cve_id: str) -> str:
    """Give the address of a CVE record."""
    return f"cve/{cve_id}.json"


def csaf_uri(advisory_id: str, *, published: datetime) -> str:
    """Give the address of an advisory's CSAF document.

    The name is that of CSAF 2.0, section 5.1; the folders are those of TLP:WHITE and the year of
    the first release (requirements 4 and 11 of section 7.1).
    """
    name = _NOT_IN_CSAF.sub("_", advisory_id.lower())
    return f"{CSAF_FOLDER}/{published.year}/{name}.json"


def openvex_uri(advisory_id: str) -> str:
    """Give the address of an advisory's OpenVEX document."""
    return f"openvex/{_part(advisory_id)}.json"


def ghsa_uri(advisory_id: str) -> str:
    """Give the address of an advisory as GitHub's API takes it."""
    return f"ghsa/{_part(advisory_id)}.json"


def rustsec_uri(advisory_id: str, *, crate: str) -> str:
    """Give the address of the RustSec file about one crate."""
    return f"rustsec/{_part(crate)}/{_part(advisory_id)}.md"


def record_url(identifier: str) -> str | None:
    """Give the page of a known database about an id, or None."""
    for pattern, url in _DATABASES:
        if re.fullmatch(pattern, identifier):
            return url.format(identifier)
    return None


def weakness_url(cwe_id: str) -> str:
    """Give the page about a weakness."""
    return f"https://cwe.mitre.org/data/definitions/{cwe_id.removeprefix('CWE-')}.html"


def osv_id(advisory_id: str) -> str:
    """Give the id of an advisory's OSV record.

    A prefix that is not registered as a home database is marked as private by `x_`.
    """
    return advisory_id if _OSV_PREFIX.match(advisory_id) else f"x_{advisory_id}"


def harmless(url: str) -> str | None:
    """Give an absolute URL back if a browser only follows it, never runs it; else None.

    The checks refuse others long before; this is the second lock.
    """
    scheme = url.partition(":")[0].lower()
    return url if scheme in _FOLLOWED else None
