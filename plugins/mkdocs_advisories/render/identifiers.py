"""Ids of other databases that formats have a place of their own for."""

import re
from collections.abc import Iterable

from mkdocs_advisories.model import Disclosed

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_CRATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def cve_ids(disclosed: Disclosed) -> tuple[str, ...]:
    """Give the CVE ids that an advisory goes by, its own first. Only what has their form is one."""
    return cve_ids_of((disclosed.id, *disclosed.content.aliases))


def cve_ids_of(names: Iterable[str]) -> tuple[str, ...]:
    """Give those of some ids that have the form of a CVE id, each once."""
    return tuple(dict.fromkeys(one for one in names if is_cve_id(one)))


def is_cve_id(text: str) -> bool:
    """Say whether a text has the form of a CVE id."""
    return _CVE.fullmatch(text) is not None


def crates(disclosed: Disclosed) -> tuple[str, ...]:
    """Give the crates that an advisory is about, each once. Only what has their form is one."""
    packages = (one.package for one in disclosed.content.affected)
    return crates_of((one.ecosystem, one.name) for one in packages)


def crates_of(packages: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Give the crates among packages, which are pairs of ecosystem and name, each once."""
    names = (name for ecosystem, name in packages if ecosystem == "crates.io")
    return tuple(dict.fromkeys(one for one in names if _CRATE.fullmatch(one)))
