"""How long the script of the list of advisories runs, in Chromium."""

import gzip
from pathlib import Path
from threading import Thread

import browser
from benchmark.corpus import Corpus
from benchmark.measure import FailedError, measure
from benchmark.tools import ours
from mkdocs_advisories.disclosure.local_server import LocalServer

_CHANGES = {
    "search": ("text", "decoder"),
    "search that finds nothing": ("text", "no such words"),
    "search cleared": ("text", ""),
    "one project": ("project", "Harbour Archive"),
    "one year": ("year", "2026"),
    "by severity": ("sort", "severity"),
    "newest first": ("sort", ""),
}
_RUN = """(field => {{ field.value = {value!r}; const start = performance.now();
field.dispatchEvent(new Event('input', {{bubbles: true}})); return performance.now() - start }})
(document.querySelector('[name={name}]'))"""
_SETTLED = "new Promise(done => setTimeout(done, 1500))"


def listing(folder: Path, corpus: Corpus) -> str:
    """Build a site, open its list, change each field; give what each took as Markdown.

    Raises:
        FailedError: there is no Chromium, or the build failed.
    """
    if browser.CHROMIUM is None:
        raise FailedError("chromium is not on PATH (Debian: apt install chromium)")
    project = folder / "project"
    corpus.write(project)
    command = (*ours("mkdocs").command, "build", "--quiet")
    measure(command, folder=project, log=folder / "log.txt")
    page = (project / "site" / "index.html").read_bytes()
    rows = [f"| {what} | {taken:.1f} ms |" for what, taken in _changes(folder).items()]
    sizes = f"{len(page):,} bytes, {len(gzip.compress(page)):,} compressed"
    return "\n".join(["| change | script |", "|---|---|", *rows, "", f"The page: {sizes}."]) + "\n"


def _changes(folder: Path) -> dict[str, float]:
    server = LocalServer(folder / "project" / "site")
    Thread(target=server.serve_forever, daemon=True).start()
    taken = {}
    try:
        with browser.tab(folder / "profile") as tab:
            tab.open(server.url)
            for what, (name, value) in _CHANGES.items():
                tab.value(_SETTLED)
                taken[what] = float(tab.value(_RUN.format(name=name, value=value)))
    finally:
        server.shutdown()
    return taken
