"""Names and versions as parts of addresses. They come from strangers, so no part is ever a path.

A part has small letters, digits, `.`, `-` and `_` only, whatever it is made of, and two texts never
share one: not even where capital and small letters are the same, as on some disks.
"""

import re
from functools import lru_cache
from hashlib import sha256

from mkdocs_advisories.policy import Policy

_LONGEST = 80
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def exact_slug(text: str) -> str:
    """Write a text so that it can be told from every other: `1.0.0+a` as `1.0.0_2ba`.

    What is not safe, and each `_`, becomes the hexadecimal digits of its bytes. What would be too
    long becomes a digest.
    """
    raw = text.encode("utf-8", "surrogatepass")
    written = "".join(map(_safe, raw)) or "_"
    dotted = re.sub(r"^\.|\.$|(?<=\.)\.", "_2e", written)
    return dotted if len(dotted) <= _LONGEST else f"_h{sha256(raw).hexdigest()[:32]}"


def _safe(byte: int) -> str:
    one = chr(byte)
    is_safe = one.isascii() and (one.islower() or one.isdigit() or one in ".-")
    return one if is_safe else f"_{byte:02x}"


def project_slug(name: str, policy: Policy) -> str:
    """Give a project's part of addresses, which no other project takes away.

    The projects of the policy come first, in its order. A name that would need the same part as
    another, or does not stand in its part as it is, gets some digits of its digest.
    """
    for one in policy.projects:
        if one.name == name:
            return _unless_taken(name, policy)
    slug = plain_slug(name)
    taken = {plain_slug(one.name) for one in policy.projects}
    return slug if _PLAIN.fullmatch(name) and slug not in taken else _marked(slug, name)


def _unless_taken(name: str, policy: Policy) -> str:
    slug = plain_slug(name)
    first = next(one.name for one in policy.projects if plain_slug(one.name) == slug)
    return slug if first == name else _marked(slug, name)


def _marked(slug: str, name: str) -> str:
    return f"{slug[:_LONGEST]}_{sha256(name.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=1024)
def plain_slug(name: str) -> str:
    """Write a name as readers would expect it in an address. Two names may share one."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
