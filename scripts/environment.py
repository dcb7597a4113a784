"""The project's environment: made from the lock files once, found in no time after that.

It needs nothing but a Python with pip: `virtualenv` comes first, by pip, because some systems
ship Python without `venv`. Every package is pinned and checked by its hash. Stamps, written
last, say what an environment holds; whatever has no true stamp is made again.

Run `scripts/environment`, which finds a Python that can read this file.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"site": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
BOOTSTRAP_LOCK = ROOT / "requirements-bootstrap.lock"
VENV_VARIABLE = "MKDOCS_ADVISORIES_VENV"

# Published as source only; everything else must be a wheel, so nothing else is ever built.
SOURCE_ONLY = ("feedgen",)

# Variables of another environment, or of another purpose, that would lead an install astray.
# Proxies, mirrors and certificates (PIP_*) stay.
MISLEADING = re.compile(
    r"PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|VIRTUALENV_.*|__PYVENV_LAUNCHER__"
    r"|PIP_(TARGET|PREFIX|ROOT|USER|PYTHON|REQUIRE_VIRTUALENV)"
)

ELSEWHERE = f"name another folder for the environment: {VENV_VARIABLE}=/path/to/folder"

# What pip says when it fails, and what to say then. The first that matches counts.
REMEDIES = {
    r"No module named '?pip\b": (
        "{python} has no pip.\n"
        "Install it (Debian: apt install python3-pip; Fedora: dnf install python3-pip;\n"
        "elsewhere: python3 -m ensurepip), or name another Python: PYTHON=/path/to/python3"
    ),
    r"DO NOT MATCH THE HASHES": (
        "A package is not the one that the lock file names: its hash differs.\n"
        "It was not installed. Try again; if it stays so, do not go around it:\n"
        "tell whoever runs your package mirror, or the project."
    ),
    r"(?im)^\S*error.*(No space left on device|Disk quota exceeded)": (
        "The disk is full; the environment takes up to 300 MB.\n"
        "Make room (pip's cache and temporary files take some, too), or\n"
        f"{ELSEWHERE}"
    ),
    r"(?im)^\S*error.*(Read-only file system|Permission denied|Operation not permitted)": (
        f"A file or folder cannot be written. Make it writable, or\n{ELSEWHERE}"
    ),
    r"Retrying \(Retry|connection broken|ConnectionError|ConnectTimeout|ReadTimeout|SSLError": (
        "pip cannot reach its package index. Check the network and try again.\n"
        "Behind a proxy: HTTPS_PROXY=…; with a mirror: PIP_INDEX_URL=…"
    ),
    r"No matching distribution found": (
        "The package index has no build of a locked package for this Python and system.\n"
        "Name another Python, 3.11 to 3.14: PYTHON=/path/to/python3.13 (this is {python})"
    ),
}


class InstallError(Exception):
    """The environment cannot be made; the text says why and what to do."""


@dataclass
class Progress:
    """What is told while pip works: a count on a terminal, nothing elsewhere."""

    total: int = 0
    seen: int = 0
    live: bool = field(default_factory=sys.stderr.isatty)

    def expect(self, *locks: Path) -> int:
        """Take in how many packages there will be."""
        self.total = sum(len(pins(lock)) for lock in locks)
        return self.total

    def follow(self, line: str) -> None:
        """Count a line of pip's output."""
        if line.startswith("Ignoring "):
            self.total -= 1
        elif line.startswith(("Collecting ", "Requirement already satisfied")):
            self.seen += 1
            self.show(f"{self.seen} of {self.total}")
        elif line.startswith("Installing collected"):
            self.show("unpacking …")

    def show(self, text: str) -> None:
        """Write over the last line of the terminal."""
        if self.live:
            print(f"\r\033[K  {text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave the terminal's line empty."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Environment:
    """One environment: where it is, which lock it serves and what it holds so far."""

    venv: Path
    lock_name: str

    @property
    def python(self) -> Path:
        """The environment's own Python."""
        return self.venv / "bin" / "python"

    @property
    def records(self) -> Path:
        """The folder of the stamps and the lock; it marks the environment as made here."""
        return self.venv / ".records"

    @property
    def origin(self) -> Path:
        """The note of the Python that the environment was made from."""
        return self.records / "python"

    def expected(self, name: str) -> str:
        """Tell what the stamp of a lock, or of the project, has to say."""
        content = LOCKS[name].read_bytes() if name in LOCKS else bytes(ROOT) + project_tables()
        here = (str(self.venv), self.origin.read_text(), sys.platform, os.uname().machine)
        return hashlib.sha256(repr(here).encode() + content).hexdigest()

    def works(self) -> bool:
        """Tell whether its Python is still there, and is the one asked for, if one is.

        Without a wish any Python will do: two shells with different ones share an environment.
        """
        origin = Path(self.origin.read_text())
        wished = not os.environ.get("PYTHON") or origin == base_python()
        return wished and origin.exists() and self.python.exists()

    def holds(self, name: str) -> bool:
        """Tell whether a stamp is there and true."""
        try:
            stamp = (self.records / name).read_text()
            return self.works() and stamp == self.expected(name)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def is_ready(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.holds(self.lock_name) and self.holds("project")

    def stamp(self, *names: str) -> None:
        """Write that these are in place, each at once or not at all."""
        for name in names:
            unfinished = self.records / f"{name}.new"
            unfinished.write_text(self.expected(name))
            unfinished.replace(self.records / name)


def project_tables() -> bytes:
    """Give the part of `pyproject.toml` that an install of the project depends on."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tables = content["build-system"], content["project"], content.get("tool", {}).get("hatch")
    return json.dumps(tables, sort_keys=True).encode()


def base_python() -> Path:
    """Find the Python behind an active virtual environment, or this one."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def pins(lock: Path) -> dict[str, str]:
    """Split a lock file into its packages: `name==version` to all the lines about it."""
    blocks = re.split(r"^(?=[a-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {block.split(maxsplit=1)[0]: block for block in blocks}


def variables(**more: str) -> dict[str, str]:
    """Give the variables for a call: the inherited ones without those that mislead."""
    patience = {"PIP_DEFAULT_TIMEOUT": "30"}
    inherited = {
        name: value for name, value in os.environ.items() if not MISLEADING.fullmatch(name)
    }
    manners = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
        "PYTHONUNBUFFERED": "1",
    }
    return patience | inherited | manners | more


def explain(output: str, python: str) -> str:
    """Say what a failed call means, and what to do; its own words follow."""
    for pattern, remedy in REMEDIES.items():
        if match := re.search(pattern, output):
            said = output[output.rfind("\n", 0, match.end()) + 1 :].splitlines()[:3]
            return f"{remedy.format(python=python)}\n{quote(said)}"
    return f"The environment could not be made.\n{quote(output.splitlines()[-15:])}"


def quote(lines: list[str]) -> str:
    """Set off what another program said."""
    return "\n".join(f"  | {line[:300]}" for line in lines if line.strip())


@dataclass(frozen=True)
class Installer:
    """Calls Python's tools; what it starts holds the lock too, as long as it lives."""

    lock: int
    progress: Progress

    def call(self, python: str | Path, *arguments: str | Path, **more: str) -> None:
        """Run a module of a Python; follow what it says, explain when it fails."""
        command = [str(python), "-m", *map(str, arguments)]
        said = []
        with subprocess.Popen(
            command,
            env=variables(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=(self.lock,),
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                self.progress.follow(line)
        self.progress.clear()
        if process.returncode:
            raise InstallError(explain("".join(said), str(python)))

    def pip(self, python: str | Path, *arguments: str | Path, **more: str) -> None:
        """Install with pip, and nothing that is not asked for."""
        self.call(python, "pip", "install", "--no-deps", *arguments, **more)


def clear(environment: Environment) -> None:
    """Empty the folder, the stamps first, for they are no longer true; the records stay."""
    for name in (*LOCKS, "project"):
        (environment.records / name).unlink(missing_ok=True)
    for entry in environment.venv.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            if entry != environment.records:
                shutil.rmtree(entry)
        else:
            entry.unlink()


def create(environment: Environment, installer: Installer, work: Path) -> None:
    """Make an empty environment that has pip, in place of whatever was there."""
    clear(environment)
    python, tool = base_python(), work / "virtualenv"
    environment.origin.write_text(str(python))
    bootstrap = ("--only-binary", ":all:", "--require-hashes", "-r", BOOTSTRAP_LOCK)
    # The first use of the network: where there is none, it is soon said.
    installer.pip(python, "--target", tool, *bootstrap, PIP_RETRIES="1")
    installer.call(
        python,
        *("virtualenv", "--no-download", "--no-periodic-update", "--pip", "embed"),
        *("--no-setuptools", "--no-venv-redirect", "--app-data", work / "app-data"),
        *("--prompt", "mkdocs-advisories", environment.venv),
        PYTHONPATH=str(tool),
        VIRTUALENV_CONFIG_FILE=str(work / "none.ini"),
    )


def install(environment: Environment, installer: Installer, work: Path) -> None:
    """Install what the lock names: the wheels, then, with their help, what has to be built."""
    packages = pins(LOCKS[environment.lock_name])
    built = {pin for pin in packages if pin.partition("==")[0] in SOURCE_ONLY}
    wheels, sources = work / "wheels.txt", work / "sources.txt"
    wheels.write_text("".join(packages[pin] for pin in packages if pin not in built))
    sources.write_text("".join(packages[pin] for pin in packages if pin in built))
    checked = ("--require-hashes", "-r")
    installer.pip(environment.python, "--only-binary", ":all:", *checked, wheels)
    if built:
        installer.pip(environment.python, "--no-build-isolation", *checked, sources)


def check_superset() -> None:
    """Refuse a lock for the tests that does not hold the site's lock."""
    site, test = (pins(LOCKS[name]) for name in ("site", "test"))
    if missing := sorted(site.keys() - test.keys()):
        message = f"{LOCKS['test'].name} lacks {', '.join(missing)}.\nMake the locks: scripts/lock"
        raise InstallError(message)


def make(environment: Environment, lock: int) -> None:
    """Do what is missing, and no more; a stamp follows each finished part."""
    started = time.monotonic()
    installer = Installer(lock, Progress())
    if environment.holds(environment.lock_name):
        say("Installing the project itself again …")
    else:
        install_lock(environment, installer)
    installer.pip(environment.python, "--no-build-isolation", "--editable", ROOT)
    environment.stamp("project")
    say(f"The environment is ready ({time.monotonic() - started:.0f} s): {environment.venv}")


def install_lock(environment: Environment, installer: Installer) -> None:
    """Install the lock's packages, into a new environment unless they can be added."""
    with_tests = environment.lock_name == "test"
    if with_tests:
        check_superset()
    with work_folder(environment) as work:
        if with_tests and environment.holds("site"):
            total = installer.progress.expect(LOCKS["test"])
            say(f"Adding the tools of the tests to the environment: {total} packages in all …")
        else:
            total = installer.progress.expect(BOOTSTRAP_LOCK, LOCKS[environment.lock_name])
            say(f"Making the environment (once; about a minute): installing {total} packages …")
            create(environment, installer, work)
        install(environment, installer, work)
    environment.stamp(*(LOCKS if with_tests else ["site"]))


@contextmanager
def work_folder(environment: Environment) -> Iterator[Path]:
    """Give a folder that is empty, and gone afterwards."""
    work = environment.records / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def only_run(environment: Environment) -> Iterator[int]:
    """Wait until no other run makes the environment; give the lock that says so."""
    environment.records.mkdir(parents=True, exist_ok=True)
    with (environment.records / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is making the environment, waiting …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def check_ours(environment: Environment) -> None:
    """Refuse a folder that holds something else, for it would be deleted."""
    venv = environment.venv
    free = not venv.exists() or (venv.is_dir() and not any(venv.iterdir()))
    if not free and not environment.records.is_dir():
        message = f"{venv} was not made by this project's scripts.\nMove it away, or {ELSEWHERE}"
        raise InstallError(message)


def ensure(environment: Environment) -> None:
    """Make the environment unless it is there."""
    if environment.is_ready():
        return
    check_ours(environment)
    with only_run(environment) as lock:
        if not environment.is_ready():
            make(environment, lock)


def explain_system(problem: OSError) -> str:
    """Say what an error of the system means, and what to do."""
    return explain(f"{type(problem).__name__}: {problem}", str(base_python()))


def main(arguments: list[str]) -> int:
    """Make sure of the environment that a lock describes, and print its folder."""
    lock_name = arguments[0] if arguments else "site"
    if lock_name not in LOCKS or len(arguments) > 1:
        say("Usage: scripts/environment [site|test]")
        return 2
    venv = Path(os.environ.get(VENV_VARIABLE) or ".venv").expanduser()
    environment = Environment(Path(os.path.realpath(ROOT / venv)), lock_name)
    try:
        ensure(environment)
    except InstallError as problem:
        say(str(problem))
        return 1
    except OSError as problem:
        say(explain_system(problem))
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next run starts over.")
        return 130
    print(environment.venv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
