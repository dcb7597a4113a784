"""A file of the RustSec database that points to the advisory."""


from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy


def rustsec(disclosed: Disclosed, *, policy: Policy, crate: str | None = None) -> str:
    """Render the file of one crate (the first, if None) as Markdown with TOML."""
    raise NotImplementedError


def crates(disclosed: Disclosed) -> tuple[str, ...]:
    """Give the crates that an advisory is about, each once: one file each; none, no file."""
    names = (
        one.package.name
        for one in disclosed.content.affected
        if one.package.ecosystem == "crates.io"
    )
    return tuple(dict.fromkeys(names))
