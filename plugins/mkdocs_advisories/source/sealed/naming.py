"""Names of sealed files: random, so that neither an id nor an order can be read from them."""

import re
import secrets
from pathlib import PurePath

SUFFIX = ".sealed.md"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12
_NAME = re.compile(rf"[a-z0-9]{{{_LENGTH}}}")


def is_sealed(path: str) -> bool:
    """Say whether a path is that of a sealed file. What is inside does not matter."""
    return path.endswith(SUFFIX)


def name_of(file: PurePath) -> str:
    """Give the name of a sealed file, without its suffix."""
    return file.name.removesuffix(SUFFIX)


def is_name(text: str) -> bool:
    """Say whether a text has the form of such a name."""
    return _NAME.fullmatch(text) is not None


def new_name() -> str:
    """Make a name that cannot be guessed (59 bits of the system's randomness)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
