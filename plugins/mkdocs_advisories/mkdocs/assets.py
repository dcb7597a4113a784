"""Style and scripts of the pages, as files of the site."""

import re
from collections.abc import Iterator
from importlib.resources import files as package_files

from rjsmin import jsmin

from mkdocs_advisories.render.words.scripts import in_language

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
        "words.js",
    )
}
"""EARLY is a script that runs before the theme's. The others are modules of the browser: SCRIPT is
the one that pages load, and it loads the rest."""


_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*([{};])\s*|(?<=[:,]) ")


def assets(language: str) -> Iterator[tuple[str, bytes]]:
    """Give each file by its address, made smaller, the scripts with the words of a language."""
    theme = package_files("mkdocs_advisories.mkdocs") / "theme"
    yield STYLE, slim_style((theme / "advisories.css").read_text(encoding="utf-8")).encode()
    for uri, name in SCRIPTS.items():
        source = (theme / name).read_text(encoding="utf-8")
        yield uri, (jsmin(in_language(source, language)) + "\n").encode()


def slim_style(style: str) -> str:
    """Leave out comments, and space that means nothing.

    Our style has no text with a mark and a space behind it, which this could change. (Libraries
    take the space of `.a :is(.b)` for one of them, within a block.)
    """
    return _SPACE.sub(lambda found: found[1] or "", _REMARK.sub("", style)).strip() + "\n"
