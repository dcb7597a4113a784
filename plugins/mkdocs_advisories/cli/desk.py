"""A folder of advisories as an editor has it: what is saved, and what is being written."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.authoring.completion import House
from mkdocs_advisories.authoring.live import entry_of, live_problems
from mkdocs_advisories.checks import Checked
from mkdocs_advisories.cli.exits import Stop
from mkdocs_advisories.cli.project import Project, load_project
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.source.catalog import Entry, Outline, outline, read_entries
from mkdocs_advisories.source.folder import README, Listing, list_folder

_Stamp = tuple[int, int]


@dataclass(kw_only=True)
class Desk:
    """All files of a project, each as understood; a file is read again when it has changed."""

    project: Project
    listing: Listing
    entries: dict[str, Entry] = field(default_factory=dict)
    unsaved: dict[str, Entry] = field(default_factory=dict)
    outlines: dict[str, Outline] = field(default_factory=dict)
    stamps: dict[Path, _Stamp] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> "Desk":
        """Read a project."""
        prefix = project.configuration.advisories_dir
        desk = cls(project=project, listing=Listing(folder=project.folder, prefix=prefix))
        desk.refresh()
        return desk

    def name(self, file: Path) -> str | None:
        """Give the name that reports have for a file, or None if it is no advisory."""
        folder = self.project.folder
        if file.suffix != ".md" or not file.is_relative_to(folder) or file == folder / README:
            return None
        parts = file.relative_to(folder).parts
        return None if any(one.startswith(".") for one in parts) else self.listing.name(file)

    def refresh(self) -> None:
        """Read what is new or has changed, and forget what is gone."""
        self.listing = list_folder(self.project.folder, prefix=self.listing.prefix)
        stamps = {one: _stamp(one) for one in self.listing.sources}
        changed = [one for one, stamp in stamps.items() if self.stamps.get(one) != stamp]
        fresh = read_entries(replace(self.listing, sources=changed), policy=self.project.policy)
        names = {self.listing.name(one) for one in stamps}
        known = {path: one for path, one in self.entries.items() if path in names}
        self.entries = known | {one.path: one for one in fresh}
        kept = {path: one for path, one in self.outlines.items() if path in names}
        self.outlines = kept | {one.path: outline(one) for one in fresh}
        self.stamps = stamps

    def write(self, file: Path, text: str) -> Entry:
        """Take the text of a file as its editor has it, saved or not."""
        path = self.listing.name(file)
        self.unsaved[path] = entry_of(
            text,
            path=path,
            stem=file.stem,
            attachments=self.listing.attachments_of(file),
            policy=self.project.policy,
        )
        return self.unsaved[path]

    def close(self, path: str) -> None:
        """Go back to what is saved."""
        self.unsaved.pop(path, None)
        self.refresh()

    def checked(self, path: str, now: datetime) -> Checked:
        """Give what is wrong with a file that is being written, and which rules have failed."""
        written = {name: outline(one) for name, one in self.unsaved.items()}
        others = (self.outlines | written).values()
        entry = self.unsaved[path]
        return live_problems(entry, others, policy=self.project.policy, now=now)

    def house(self, now: datetime) -> House:
        """Give what is known beside a file: the policy, and what is saved and public."""
        advisories = [one.advisory for one in self.entries.values() if one.advisory]
        disclosed = disclose(advisories, now=now).advisories
        return House(policy=self.project.policy, disclosed=disclosed)


@dataclass(kw_only=True)
class Desks:
    """Finds the project of each file: that of `config_file`, or of the next mkdocs.yml above."""

    config_file: Path | None
    known: dict[Path, Desk | Stop | None] = field(default_factory=dict)

    def of(self, file: Path) -> Desk | Stop | None:
        """Give the desk on which a file lies; why there is none; or None if none is meant."""
        config = self.config_file or _above(file)
        if config is None:
            return None
        if config not in self.known:
            self.known[config] = _opened(config)
        return self.known[config]

    def forget_failures(self) -> None:
        """Try again what could not be opened: its configuration may be mended by now."""
        self.known = {one: desk for one, desk in self.known.items() if isinstance(desk, Desk)}


def _opened(config: Path) -> Desk | Stop:
    try:
        return Desk.of(load_project(config))
    except Stop as error:
        return error


def _above(file: Path) -> Path | None:
    candidates = (folder / "mkdocs.yml" for folder in file.parents)
    return next((one for one in candidates if one.is_file()), None)


def _stamp(file: Path) -> _Stamp:
    state = file.lstat()
    return state.st_mtime_ns, state.st_size
