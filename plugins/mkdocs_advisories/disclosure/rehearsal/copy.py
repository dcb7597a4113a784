"""A copy of a project that may be played with: without what is held, and without a way out."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from mkdocs_advisories.disclosure.rehearsal.bundle import PATTERN
from mkdocs_advisories.source.site_file import PLUGIN

SENDER = "security@drill.invalid"
ANNOUNCE = "announce@drill.invalid"
PRENOTIFY = "prenotify@drill.invalid"

_NEVER = frozenset({"node_modules", "__pycache__", ".git", ".cache", ".venv"})
_NOT_AT_THE_TOP = frozenset({"site", "site.refused"})
_PATIENCE = 120.0  # seconds
_GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false")
_PERSON = ("-c", "user.name=rehearsal", "-c", f"user.email={SENDER}")


class CopyError(Exception):
    """There can be no such copy. The message says why, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What is copied: a project, and of its advisories those that are disclosed.

    `public` are their files and attachments. Paths are absolute.
    """

    root: Path
    config_file: Path
    folder: Path
    public: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """Where the copy lies, and the bare repository that stands for the shared one."""

    root: Path
    config_file: Path
    folder: Path
    remote: Path

    def commit(self, message: str) -> None:
        """Commit all that there is, and push it.

        Raises:
            CopyError: git is missing, or fails.
        """
        self.git("add", "--all", "--force", "--", ".")
        self.git(*_PERSON, "commit", "--quiet", "--allow-empty", "-m", message)
        self.git("push", "--quiet", "origin", "HEAD:main")

    def git(self, *arguments: str) -> str:
        """Run git in the copy.

        Raises:
            CopyError: it is missing, or fails.
        """
        return _git("-C", str(self.root), *arguments)


def make_copy(origin: Origin, *, into: Path) -> Copy:
    """Copy a project into an empty folder, as a repository with a remote of its own.

    Raises:
        CopyError: its configuration cannot be adapted, or git is missing.
    """
    root, remote = into / "project", into / "remote.git"
    for file in _files(origin):
        _place(file, root / file.relative_to(origin.root), origin)
    folder = root / origin.folder.relative_to(origin.root)
    folder.mkdir(parents=True, exist_ok=True)
    config_file = root / origin.config_file.relative_to(origin.root)
    _adapt(config_file, root=root)
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    _git("init", "--quiet", "--initial-branch=main", str(root))
    copy = Copy(root=root, config_file=config_file, folder=folder, remote=remote)
    copy.git("remote", "add", "origin", str(remote))
    return copy


def _files(origin: Origin) -> Iterator[Path]:
    """Give every file, and every link, that a build may read; of advisories those that are public.

    What is hidden at the top is left out, such as keys and caches. A theme's own icons are hidden,
    below the folder of the theme.
    """
    yield from origin.public
    for file in sorted(origin.root.iterdir()):
        if not file.name.startswith(".") and file.name not in _NOT_AT_THE_TOP:
            yield from (one for one in _walk(file) if not one.is_relative_to(origin.folder))


def _walk(place: Path) -> Iterator[Path]:
    if place.name in _NEVER or (place / "pyvenv.cfg").exists():
        return
    if place.is_dir() and not place.is_symlink():
        for one in sorted(place.iterdir()):
            yield from _walk(one)
    elif place.is_symlink() or place.is_file():
        yield place


def _place(file: Path, place: Path, origin: Origin) -> None:
    """Copy a file, or make a link that leads to the same in the copy.

    A link that leads out of the project, or to what is held, is left out.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_symlink():
        shutil.copyfile(file, place)
        return
    real, root = file.resolve(), origin.root.resolve()
    is_held = real.is_relative_to(origin.folder.resolve()) and real not in {
        one.resolve() for one in origin.public
    }
    if real.is_relative_to(root) and not is_held:
        place.symlink_to(os.path.relpath(real, file.parent.resolve()))


def _adapt(config_file: Path, *, root: Path) -> None:
    """Change the options of the plugin, in the file of the configuration that has them."""
    file = config_file
    for _ in range(10):
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        options = _options(node)
        if options is not None:
            _change(options)
            file.write_text(yaml.serialize(node, allow_unicode=True), encoding="utf-8")
            return
        parent = _value(node, "INHERIT")
        if not isinstance(parent, yaml.ScalarNode):
            break
        file = (file.parent / parent.value).resolve()
        if not file.is_relative_to(root.resolve()) or not file.is_file():
            raise CopyError("the configuration inherits a file outside of the project's folder")
    raise CopyError(f"the options of the plugin `{PLUGIN}` are not found in {config_file.name}")


def _options(node: yaml.Node | None) -> yaml.MappingNode | None:
    plugins = _value(node, "plugins")
    entries = plugins.value if isinstance(plugins, yaml.SequenceNode) else [plugins]
    found = (_value(one, PLUGIN) for one in entries)
    return next((one for one in found if isinstance(one, yaml.MappingNode)), None)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _change(options: yaml.MappingNode) -> None:
    """Let nothing go out: no host is asked, and the lists are addresses that cannot exist."""
    pattern = _value(options, "id_pattern")
    mail = _value(options, "mail")
    templates = _value(mail, "templates")
    own = {"templates": templates.value} if isinstance(templates, yaml.ScalarNode) else {}
    given: Mapping[str, object] = {
        "source": "private",
        "id_pattern": f"(?:{pattern.value})|{PATTERN}" if pattern else PATTERN,
        "mail": {"from": SENDER, "announce": [ANNOUNCE], "prenotify": [PRENOTIFY], **own},
    }
    kept = [
        (name, value) for name, value in options.value if name.value not in {*given, "clock_hosts"}
    ]
    options.value = [*kept, *_pairs(given)]


def _pairs(given: Mapping[str, object]) -> Iterable[tuple[yaml.Node, yaml.Node]]:
    node = yaml.compose(yaml.safe_dump(dict(given)), Loader=yaml.SafeLoader)
    return node.value if isinstance(node, yaml.MappingNode) else ()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and paths of the copy
            [*_GIT, *arguments],
            capture_output=True,
            check=True,
            text=True,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.CalledProcessError as error:
        raise CopyError(f"git failed: {error.stderr.strip()[-200:]}") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise CopyError(f"git cannot be run: {type(error).__name__}") from None
    return done.stdout
