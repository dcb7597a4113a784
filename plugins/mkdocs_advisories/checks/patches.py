"""What the section Patches says about versions that have no fix.

It is read as prose, so it is asked only for words that a person would take for an answer: the page,
the mail and every record show this text, and nothing beside it could disagree with it.
"""

import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case

_PATCHES = re.compile(
    r"^\#{1,6}[ \t]+(?:patch|fix|solution|remedi|resolution)[^\n]*\n(.*?)(?=^\#{1,6}[ \t]|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_NO_FIX = re.compile(
    r"\b(no|not|none|never|nor|neither|without|cannot|\w+n['’]t|un(fixed|patched|maintained|supported)"
    r"|end[- ]of[- ](life|support)|eol|archived|abandoned|deprecated|discontinued|obsolete)\b",
    re.IGNORECASE,
)
_NOT_AFFECTED = re.compile(r"\b(not|never|no longer) (affected|vulnerable)\b", re.IGNORECASE)


def says_unfixed(case: Case, *, names_release: bool) -> bool:
    """Say whether Patches tells that something has no fix.

    With `names_release`, any version that it names will do as well. Another language than English
    is not read: whatever stands there counts.
    """
    text = _patches(case)
    if not case.policy.language.lower().startswith("en"):
        return bool(text.strip())
    return bool(_NO_FIX.search(text)) or (names_release and bool(re.search(r"[0-9]\.[0-9]", text)))


def says_line_unfixed(case: Case, line: str) -> bool:
    """Say whether a sentence of Patches names a release line and tells that it has no fix."""
    named = re.compile(rf"(?<![0-9.]){re.escape(line)}(?:\.[0-9x*]+)*(?![0-9])")
    english = case.policy.language.lower().startswith("en")
    return any(
        named.search(one) and (not english or _NO_FIX.search(_NOT_AFFECTED.sub("", one)))
        for one in _sentences(_patches(case))
    )


def _patches(case: Case) -> str:
    """Give the text of the section, or the whole body where there is none."""
    found = _PATCHES.findall(case.draft.prose)
    return "\n".join(found) or case.draft.prose


def _sentences(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\n\s*[-*|]", text):
        yield from re.split(r"(?<=[.!?;])\s+", " ".join(paragraph.split()))
