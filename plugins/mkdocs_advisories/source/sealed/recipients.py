"""Who can open what is sealed: `advisories/.recipients`, a file that is reviewed like any other.

It has the form that `age -R` reads: a key a line, each below a comment with the name of its holder.
`(offline)` in that comment marks a key that lies in a safe, for the day when all others are lost.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

import pyrage

from mkdocs_advisories.source.sealed.refusal import RefusedError

RECIPIENTS = ".recipients"
FEWEST = 3
MOST = 60
LARGEST_FILE = 64 * 1024
_OFFLINE = "(offline)"
_NAME = re.compile(r"[^\W_][\w .@+'-]{0,79}")
_HEAD = """\
# Who can open the sealed advisories: `advisory recipients` writes this file, `age -R` reads it.
# Review a change of it like one of who may publish.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """A key and the name of its holder."""

    name: str
    key: str
    offline: bool = False

    @property
    def tag(self) -> str:
        """What a sealed file says of an ssh key: a short hash of it. Empty for the others."""
        if not self.key.startswith("ssh-"):
            return ""
        blob = base64.b64decode(self.key.split()[1])
        return base64.b64encode(hashlib.sha256(blob).digest()[:4]).rstrip(b"=").decode()


def is_recipient_name(text: str) -> bool:
    """Say whether a text can stand as a holder's name."""
    return _NAME.fullmatch(text) is not None and _OFFLINE not in text


def read_recipients(text: str) -> tuple[Recipient, ...]:
    """Read the file.

    Raises:
        RefusedError: a line is no key, a key has no name, or something stands twice.
    """
    found: list[Recipient] = []
    comment = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            comment = line[1:].strip()
            continue
        if line.strip():
            found.append(_recipient(comment, line.strip(), number))
            _once(found, number)
        comment = ""
    if len(found) > MOST:
        raise _refused(f"there are more than {MOST} keys", "remove some", 1)
    return tuple(found)


def write_recipients(recipients: tuple[Recipient, ...]) -> str:
    """Write the file."""
    entries = (f"\n# {one.name}{_mark(one)}\n{one.key}\n" for one in recipients)
    return _HEAD + "".join(entries)


def hold_enough(recipients: tuple[Recipient, ...]) -> None:
    """Refuse to rely on too few: one may lose a key, and one may be away.

    Raises:
        RefusedError: there are fewer than three, or none of them is offline.
    """
    if len(recipients) < FEWEST:
        text = f"there are {len(recipients)} keys, and {FEWEST} are wanted: keys get lost"
        raise _refused(text, 'add some: `advisory recipients add "<name>" <key>`', 1)
    if not any(one.offline for one in recipients):
        text = "none of the keys lies offline, so all can be lost or stolen at once"
        raise _refused(
            text, "add one that lies in a safe: `advisory recipients add --offline …`", 1
        )


def as_age(key: str) -> Any:  # noqa: ANN401 - pyrage has no types
    """Give a key as pyrage takes it.

    Raises:
        ValueError: it is none that can be sealed for.
    """
    try:
        if key.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(key)
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise ValueError("no key of the kind `age1…`, `ssh-ed25519 …` or `ssh-rsa …`") from None


def _recipient(comment: str, key: str, line: int) -> Recipient:
    offline = comment.endswith(_OFFLINE)
    name = comment.removesuffix(_OFFLINE).strip()
    if not is_recipient_name(name):
        remedy = "write a comment in the line above: `# Mira Okafor`"
        raise _refused("a key does not have the name of its holder above it", remedy, line)
    try:
        as_age(key)
    except ValueError as error:
        raise _refused(f"this is {error}", "copy the public key again", line) from None
    return Recipient(name=name, key=key, offline=offline)


def _once(found: list[Recipient], line: int) -> None:
    *before, new = found
    keys = {one.key.split()[:2][-1] for one in before}
    if new.key.split()[:2][-1] in keys or new.name in {one.name for one in before}:
        raise _refused("this key or its name stands in the file already", "remove one", line)


def _mark(recipient: Recipient) -> str:
    return f" {_OFFLINE}" if recipient.offline else ""


def _refused(text: str, remedy: str, line: int) -> RefusedError:
    return RefusedError("ADV165", text, remedy=remedy, line=line)
