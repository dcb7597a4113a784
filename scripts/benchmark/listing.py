"""How long readers wait for the list of advisories and for the search, in Chromium."""

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
_FIRST_ANSWER = """new Promise(done => {
  const start = performance.now(), list = document.querySelector('.md-search-result__list');
  new MutationObserver(() => list.childElementCount && done(performance.now() - start))
    .observe(list, {childList: true});
  document.querySelector('[data-md-toggle=search]').click();
  const field = document.querySelector('.md-search__input');
  field.focus(); field.value = 'decoder'; field.dispatchEvent(new KeyboardEvent('keyup'));
})"""
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
    index = (project / "site" / "search" / "search_index.json").read_bytes()
    rows = [f"| {what} | {taken:,.1f} ms |" for what, taken in _changes(folder).items()]
    sizes = f"The page: {_size(page)}. The index of the search: {_size(index)}."
    return "\n".join(["| what | time |", "|---|---|", *rows, "", sizes]) + "\n"


def _size(content: bytes) -> str:
    return f"{len(content):,} bytes, {len(gzip.compress(content)):,} compressed"


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
            tab.open(server.url)
            taken["first answer of the site's search"] = float(tab.value(_FIRST_ANSWER))
    finally:
        server.shutdown()
    return taken
