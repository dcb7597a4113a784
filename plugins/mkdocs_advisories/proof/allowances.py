"""Files that may be in the tree though they cannot be read: by hash, each with a reason."""

import re
from collections.abc import Mapping

_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})\s+(?P<reason>\S.*)")


class AllowanceError(ValueError):
    """A line of the list is not understood. The message says which, and what it should be."""


def allowances(text: str) -> Mapping[str, str]:
    """Read a list: a SHA-256 and a reason on each line; empty ones and `#` are passed over.

    Raises:
        AllowanceError: says which line is wrong.
    """
    allowed: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise AllowanceError(
                f"line {number}: write the SHA-256 of a file in 64 small hexadecimal digits,"
                " a space, and the reason why it may be published unread"
            )
        allowed[match["digest"]] = match["reason"]
    return allowed
