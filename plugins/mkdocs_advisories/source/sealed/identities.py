"""The secret keys that open what is sealed. They are never shown, also not by an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage

KEY_FILE = "ADVISORY_IDENTITY"
"""The variable of the environment that names a key file."""

KEY = "ADVISORY_KEY"
"""The variable that has the key itself, for CI."""

LARGEST_KEY_FILE = 64 * 1024
_KEY = "AGE-SECRET-KEY-1"


class IdentityError(ValueError):
    """A text is no secret key. The message repeats none of it."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Identities:
    """Secret keys, of which one is enough."""

    keys: Sequence[Any] = field(default=())

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.keys)

    def __add__(self, other: "Identities") -> "Identities":
        """Put two sets of keys together."""
        return Identities(keys=(*self.keys, *other.keys))


def read_identities(text: str) -> Identities:
    """Read the text of a key file: `AGE-SECRET-KEY-1…` a line, or one ssh private key.

    Raises:
        IdentityError: there is no key in it, or one that cannot be read.
    """
    if "PRIVATE KEY-----" in text:
        return Identities(keys=(_ssh(text),))
    lines = [line.strip() for line in text.splitlines()]
    keys = tuple(_native(line) for line in lines if line and not line.startswith("#"))
    if not keys:
        raise IdentityError("there is no key in it")
    return Identities(keys=keys)


def _native(line: str) -> Any:  # noqa: ANN401 - pyrage has no types
    if not line.upper().startswith(_KEY):
        raise IdentityError(f"a line is neither a comment nor a key that begins with `{_KEY}`")
    try:
        return pyrage.x25519.Identity.from_str(line)
    except pyrage.IdentityError:
        raise IdentityError("a key is damaged: copy it again, in one line") from None


def _ssh(text: str) -> Any:  # noqa: ANN401 - pyrage has no types
    try:
        return pyrage.ssh.Identity.from_buffer(text.strip().encode() + b"\n")
    except pyrage.IdentityError:
        raise IdentityError(
            "it is an ssh key that is damaged, of another kind than ed25519 and rsa, or protected"
            " by a passphrase: make a key of its own with `age-keygen`"
        ) from None


def identities_of(environment: Mapping[str, str]) -> Identities:
    """Read the keys that the environment names; an empty variable is as good as none.

    Raises:
        IdentityError: says which variable is wrong, and what to do.
    """
    found = Identities()
    for variable, read in ((KEY_FILE, _file_text), (KEY, str)):
        value = environment.get(variable, "").strip()
        try:
            found += read_identities(read(value)) if value else Identities()
        except IdentityError as error:
            raise IdentityError(f"{variable}: {error}") from None
    return found


def _file_text(name: str) -> str:
    try:
        raw = Path(name).expanduser().read_bytes()[: LARGEST_KEY_FILE + 1]
        return raw.decode("utf-8") if len(raw) <= LARGEST_KEY_FILE else ""
    except OSError as error:
        raise IdentityError(
            f"the key file cannot be read: {error.strerror or 'unknown'}: correct its path, or"
            " unset the variable to work without a key"
        ) from None
    except UnicodeDecodeError:
        raise IdentityError("the file is no key file: it is not text") from None
