"""The sealed files of a folder: each opened, or held unopened, or refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mkdocs_advisories.model import Attachment
from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.attachments import attachment_in_memory
from mkdocs_advisories.source.files import decode, read_bytes
from mkdocs_advisories.source.sealed import history as past
from mkdocs_advisories.source.sealed import recipients as holders
from mkdocs_advisories.source.sealed.envelope import LARGEST_FILE
from mkdocs_advisories.source.sealed.history import History, hold_newest, hold_whole, read_history
from mkdocs_advisories.source.sealed.identities import Identities
from mkdocs_advisories.source.sealed.naming import is_name, name_of
from mkdocs_advisories.source.sealed.opening import (
    SealedFile,
    hold_name,
    open_sealed,
    read_sealed,
)
from mkdocs_advisories.source.sealed.recipients import (
    RECIPIENTS,
    Recipient,
    hold_enough,
    read_recipients,
)
from mkdocs_advisories.source.sealed.refusal import RefusedError
from mkdocs_advisories.source.sealed.results import Opened, Unopened


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """All sealed files of a folder."""

    opened: tuple[Opened, ...] = ()
    unopened: tuple[Unopened, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_vault(
    folder: Path, files: Mapping[str, Path], *, prefix: str, identities: Identities
) -> Vault:
    """Read sealed files, given by the names that reports use. Without a key none is opened."""
    if not files:
        return Vault()
    recipients = read_recipients_file(folder, prefix=prefix)
    known = recipients if isinstance(recipients, tuple) else ()
    history = history_of(folder)
    results = [
        _read(file, path=path, recipients=known, history=history, identities=identities)
        for path, file in files.items()
    ]
    own = [recipients] if isinstance(recipients, Problem) else []
    return Vault(
        opened=tuple(one for one in results if isinstance(one, Opened)),
        unopened=tuple(one for one in results if isinstance(one, Unopened)),
        problems=(*own, *(one for one in results if isinstance(one, Problem))),
    )


def read_recipients_file(folder: Path, *, prefix: str) -> tuple[Recipient, ...] | Problem:
    """Read who can open what is sealed, and make sure that they are enough."""
    file, path = folder / RECIPIENTS, f"{prefix}/{RECIPIENTS}"
    if not file.exists() and not file.is_symlink():
        text = "no file says who can open sealed advisories"
        remedy = 'make it: `advisory recipients add "<name>" <key>`'
        return Problem(code="ADV165", place=Place(path=path), text=text, remedy=remedy)
    raw = read_bytes(file, path=path, largest=holders.LARGEST_FILE)
    text_or_problem = raw if isinstance(raw, Problem) else decode(raw, path=path)
    if isinstance(text_or_problem, Problem):
        return text_or_problem
    try:
        recipients = read_recipients(text_or_problem.content)
        hold_enough(recipients)
    except RefusedError as refused:
        return refused.problem(path)
    return recipients


def history_of(folder: Path) -> History:
    """Give what git and the record know of the sealed files of a folder."""
    return read_history(folder, record=read_record(folder))


def read_record(folder: Path) -> str:
    """Give the text of the record of revisions, empty where there is none."""
    record = read_bytes(folder / past.REVISIONS, path="", largest=past.LARGEST_RECORD)
    return "" if isinstance(record, Problem) else record.decode("ascii", errors="replace")


def read_sealed_file(file: Path, *, path: str) -> SealedFile | Problem:
    """Read a sealed file without a key: its name, its header, its limits."""
    if not is_name(name_of(file)):
        return Problem(
            code="ADV160",
            place=Place(path=path),
            text="the name of a sealed file is not 12 small letters and digits",
            remedy="let `advisory seal` choose it: a name that means something gives it away",
        )
    raw = read_bytes(file, path=path, largest=LARGEST_FILE + 1)
    if isinstance(raw, Problem):
        too_large = raw.code == "ADV002"
        return _guarded(b"\0" * (LARGEST_FILE + 1), file, path) if too_large else raw
    return _guarded(raw, file, path)


def _guarded(raw: bytes, file: Path, path: str) -> SealedFile | Problem:
    try:
        sealed = read_sealed(raw)
        hold_name(sealed, file)
    except RefusedError as refused:
        return refused.problem(path)
    return sealed


def _read(
    file: Path,
    *,
    path: str,
    recipients: tuple[Recipient, ...],
    history: History,
    identities: Identities,
) -> Opened | Unopened | Problem:
    sealed = read_sealed_file(file, path=path)
    if isinstance(sealed, Problem):
        return sealed
    try:
        _hold_for_all(sealed, recipients)
        hold_newest(sealed, history)
        if not identities:
            return Unopened(path=path, notice=sealed.header.notice)
        hold_whole(history)
        return _opened(sealed, path, identities)
    except RefusedError as refused:
        return refused.problem(path)


def _hold_for_all(sealed: SealedFile, recipients: tuple[Recipient, ...]) -> None:
    """Refuse a file that is sealed for others than the recipients, as far as can be seen."""
    found = sorted((one.kind, one.tag) for one in sealed.envelope.stanzas)
    wanted = sorted(
        (one.key.split()[0] if one.key.startswith("ssh-") else "X25519", one.tag)
        for one in recipients
    )
    if recipients and found != wanted:
        raise RefusedError(
            "ADV166",
            f"it is sealed for other keys than `{RECIPIENTS}` has: {len(found)} in the file,"
            f" {len(wanted)} there",
            remedy="have a key holder seal all files anew: `advisory recipients rotate`",
        )


def _opened(sealed: SealedFile, path: str, identities: Identities) -> Opened | Problem:
    contents = open_sealed(sealed, identities)
    text = decode(contents.source, path=path)
    if isinstance(text, Problem):
        return text
    return Opened(
        text=text,
        stem=contents.stem,
        attachments=tuple(_attachments(contents.attachments)),
        notice=sealed.header.notice,
    )


def _attachments(files: Mapping[str, bytes]) -> Iterator[Attachment]:
    return (attachment_in_memory(name, content) for name, content in files.items())
