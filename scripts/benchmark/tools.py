"""The programs of the peers: where they are, in which version, and how they are installed."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
_LOCK = PEERS / "requirements.lock"
_NPM = ("package.json", "package-lock.json", ".npmrc")
_STAMP = "complete"
_ASK = "not installed: scripts/bench --install"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A program: the words that start it and its version; or why there is none."""

    command: tuple[str, ...] = ()
    version: str = ""
    missing: str = ""


def cache_folder() -> Path:
    """Give the folder that peers are installed into."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mkdocs-advisories" / "benchmark"


def ours(program: str) -> Tool:
    """Give a program of the environment that this runs in."""
    return Tool(command=(str(Path(sys.executable).with_name(program)),))


def from_python(package: str, program: str) -> Tool:
    """Give a program of the peers that are Python packages."""
    folder = _python_folder()
    if not (folder / _STAMP).exists():
        return Tool(missing=_ASK)
    return Tool(command=(str(folder / "bin" / program),), version=pins()[package])


def hugo() -> Tool:
    """Give Hugo itself, which lies within a package that would start it by way of Python."""
    tool = from_python("hugo", "hugo")
    found = sorted(_python_folder().glob("lib/*/site-packages/hugo/binaries/hugo*"))
    if tool.missing or not found:
        return Tool(missing=tool.missing or "its package has no program for this system")
    return Tool(command=(str(found[0]),), version=tool.version)


def eleventy() -> Tool:
    """Give Eleventy."""
    node, folder = shutil.which("node"), npm_folder()
    if not node or not (folder / _STAMP).exists():
        return Tool(
            missing=_ASK if node else "node is not on PATH (Debian: apt install nodejs npm)"
        )
    text = (PEERS / "eleventy" / "package.json").read_text(encoding="utf-8")
    version = re.findall(r'"@11ty/eleventy": "([^"]+)"', text)[0]
    program = folder / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs"
    return Tool(command=(node, str(program)), version=version)


def jekyll() -> Tool:
    """Give Jekyll as the system has it: it is not installed by this."""
    found, ruby = shutil.which("jekyll"), shutil.which("ruby")
    install = "Debian: apt install jekyll ruby-jekyll-feed ruby-jekyll-paginate"
    if not found:
        return Tool(missing=f"jekyll is not on PATH ({install})")
    plugins = [ruby or "ruby", "-e", "require 'jekyll-feed'; require 'jekyll-paginate'"]
    if ruby and subprocess.run(plugins, capture_output=True, check=False).returncode:
        return Tool(missing=f"jekyll has not all plugins ({install})")
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    return Tool(command=(found,), version=done.stdout.split()[-1])


def npm_folder() -> Path:
    """Give the folder of what npm has installed."""
    return cache_folder() / f"eleventy-{_digest(*(PEERS / 'eleventy' / one for one in _NPM))}"


def pins() -> dict[str, str]:
    """Give the versions in the lock file of the peers, by package."""
    text = _LOCK.read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def install() -> None:
    """Install the peers that come from Python's and npm's registry, if they are not there."""
    if not (_python_folder() / _STAMP).exists():
        _install_python(_python_folder())
    if not shutil.which("npm"):
        print("npm is not on PATH, so Eleventy is left out", file=sys.stderr)
    elif not (npm_folder() / _STAMP).exists():
        _install_npm(npm_folder())


def _python_folder() -> Path:
    return cache_folder() / f"python-{_digest(_LOCK)}"


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:12]


def _install_python(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    # Some systems ship Python without the pip that it would put there.
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    _run(
        *(sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"),
        *("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"),
        *("--require-hashes", "-r", str(_LOCK)),
    )
    (folder / _STAMP).touch()


def _install_npm(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _NPM:
        shutil.copy(PEERS / "eleventy" / name, folder)
    _run("npm", "ci", "--silent", "--prefix", str(folder))
    (folder / _STAMP).touch()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
