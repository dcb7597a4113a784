"""Which characters of an advisory are its own words, and which anybody could have written.

The keys of front matter, the words of the vocabulary, addresses up to their last part, ids, vectors
and lists of versions stand in the advisories of many. A window that has little else tells nothing,
and is no needle.
"""

import re
from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from mkdocs_advisories.proof.folding import fold
from mkdocs_advisories.proof.windows import WINDOW, Places

FEWEST_OWN = 12
"""Characters of a window that are the advisory's own, for it to be a needle."""

_GITHUBS_FORM = """
    Impact What kind of vulnerability is it? Who is impacted?
    Patches Has the problem been patched? What versions should users upgrade to?
    Workarounds Is there a way for users to fix or remediate the vulnerability without upgrading?
    References Are there any links users can visit to find out more?
    For more information If you have any questions or comments about this advisory: open an issue in
    """
_REMARKS = (
    _GITHUBS_FORM,
    "Workarounds: There are no known workarounds. There are no known workarounds for this issue.",
    "There are no known workarounds for this vulnerability. No known workarounds are available.",
    "Users should upgrade to the latest version.",
    "Users are advised to upgrade to the latest version.",
    "Users are recommended to upgrade to version, which fixes this issue.",
    "We recommend that all users upgrade to the latest version as soon as possible.",
    "Other versions are not affected by this vulnerability. Older versions are not affected.",
    "is affected by a cross-site scripting vulnerability. A stored cross-site scripting (XSS)",
    "vulnerability exists in. Multiple cross-site scripting (XSS) vulnerabilities in",
    "Cross-site scripting (XSS) vulnerability in. SQL injection vulnerability in",
    "impact on confidentiality, integrity, and availability",
    "We would like to thank the reporter for responsibly disclosing this vulnerability.",
    "The following versions are affected by this vulnerability",
    "This vulnerability has been patched in version. This issue has been fixed in version.",
    "This vulnerability has been fixed in version. This issue has been patched in version.",
    "All versions are affected by this vulnerability",
)
_MEANS = (
    "this allows",
    "which allows",
    "this could allow",
    "which could allow",
    "this may allow",
    "which may allow",
    "it is possible for",
    "and allows",
)
_ACTORS = (
    "an attacker to",
    "attackers to",
    "remote attackers to",
    "a remote attacker to",
    "local users to",
    "remote authenticated users to",
    "an unauthenticated attacker to",
    "an authenticated attacker to",
    "a malicious user to",
    "a malicious actor to",
)
_EFFECTS = (
    "cause a denial of service attack",
    "cause a denial of service via a crafted",
    "cause a denial of service (memory consumption) via",
    "cause a denial of service (crash)",
    "cause a potential denial of service attack",
    "lead to a potential denial of service attack",
    "execute arbitrary code on the system",
    "execute arbitrary code via a crafted",
    "execute arbitrary JavaScript code in the context of",
    "execute arbitrary commands on the server",
    "read arbitrary files on the server",
    "obtain sensitive information via",
    "inject arbitrary web script or HTML via",
    "bypass intended access restrictions via",
    "crash the process, leading to a denial of service",
)


def commonplaces() -> list[str]:
    """Give what everybody's advisories say, in words that tell nothing of any one of them."""
    told = [" ".join(one) for one in product(_MEANS, _ACTORS, _EFFECTS)]
    return [*_REMARKS, " ".join(told)]


_ADDRESS = re.compile(r"""https?://([^\s<>()"'\]]+/[^\s<>()"'\]]+)""")
_ID = re.compile(r"\bGHSA(?:-[0-9a-z]{4}){3}\b|\b[A-Z]{2,8}-[0-9]{4}-[0-9]+\b")
_COMMON = re.compile(
    r"""
      https?://[^\s<>()"'\]]*[/=]                           # an address up to its last part
    | \bGHSA(?:-[0-9a-z]{4}){3}\b|\b[A-Z]{2,8}-[0-9]{4}-[0-9]+\b  # an id: looked for by itself
    | pkg:[^\s"',}\]]+                                      # a package URL
    | CVSS:[0-9.]+(?:/[A-Za-z]+:[A-Za-z]+)+                 # a vector
    | ^[ ]*(?:-[ ]+)?versions:\s*(?:\[[^\]]*\]|(?:-[ ].*\s*)+)
    | (?:eco)?system:[ ]*["']?[^\s,"'}]+["']?,?\s+name:[ ]*["']?[^\s,"'}]+
    | name:[ ]*["']?[^\s,"'}]+["']?,?\s+ecosystem:[ ]*["']?[^\s,"'}]+
    | [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)  # an instant
    | (?<![A-Za-z0-9_])[a-z_]+:(?=[ \n])                    # a key
    | \b(?:SEMVER|ECOSYSTEM|GIT|CVSS_V[0-9]|ADVISORY|ARTICLE|DETECTION|DISCUSSION|REPORT|FIX
        |INTRODUCED|PACKAGE|EVIDENCE|WEB|FINDER|REPORTER|ANALYST|COORDINATOR|SPONSOR|TOOL|OTHER
        |REMEDIATION_[A-Z]+|undecided)\b
    """,
    re.VERBOSE | re.MULTILINE,
)


def addresses(text: str) -> list[str]:
    """Give, without scheme, addresses that end with a number or a hash, as those of fixes do.

    Those of advisories are left out: what is held has its ids, and what is not is public.
    """
    found = (match[1].rstrip(".,;:*_`") for match in _ADDRESS.finditer(text))
    lasts = {one: re.split(r"[/=]", one)[-1] for one in found}
    return [one for one, last in lasts.items() if re.search("[0-9]", last) and not _ID.search(last)]


def fold_marked(text: str) -> tuple[bytes, npt.NDArray[np.bool_]]:
    """Fold a text, and say of each folded character whether it is the text's own."""
    parts = [(fold(part), own) for part, own in _parts(text)]
    marks = np.repeat([own for _, own in parts], [len(part) for part, _ in parts])
    return b"".join(part for part, _ in parts), marks.astype(np.bool_)


def telling(marks: npt.NDArray[np.bool_]) -> Places:
    """Give the places of the windows that have enough of the text's own characters."""
    sums = np.concatenate([[0], np.cumsum(marks)])
    if len(marks) < WINDOW:
        return np.zeros(0, np.int64)
    return np.flatnonzero(sums[WINDOW:] - sums[:-WINDOW] >= FEWEST_OWN)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    done = 0
    for match in _COMMON.finditer(text):
        yield text[done : match.start()], True
        yield match[0], False
        done = match.end()
    yield text[done:], True
