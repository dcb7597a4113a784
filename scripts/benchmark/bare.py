"""The least that the libraries of this project can do: read each advisory, render it, write it.

The front matter is read by PyYAML's parser in C, the body rendered by Python-Markdown with tables
and fenced code; there is no theme, no check, no record and no feed. Nothing that stands on these
two can be quicker.
"""

import sys
from datetime import datetime
from html import escape
from multiprocessing import Pool
from operator import itemgetter
from pathlib import Path

from markdown import Markdown
from yaml import CSafeLoader, load

from mkdocs_advisories.processors import processors

SITE = Path("site")
_RECENT = 20
_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>{title}</title>\n<h1>{title}</h1>\n{body}\n</html>\n"
)
_converter = Markdown(extensions=["tables", "fenced_code"])


def page(file: Path) -> tuple[datetime, str]:
    """Make the page of an advisory; gives its date and title."""
    _, front, body = file.read_text(encoding="utf-8").split("---\n", 2)
    data = load(front, Loader=CSafeLoader)
    html = _PAGE.format(
        title=escape(data["summary"], quote=False), body=_converter.reset().convert(body)
    )
    folder = SITE / "advisories" / data["id"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html, encoding="utf-8")
    return data["embargo"], data["summary"]


def main() -> int:
    """Build the site in the current folder, with as many processes as this project."""
    with Pool(processors()) as pool:
        made = pool.map(page, sorted(Path("advisories").rglob("*.md")), chunksize=50)
    newest = sorted(made, key=itemgetter(0), reverse=True)[:_RECENT]
    rows = "".join(f"<p>{escape(title)}\n" for _, title in newest)
    (SITE / "index.html").write_text(_PAGE.format(title="Advisories", body=rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
