"""Style and scripts of the pages, as files of the site."""

from collections.abc import Callable, Iterator
from importlib.resources import files as package_files

from rcssmin import cssmin
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


def assets(language: str) -> Iterator[tuple[str, bytes]]:
    """Give each file by its address, made smaller, the scripts with the words of a language."""
    theme = package_files("mkdocs_advisories.mkdocs") / "theme"
    yield STYLE, _small(cssmin, (theme / "advisories.css").read_text(encoding="utf-8"))
    for uri, name in SCRIPTS.items():
        source = (theme / name).read_text(encoding="utf-8")
        yield uri, _small(jsmin, in_language(source, language))


def _small(minify: Callable[[str], str], source: str) -> bytes:
    return (minify(source) + "\n").encode()
