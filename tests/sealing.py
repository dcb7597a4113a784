"""Keys, recipients and sealed files for tests."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pyrage

from conftest import BODY, Folder
from mkdocs_advisories.model import Notice
from mkdocs_advisories.source.sealed.container import Contents
from mkdocs_advisories.source.sealed.header import Header
from mkdocs_advisories.source.sealed.identities import Identities, read_identities
from mkdocs_advisories.source.sealed.naming import SUFFIX
from mkdocs_advisories.source.sealed.recipients import Recipient, write_recipients
from mkdocs_advisories.source.sealed.sealing import seal

NAME = "k7mq2zx9rw4t"
WORDS = "canary-words that nobody else has ever written down"
HELD = "2026-07-01T12:00:00Z"
DUE = "2026-05-01T12:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Three holders, and a stranger."""

    secrets: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    stranger: str

    @property
    def identities(self) -> Identities:
        """The keys of the first holder."""
        return read_identities(self.secrets[0])

    def write(self, folder: Folder) -> None:
        """Write the file of recipients."""
        text = write_recipients(self.recipients)
        (folder.path / ".recipients").write_text(text, encoding="utf-8")


def new_keys() -> Keys:
    """Make new keys."""
    own = [pyrage.x25519.Identity.generate() for _ in range(4)]
    names = ("Mira Okafor", "Jan Novak", "Safe of the foundation")
    return Keys(
        secrets=tuple(str(one) for one in own[:3]),
        recipients=tuple(
            Recipient(name=name, key=str(one.to_public()), offline=name.startswith("Safe"))
            for name, one in zip(names, own, strict=False)
        ),
        stranger=str(own[3]),
    )


def source_of(
    folder: Folder, *, embargo: str, body: str = BODY, more: str = "", name: str = "LAN-2026-0001"
) -> bytes:
    """Give the text of an advisory, and leave no file of it behind."""
    file = folder.write(name, embargo=embargo, summary="A canary-summary", body=body, more=more)
    raw = file.read_bytes()
    file.unlink()
    return raw


def put(  # noqa: PLR0913 - what there is to say about a sealed file
    folder: Folder,
    keys: Keys,
    *,
    embargo: str = HELD,
    name: str = NAME,
    revision: int = 1,
    notice: Notice | None = None,
    attachments: dict[str, bytes] | None = None,
    body: str = f"## Impact\n\n{WORDS}\n",
    stem: str = "LAN-2026-0001",
) -> Path:
    """Seal an advisory into a folder."""
    contents = Contents(
        header="",
        stem=stem,
        source=source_of(folder, embargo=embargo, body=body, name=stem),
        attachments=attachments or {},
    )
    header = Header(name=name, revision=revision, notice=notice)
    file = folder.path / f"{name}{SUFFIX}"
    file.write_bytes(seal(contents, header=header, recipients=keys.recipients))
    return file


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository of the tests, untouched by the settings of this machine."""
    settings = ["-c", "user.name=Mira", "-c", "user.email=mira@lantern.example"]
    answer = subprocess.run(
        ["git", "-C", str(root), *settings, *arguments], check=True, capture_output=True, text=True
    )
    return answer.stdout
