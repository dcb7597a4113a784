"""Nothing of an advisory's text runs, and what a theme needs does: seen in a real browser."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import ALARM, Tab
from conftest import BODY, NOW, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import Disclosure, disclose
from mkdocs_advisories.mkdocs import plugin
from mkdocs_advisories.model import (
    Affected,
    Attachment,
    Content,
    Credit,
    Disclosed,
    Occasion,
    Package,
    Reference,
    Revision,
    Withdrawal,
)
from mkdocs_advisories.render.csp import (
    ActiveContentError,
    bearing,
    policy_of,
    refuse_active,
    with_policy,
)

needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

SCRIPT = f"<script>{ALARM}('SCRIPT')</script>"
IMAGE = f"<img src=x onerror=\"{ALARM}('IMAGE')\">"
LINK = f"javascript:{ALARM}('LINK')"
QUOTED = f'"><svg onload="{ALARM}(\'QUOTED\')">'
SINGLE = f"' onmouseover='{ALARM}(name)' autofocus onfocus='{ALARM}(name)' x='"

FRONT = {
    "summary of a script": f"summary: 'A title {SCRIPT}'",
    "summary of an image": f"summary: 'A title <img src=x onerror={ALARM}(name)>'",
    "summary that closes the title": f"summary: 'A </title>{SCRIPT}'",
    "credit": f"credits: [{{name: '{SCRIPT}'}}]",
    "contact": f'credits: [{{name: A, contact: ["{LINK}"]}}]',
    "contact of data": 'credits: [{name: A, contact: ["data:text/html,<script>ran(1)</script>"]}]',
    "reference": f'references: [{{type: WEB, url: "{LINK}"}}]',
    "reference with a quote": "references: [{type: WEB, url: 'https://a.example/\"onclick=ran(0)'}]",
    "timeline": f"timeline: [{{date: 2026-01-01T00:00:00Z, summary: '{SCRIPT}'}}]",
    "revision": f"revisions: [{{date: 2026-05-02T00:00:00Z, summary: '{SCRIPT}'}}]",
    "withdrawal": f"withdrawn: {{date: 2026-05-02T00:00:00Z, reason: '{SCRIPT}'}}",
    "alias": f"aliases: ['{SCRIPT}']",
    "related": f"related: ['{SCRIPT}']",
    "successor": f"superseded_by: '{SCRIPT}'",
    "weakness": f"cwe_ids: ['{SCRIPT}']",
    "handler": f"handler: '{SCRIPT}'",
    "change of embargo": "embargo_changes: [{date: 2026-01-01T00:00:00Z, from: undecided, reason: "
    f"'{SCRIPT}'}}]",
}

BODIES = {
    "script": SCRIPT,
    "script in capitals": f"<SCRIPT>{ALARM}(name)</SCRIPT >",
    "image": IMAGE,
    "vector image": f'<svg><script>{ALARM}(name)</script><animate onbegin="{ALARM}(name)"/></svg>',
    "foreign content": f'<math><mtext><table><mglyph><style><img src onerror="{ALARM}(name)">',
    "link": f"[x]({LINK})",
    "link in entities": f"[x](&#106;avascript:{ALARM}(name))",
    "link with a tab": f"[x](java\tscript:{ALARM}(name))",
    "link by reference": f"[x]\n\n[x]: {LINK}",
    "autolink": f"<{LINK}>",
    "link of data": f"[x](data:text/html,<script>{ALARM}(name)</script>)",
    "image of a script": f"![x]({LINK})",
    "title of a link": f'[x](https://a.example/ "{QUOTED}")',
    "alternative text": f"![{QUOTED}](https://a.example/x.png)",
    "details": f'<details open ontoggle="{ALARM}(name)"><summary>x</summary></details>',
    "frame": f'<iframe srcdoc="<script>parent.{ALARM}(name)</script>"></iframe>',
    "base": '<base href="https://evil.example/">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={LINK}">',
    "form": f'<form action="{LINK}"><button id=b>x</button></form>',
    "style": f'<style>@import url("{LINK}")</style>',
    "heading": f"## {IMAGE}",
    "table": f"| a |\n|---|\n| {IMAGE} |",
    "fence": f'```" onmouseover={ALARM}(name) x="\n{SCRIPT}\n```',
    "clobbering": '<a id="__config">x</a><form id="__search"></form>',
}  # fmt: skip
ODD = """\
<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=RUN&gt;'>
<math><style><img src=x onerror=RUN></style></math>
<svg><title><style><img src=x onerror=RUN></style></title></svg>
<svg><foreignObject><iframe srcdoc='<script>parent.RUN</script>'>
<svg><use href='data:image/svg+xml,<svg id=x onload=RUN>#x'></use></svg>
<svg><a><animate attributeName=href values='javascript:RUN'/><text y=20>x</text></a></svg>
<svg><set attributeName=onmouseover to='RUN'></svg>
<noscript><p title='</noscript><img src=x onerror=RUN>'>
<textarea><p title='</textarea><img src=x onerror=RUN>'>
<template><img src=x onerror=RUN></template><div shadowrootmode=open>
<details open ontoggle=RUN>x</details>
<marquee onstart=RUN>x</marquee>
<input autofocus onfocus=RUN>
<video><source onerror=RUN></video>
<audio src=x onerror=RUN>
<body onload=RUN onpageshow=RUN>
<form action='javascript:RUN'><button>x</button></form><button formaction='javascript:RUN'>y
<button popovertarget=x>x</button><div popover id=x onbeforetoggle=RUN>x</div>
<img/src=x/onerror=RUN//>
<a href='java&#9;script:RUN'>x</a> <a href='&#1;javascript:RUN'>y</a>
[x](java&Tab;script&colon;RUN) [y](&#x6A;avascript:RUN)
[x](javascript%3ARUN) [y](%6aavascript:RUN)
[x](vbscript:RUN) ![y](data:text/html,<script>RUN</script>)
[x][y]~~[y]: <javascript:RUN> 'a'~
A paragraph~{: onclick='RUN' }~~# Head {onclick='RUN'}
A note[^1]~~[^1]: <img src=x onerror=RUN>
<!--><img src=x onerror=RUN>--> <!-- --!><img src=x onerror=RUN> -->
<![CDATA[><img src=x onerror=RUN>]]> <?x ><img src=x onerror=RUN>?>
<img src=x onerror=RUN <p>text</p>
{{ config }} {% raw %} <div class=md-search__inner data-md-component=search>
[x](https://a.example/"onmouseover=RUN") <https://a.example/'onfocus=RUN'>
<meta http-equiv=refresh content='0;url=javascript:RUN'><link rel=stylesheet href='javascript:RUN'>
<base href='https://evil.example/'><script src=x.js></script>"""
ODDITIES = {
    one: one.replace("RUN", f"{ALARM}(name)").replace("~", "\n") for one in ODD.splitlines()
}
"""Written for parsers that disagree. What the checks let through of them is shown as text."""

HARMLESS = {"fence"}
"""Written as an author may write, and shown as text."""


@pytest.mark.parametrize("name", FRONT)
def test_the_checks_refuse_a_script_in_front_matter(folder: Folder, name: str) -> None:
    line = FRONT[name]
    if line.startswith("summary: "):
        folder.write(summary=line.removeprefix("summary: "))
    else:
        folder.write(more=f"{line}\n")
    catalog = folder.read()
    assert catalog.advisories == ()
    assert catalog.problems


@pytest.mark.parametrize("name", sorted(BODIES.keys() - HARMLESS))
def test_the_checks_refuse_a_script_in_the_body(folder: Folder, name: str) -> None:
    folder.write(body=f"{BODY}\n{BODIES[name]}\n")
    refused = {one.code for one in folder.read().problems}
    text_only = {"title of a link", "alternative text"}
    assert refused if name not in text_only else refused <= {"ADV140", "ADV141"}


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.js", "a'onclick=ran(name).png", '">.png'])
def test_the_checks_refuse_an_attachment_that_runs_or_breaks_out(folder: Folder, name: str) -> None:
    folder.write()
    (folder.path / "LAN-2026-0001").mkdir()
    (folder.path / "LAN-2026-0001" / name).write_text(SCRIPT, encoding="utf-8")
    assert [one.code for one in folder.read().problems] == ["ADV143"]


def hostile(number: int, details: str, summary: str = "A title") -> Disclosed:
    """Make an advisory in which every string attacks, as if nothing had been checked."""
    text = SCRIPT + IMAGE + QUOTED + SINGLE
    content = Content(
        id=f"LAN-2026-{number:04}",
        summary=f"{summary} findme </title>{text} `{text}`",
        details=details,
        affected=(Affected(package=Package(ecosystem=text, name=text), versions=(text,)),),
        aliases=(text,),
        related=(text,),
        upstream=(text,),
        cwe_ids=(text,),
        references=(Reference(type=text, url=LINK), Reference(type="WEB", url=QUOTED)),
        credits=(Credit(name=text, type=text, contact=(LINK,)), Credit(name=text)),
        revisions=(Revision(date=NOW, summary=text),),
        withdrawn=Withdrawal(date=NOW, reason=text),
        superseded_by=text,
        timeline=(Occasion(date=NOW, summary=text),),
    )
    return Disclosed(content=content, published=NOW, as_of=NOW)


def build_hostile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build a site of attacks with every check passed over."""
    cases = {"none": "x", **BODIES, **ODDITIES}
    advisories = [hostile(*numbered) for numbered in enumerate(cases.values())]
    figure = root / "figure.png"
    figure.write_bytes(b"x")
    named = Attachment(name='a"><svg onload=ran(name)>.png', content=figure)
    advisories[0] = replace(
        advisories[0], content=replace(advisories[0].content, attachments=(named,))
    )

    def all_of_them(*_: object, **__: object) -> Disclosure:
        return Disclosure(
            as_of=NOW, advisories=tuple(advisories), held=0, unopened=0, next_embargo=None
        )

    monkeypatch.setattr(plugin, "disclose", all_of_them)
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Tab]:
    """A tab of a browser with an empty profile."""
    with browser.tab(tmp_path / "profile") as it:
        yield it


@pytest.fixture
def served(checkout: Folder) -> Iterator[str]:
    """The address under which the project's site is served."""
    site = checkout.path.parent / "site"
    site.mkdir()
    server = LocalServer(site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


@needs_chromium
@pytest.mark.parametrize("protected", [True, False])
def test_with_the_checks_passed_over_nothing_of_an_advisory_runs(
    checkout: Folder, window: Tab, served: str, monkeypatch: pytest.MonkeyPatch, *, protected: bool
) -> None:
    """With the policy and without it: rendering alone keeps scripts out."""
    root = checkout.path.parent
    build_hostile(root, monkeypatch)
    if not protected:
        for file in (root / "site").rglob("*.html"):
            text = file.read_text(encoding="utf-8")
            without = re.sub(r'\n<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
            assert without != text
            file.write_text(without, encoding="utf-8")
    for uri in (
        "",
        "404.html",
        *(f"advisories/LAN-2026-{n:04}/" for n in range(len(BODIES) + len(ODDITIES) + 1)),
        *lists_of(root / "site"),
    ):
        window.open(served + uri)
        window.value(TOUCH_EVERYTHING)
    window.open(f"{served}?q=findme")
    window.value("document.querySelector('[data-md-toggle=search]').click()")
    window.wait_for("document.querySelectorAll('.md-search-result__item').length > 3")
    window.value(TOUCH_EVERYTHING)
    assert window.alarms == []


def lists_of(site: Path) -> list[str]:
    """Give the addresses of the pages about many advisories."""
    files = [
        one for name in ("projects", "years", "bundles") for one in (site / name).rglob("*.html")
    ]
    return [one.parent.relative_to(site).as_posix() + "/" for one in files]


TOUCH_EVERYTHING = """
addEventListener("click", event => {  // stay on the page
  if (/^https?:$/.test(event.target.closest("a")?.protocol)) event.preventDefault()
}, true);
addEventListener("submit", event => event.preventDefault(), true);
for (const one of document.querySelectorAll(".adv *, .adv-index *, .md-search-result *")) {
  if (one.protocol !== "http:" && one.protocol !== "https:") one.click()
  for (const name of ["mouseover", "focus", "toggle", "error", "load"])
    one.dispatchEvent(new Event(name))
}
new Promise(done => setTimeout(done, 50))
"""

SPRING = """
document.querySelector("#trap")?.click();
new Promise(done => setTimeout(done, 100))
"""
UNSAFE = [
    SCRIPT,
    IMAGE,
    f"<svg onload=\"{ALARM}('svg')\"></svg>",
    f'<iframe srcdoc="<script>parent.{ALARM}(name)</script>"></iframe>',
    f'<a id="trap" href="{LINK}">x</a>',
    f'<script src="data:text/javascript,{ALARM}(name)"></script>',
    f'<object data="data:text/html,<script>parent.{ALARM}(name)</script>"></object>',
]


@needs_chromium
def test_the_policy_alone_stops_what_a_broken_sanitiser_would_let_through(
    checkout: Folder, window: Tab, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    root = checkout.path.parent
    checkout.write()
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    file = root / "site/advisories/LAN-2026-0001/index.html"
    sound = file.read_text(encoding="utf-8")
    for raw in UNSAFE:
        file.write_text(sound.replace("A lantern can be lit from afar.", raw), encoding="utf-8")
        window.open(f"{served}advisories/LAN-2026-0001/")
        window.value(SPRING)
        assert window.alarms == [], raw
    assert any("Content Security Policy" in one for one in window.complaints)


@needs_chromium
def test_the_alarm_sounds_without_policy_and_sanitising(
    checkout: Folder, window: Tab, served: str
) -> None:
    """What the other tests rely on: each of the attacks runs if nothing keeps it from it."""
    for raw in UNSAFE[:6]:
        window.alarms.clear()
        page = f"<!doctype html><meta charset=utf-8><body>{raw}"
        (checkout.path.parent / "site" / "bare.html").write_text(page, encoding="utf-8")
        window.open(f"{served}bare.html")
        window.value(SPRING)
        assert window.alarms, raw


@needs_chromium
def test_the_site_works_under_its_policy_without_a_complaint(
    example_site: Path, tmp_path: Path, window: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    with next((example_site / "advisories").rglob("GHSA-*.md")).open("a") as source:
        source.write("\n```rust\nlet lit = true;\n```\n\n| a |\n|--:|\n| 1 |\n")
    build(load_config(str(example_site / "mkdocs.yml"), site_dir=str(tmp_path / "out")))
    server = LocalServer(tmp_path / "out")
    Thread(target=server.serve_forever, daemon=True).start()
    window.open(server.url)
    assert window.value("document.querySelector('meta[http-equiv]').httpEquiv")
    before = window.value("document.body.dataset.mdColorScheme")
    window.value(
        "document.querySelector('label.md-header__button[for^=__palette]:not([hidden])').click()"
    )
    window.wait_for(f"document.body.dataset.mdColorScheme !== '{before}'")
    window.value("document.querySelector('[data-md-toggle=search]').click()")
    window.value(
        "const field = document.querySelector('.md-search__input'); field.focus();"
        " field.value = 'wasmtime'; field.dispatchEvent(new Event('keyup')); 1"
    )
    window.wait_for("document.querySelector('.md-search-result__link')")
    coded = next(
        file.parent.relative_to(tmp_path / "out").as_posix()
        for file in (tmp_path / "out" / "advisories").glob("*/index.html")
        if '<div class="highlight">' in file.read_text(encoding="utf-8")
    )
    for uri in (f"{coded}/", "subscribe/", "policy/"):
        window.open(server.url + uri)
    window.open(f"{server.url}{coded}/")
    window.wait_for("document.querySelector('button[data-md-type=copy], .md-clipboard')")
    server.shutdown()
    server.server_close()
    assert window.complaints == []
    assert window.alarms == []


PAGE = (
    '<html><head>\n<meta charset="utf-8">\n<script>theme()</script>'
    '<script type="application/json">{}</script>'
    '<script src="https://cdn.example/a.js?v=1"></script><script src="/own.js"></script>'
    '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Roboto">'
    '<style>p{}</style></head><body><td style="text-align: right;"></body></html>'
)


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_policy_names_what_the_theme_has_and_nothing_else() -> None:
    policy = dict(one.split(" ", 1) for one in policy_of(PAGE).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["script-src"] == f"'self' https://cdn.example/a.js {digest('theme()')}"
    assert policy["style-src"] == f"'self' https://fonts.googleapis.com/css {digest('p{}')}"
    assert policy["style-src-attr"] == f"'unsafe-hashes' {digest('text-align: right;')}"
    assert policy["font-src"] == "'self' data: https://fonts.gstatic.com"
    assert policy["connect-src"] == "'self'"
    assert "unsafe-inline" not in policy_of(PAGE)
    assert "unsafe-eval" not in policy_of(PAGE)


def test_the_policy_stands_behind_the_encoding_and_before_every_script() -> None:
    page = with_policy(PAGE, texts=["<p>x</p>"])
    assert page.startswith('<html><head>\n<meta charset="utf-8">\n<meta http-equiv="Content-')
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert with_policy(page, texts=[]) == page
    assert with_policy("no page", texts=[]) == "no page"


@pytest.mark.parametrize("text", [SCRIPT, "<SCRIPT >x", "<style>p{}", "<base>", "<link>", "<meta>"])
def test_active_content_in_an_advisorys_text_is_never_hashed(text: str) -> None:
    with pytest.raises(ActiveContentError):
        with_policy(PAGE, texts=[text])


ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|object|embed|base|meta|link)\b", re.IGNORECASE
)
PARTS = (
    *"< / > \n script STYLE \u017ftyle \u017fCript iframe \u0130frame object eMbed".split(" "),
    *(" ", "base", "meta", "li", "link", "s", "b", "x", "strong"),
)


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_a_text_is_refused_if_it_has_an_element_that_could_run_or_load(text: str) -> None:
    if ACTIVE.search(text):
        with pytest.raises(ActiveContentError):
            refuse_active([text])
    else:
        refuse_active([text])


@pytest.mark.parametrize("name", ["style", "STYLE", "\u017ftyle"])
def test_every_style_of_a_text_bears_on_the_policy(name: str) -> None:
    plain = "<td class='a'>style: none</td>"
    assert bearing(plain) == bearing("")
    assert bearing(f'{plain}<td {name}="color:red">') != bearing(plain)
    assert bearing(f'<td {name}="color:red">') != bearing(f'<td {name}="color:blue">')


def test_every_page_of_a_site_states_its_policy(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    root = checkout.path.parent
    checkout.write()
    assert disclose(checkout.read().advisories, now=NOW).advisories
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    pages = list((root / "site").rglob("*.html"))
    assert len(pages) == 6
    for page in pages:
        assert page.read_text(encoding="utf-8").count("Content-Security-Policy") == 1
