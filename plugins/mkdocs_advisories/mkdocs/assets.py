"""Style and scripts of the pages, as files of the site."""

import re
from collections.abc import Iterator
from importlib.resources import files as package_files

STYLE = "assets/stylesheets/advisories.css"
_SCRIPTS = "assets/javascripts/advisories/"
SCRIPT = f"{_SCRIPTS}advisories.js"
EARLY = f"{_SCRIPTS}early.js"
SCRIPTS = {
    f"{_SCRIPTS}{name}": name
    for name in (
        "advisories.js",
        "check.js",
        "early.js",
        "filter.js",
        "jump.js",
        "reading.js",
        "versions.js",
    )
}
"""EARLY is a script that runs before the theme's. The others are modules of the browser: SCRIPT is
the one that pages load, and it loads the rest."""

_LINES = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/\s*)$\n?", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*([{};])\s*|(?<=[:,]) ")


def assets() -> Iterator[tuple[str, bytes]]:
    """Give each file by its address, made smaller."""
    theme = package_files("mkdocs_advisories.mkdocs") / "theme"
    yield STYLE, slim_style((theme / "advisories.css").read_text(encoding="utf-8")).encode()
    for uri, name in SCRIPTS.items():
        yield uri, slim((theme / name).read_text(encoding="utf-8")).encode()


def slim(script: str) -> str:
    """Leave out comments that have lines of their own, and indentation.

    Our scripts have no text that goes over several lines, which this could change.
    """
    return _INDENT.sub("", _LINES.sub("", script))


def slim_style(style: str) -> str:
    """Leave out comments, and space that means nothing.

    Our style has no text with a mark and a space behind it, which this could change.
    """
    return _SPACE.sub(lambda found: found[1] or "", _REMARK.sub("", style)).strip() + "\n"
