"""Commands that upgrade a package, to be copied from its page into a terminal."""

import re
from collections.abc import Sequence
from types import MappingProxyType

# What advisories say comes from many people, and a reader pastes it into a shell: so only names
# and versions that mean nothing to any shell, and are no option, become part of a command.
_PLAIN_NAME = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_PLAIN_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")

_COMMANDS = MappingProxyType(
    {
        "crates.io": "cargo update -p {name} --precise {version}",
        "PyPI": "pip install {name}=={version}",
        "npm": "npm install {name}@{version}",
        "Go": "go get {name}@v{version}",
        "NuGet": "dotnet add package {name} --version {version}",
        "Packagist": "composer require {name}:{version}",
        "RubyGems": "gem install {name} --version {version}",
    }
)


def upgrade_commands(ecosystem: str, name: str, fixes: Sequence[str]) -> tuple[str, ...]:
    """Give the command for each fixed version; none where the ecosystem's is not known."""
    command = _COMMANDS.get(ecosystem)
    if command is None or not _PLAIN_NAME.fullmatch(name):
        return ()
    return tuple(
        command.format(name=name, version=one.removeprefix("v"))
        for one in fixes
        if _PLAIN_VERSION.fullmatch(one)
    )
