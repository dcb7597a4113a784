"""A file of the RustSec database: TOML in a fence, then a title and Markdown.

https://github.com/rustsec/advisory-db, EXAMPLE_ADVISORY.md
"""

import re
import tomllib
from typing import Any

from mkdocs_advisories.source.importers.found import Found, Record, RefusedError, mapping, words
from mkdocs_advisories.source.importers.instants import noon
from mkdocs_advisories.source.importers.osv import NO_REASON
from mkdocs_advisories.source.importers.spans import (
    Stretch,
    comparators,
    complement,
    full_semver,
    ranges,
)

_FILE = re.compile(r"\s*```toml\n(?P<toml>.*?)^```[ \t]*\n(?P<rest>.*)\Z", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+)\n?(?P<body>.*)\Z", re.DOTALL)
_KNOWN = frozenset(
    """id package date url references aliases related cvss withdrawn categories keywords
    informational expect-deleted""".split()
)
_PARTS = frozenset({"advisory", "versions", "affected"})
_ABOUT = ("categories", "keywords", "informational", "expect-deleted")


SHARED = "# TLP:AMBER. Under embargo until"
"""What stands on top of the TOML of a copy that was handed on before its day."""


def read_rustsec(source: str) -> Found:
    """Read a file of the database.

    Raises:
        RefusedError: it is not one, or not about a crate.
    """
    match = _FILE.match(source.replace("\r\n", "\n"))
    if match is None:
        raise RefusedError("it does not begin with TOML in a fence of backticks")
    try:
        record = tomllib.loads(match["toml"])
    except tomllib.TOMLDecodeError:
        raise RefusedError("the TOML is not valid") from None
    titled = _TITLE.match(match["rest"])
    title, body = (titled["title"], titled["body"]) if titled else ("", match["rest"])
    found = _found(record, title.strip(), body)
    if SHARED in match["toml"]:
        found.front["embargo"] = None
        found.remarks.append("it was shared under embargo, and a day is no instant: decide it")
    return found


def _found(record: Record, title: str, body: str) -> Found:
    advisory = mapping(record.get("advisory"), "advisory")
    vector = str(advisory.get("cvss", ""))
    found = Found(
        front={
            "id": str(advisory.get("id", "")),
            "aliases": words(advisory, "aliases"),
            "related": words(advisory, "related"),
            "summary": title,
            "embargo": noon(str(advisory.get("date", ""))),
            "severity": [{"type": f"CVSS_V{vector[5:6]}", "score": vector}] if vector else [],
            "affected": [_affected(advisory, record)],
            "references": _references(advisory),
        },
        body=body,
    )
    if advisory.get("withdrawn"):
        date = noon(str(advisory["withdrawn"]))
        found.front["withdrawn"] = {"date": date, "reason": NO_REASON}
    found.leave_rest(advisory, known=_KNOWN, prefix="advisory.")
    found.leave_rest(record, known=_PARTS)
    return found


def _references(advisory: Record) -> list[dict[str, str]]:
    """Give the pages; the database does not say of what kind they are."""
    url = advisory.get("url")
    urls = [*([url] if isinstance(url, str) else []), *words(advisory, "references")]
    return [{"type": "WEB", "url": one} for one in dict.fromkeys(urls)]


def _affected(advisory: Record, record: Record) -> dict[str, Any]:
    name = str(advisory.get("package", ""))
    affected = {
        "package": {"ecosystem": "crates.io", "name": name, "purl": f"pkg:cargo/{name}"},
        "ranges": _ranges(mapping(record.get("versions") or {}, "versions")),
        "database_specific": {key: advisory[key] for key in _ABOUT if advisory.get(key)},
    }
    where = mapping(record.get("affected") or {}, "affected")
    if where:
        affected["ecosystem_specific"] = {"affects": dict(where)}
    return affected


def _ranges(versions: Record) -> list[dict[str, Any]]:
    """Give the affected versions: all but those that are patched or unaffected."""
    safe = []
    for requirement in (*words(versions, "patched"), *words(versions, "unaffected")):
        one = cargo_stretch(requirement)
        if one is None:
            raise RefusedError("a requirement in `versions` cannot be read")
        safe.append(one)
    affected = complement(safe)
    if not affected:
        raise RefusedError("no version is affected: all are patched or unaffected")
    written = ranges(affected, ecosystem="crates.io")
    if written is None:
        raise RefusedError("the affected versions cannot be told from the patched ones")
    return written


def cargo_stretch(requirement: str) -> Stretch | None:
    """Read a version requirement of Cargo as the stretch of versions that it allows.

    https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html; None if it is none.
    """
    pairs = comparators(requirement)
    if pairs is None:
        return None
    low: dict[str, Any] = {}
    high: dict[str, Any] = {}
    try:
        for sign, version in pairs:
            one = _comparator(sign, version)
            low = {key: one[key] for key in ("low", "low_excluded") if key in one} or low
            high = {key: one[key] for key in ("high", "high_included") if key in one} or high
    except ValueError:
        return None
    return Stretch(**low, **high)


def _comparator(sign: str, version: str) -> dict[str, Any]:
    """Give the ends that one comparator sets. A version that is cut short stands for all below it.

    Raises:
        ValueError: the version is none.
    """
    if version == "*":
        return {}
    first, is_full = str(full_semver(version)), version.count(".") >= 2  # noqa: PLR2004 - a.b.c
    after = _after(version, caret=sign in {"^", ""})
    if sign in {"^", "", "~"} or (sign in {"=", "=="} and not is_full):
        return {"low": first, "high": after}
    if sign in {"=", "=="}:
        return {"low": first, "high": first, "high_included": True}
    if sign == ">":
        return {"low": first, "low_excluded": True} if is_full else {"low": after}
    if sign == "<=":
        return {"high": first, "high_included": True} if is_full else {"high": after}
    return {"low": first} if sign == ">=" else {"high": first}


def _after(version: str, *, caret: bool) -> str:
    """Give the version right behind all that a caret, a tilde or a short version stands for."""
    parsed, stated = full_semver(version), min(version.partition("-")[0].count("."), 2) + 1
    numbers = [parsed.major, parsed.minor, parsed.patch]
    if caret:
        leading = next((index for index in range(stated) if numbers[index]), stated - 1)
        place = leading
    else:
        place = min(stated - 1, 1)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]))
