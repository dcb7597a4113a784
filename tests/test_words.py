"""The pages speak the language of the site: every word can be translated, and German is."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po
from cvss import constants2, constants3, constants4
from lxml import etree, html
from mkdocs.commands.build import build
from mkdocs.config import load_config

import browser
from browser import Tab
from conftest import BODY, MKDOCS_YML, NOW, PROJECT, Folder
from mkdocs_advisories.disclosure.local_server import LocalServer
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.mkdocs.frame import SCRIPTS
from mkdocs_advisories.model import SeverityType
from mkdocs_advisories.render import words as all_words
from mkdocs_advisories.render.bulletin import bulletin
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.render.severity import _BASE, WORDS
from mkdocs_advisories.render.words import catalog, has_words, languages, words_of
from mkdocs_advisories.render.words.scripts import LANGUAGE, in_language
from mkdocs_advisories.render.words.terms import (
    metric_word,
    reference_word,
    role_word,
    severity_word,
)
from mkdocs_advisories.site import Site, build_site
from mkdocs_advisories.source.contract import contract

needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="needs Chromium")

PACKAGE = PROJECT / "plugins" / "mkdocs_advisories"
FOLDER = PACKAGE / "render" / "words"
TEMPLATES = sorted((PACKAGE / "render" / "templates").glob("*.html"))
SOURCES = sorted((PACKAGE / "mkdocs" / "theme").glob("*.js"))
OTHERS = [one for one in languages() if one != "en"]
PLACE = re.compile(r"%\((\w+)\)s")
NAMES = {"CVSS"}
"""What stands in templates and is the same in every language."""

# Everything that a page can say, in one advisory.
RICH = """\
aliases: [CVE-2026-0001]
related: [CVE-2026-0002]
upstream: [CVE-2026-0003]
cwe_ids: [CWE-79]
exploited: true
severity:
  - {type: CVSS_V3, score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
references:
  - {type: FIX, url: "https://lantern.example/fix/1"}
credits:
  - {name: Wick, type: REMEDIATION_DEVELOPER}
timeline:
  - {date: 2026-04-01T12:00:00Z, summary: Told}
revisions:
  - {date: 2026-05-20T12:00:00Z, summary: Reworded}
"""


def extracted() -> Catalog:
    """Collect the words as scripts/translate does."""
    config = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = config["tool"]["babel"]["mappings"]
    methods = [(one.pop("pattern"), one.pop("method"), one) for one in mappings]
    found = Catalog()
    for _, _, text, _, context in extract_from_dir(
        PROJECT / "plugins",
        method_map=[(pattern.removeprefix("plugins/"), method) for pattern, method, _ in methods],
        options_map={pattern.removeprefix("plugins/"): rest for pattern, _, rest in methods},
    ):
        found.add(text, context=context)
    return found


def keys(messages: Iterable[Message]) -> set[tuple[str | None, object]]:
    return {(one.context, one.id) for one in messages if one.id}


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalog_has_every_word_and_no_other(tag: str) -> None:
    found, known = extracted(), catalog(tag)
    assert len(keys(found)) > 150
    assert keys(known) == keys(found), "run scripts/translate"
    assert not known.obsolete
    assert not known.fuzzy


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalog_leaves_nothing_untranslated_and_keeps_what_is_filled_in(tag: str) -> None:
    for one in catalog(tag):
        if not one.id:
            continue
        assert not one.fuzzy, one.id
        if isinstance(one.id, str):
            assert one.string, one.id
            assert PLACE.sub("", str(one.string)).count("%") == 0
            assert sorted(PLACE.findall(one.id)) == sorted(PLACE.findall(str(one.string))), one.id
        else:
            forms = list(one.string or ())
            assert len(forms) == catalog(tag).num_plurals
            assert all(forms), one.id
            # Only the form of one thing may do without the number.
            for form in forms[1:]:
                assert sorted(PLACE.findall(one.id[1])) == sorted(PLACE.findall(form)), one.id


def test_a_template_has_no_word_that_cannot_be_translated() -> None:
    assert TEMPLATES
    for file in TEMPLATES:
        marked = r"{#.*?#}|{% trans.*?endtrans %}|{%.*?%}|{{.*?}}"
        text = re.sub(marked, " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        labels = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', text)
        shown = re.sub(r"<[^>]*>", " ", text)
        bare = re.findall(r"[^\W\d_]{2,}", " ".join([shown, *labels]))
        assert set(bare) <= NAMES, file.name


def test_every_text_of_a_script_is_found_by_the_extraction() -> None:
    ids = [one.id for one in extracted() if one.id]
    known = {one if isinstance(one, str) else one[0] for one in ids}
    calls = [
        json.loads(said)
        for file in SOURCES
        for said in re.findall(r"gettext\(\s*(\"[^\"\n]*\")", file.read_text(encoding="utf-8"))
    ]
    assert len(calls) > 20
    assert set(calls) <= known
    # In words.js itself the parameters have these names.
    other = r"gettext\((?!\s*\"|one, many)"
    assert not [one.name for one in SOURCES if re.search(other, one.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("tag", ["en", *OTHERS])
def test_every_term_of_the_field_has_a_word(tag: str) -> None:
    words = words_of(tag)
    schema = contract("advisory")
    text = json.dumps(schema)
    for word in WORDS:
        assert severity_word(words, word)
    roles = re.search(r'"enum": (\["FINDER".*?\])', text)
    kinds = re.search(r'"enum": (\["ADVISORY".*?\])', text)
    assert roles
    assert kinds
    for role in json.loads(roles[1]):
        assert bool(role_word(words, role)) == (role != "OTHER")
    for kind in json.loads(kinds[1]):
        assert reference_word(words, kind)
    assert role_word(words, None) == ""


@pytest.mark.parametrize("tag", OTHERS)
def test_every_metric_of_a_vector_has_a_word(tag: str) -> None:
    words = words_of(tag)
    known = {one.id for one in catalog(tag) if one.context == "CVSS"}
    for kind, constants in {
        SeverityType.CVSS_V2: constants2,
        SeverityType.CVSS_V3: constants3,
        SeverityType.CVSS_V4: constants4,
    }.items():
        for metric in _BASE[kind]:
            values = constants.METRICS_VALUE_NAMES[metric].values()
            for text in (constants.METRICS_ABBREVIATIONS[metric], *values):
                assert text in known
                assert metric_word(words, text)


def test_a_country_has_the_words_of_its_language_and_its_own_dates() -> None:
    day = date(2026, 1, 5)
    assert words_of("de").day(day) == "5. Januar 2026"
    assert words_of("de-AT").day(day) == words_of("de_AT").day(day) == "5. Jänner 2026"
    assert words_of("de-AT").gettext("Withdrawn") == "Zurückgezogen"
    assert words_of("DE-xx").day(day) == "5. Januar 2026"
    assert words_of("en").day(day) == words_of("en-GB").day(day) == "5 January 2026"
    assert words_of("en-US").day(day) == "January 5, 2026"


@pytest.mark.parametrize(
    "tag", ["xx", "ar", "", "../../words/de", "de.po", "deutsch", "e", "en/../de", "zh-Hant-TW"]
)
def test_what_nobody_has_translated_is_in_english(tag: str) -> None:
    assert not has_words(tag)
    assert words_of(tag).language == "en"
    assert words_of(tag).day(date(2026, 1, 5)) == "5 January 2026"
    assert words_of(tag).gettext("Withdrawn") == "Withdrawn"
    assert in_language('gettext("Withdrawn")', tag) == 'gettext("Withdrawn")'


def test_lists_are_joined_as_the_language_does_and_stay_harmless() -> None:
    assert words_of("en").either(["1", "2", "<b>"]) == "1, 2 or &lt;b&gt;"
    assert words_of("de").either_plain(["1", "2", "<b>"]) == "1, 2 oder <b>"
    assert words_of("en").either_plain(["1"]) == "1"


# ---- Another language, made for the test


def made_up(folder: Path, tag: str, letters: str) -> None:
    """Make a catalog in which every text is letters, around what is filled in."""
    made = Catalog(locale=tag.replace("-", "_"))
    for one in catalog("de"):
        if one.id:
            english = one.id if isinstance(one.id, str) else one.id[1]
            said = "".join(
                f"%({part})s" if at % 2 else re.sub(r"\w+", letters, part)
                for at, part in enumerate(PLACE.split(english))
            )
            string = said if isinstance(one.id, str) else (said,) * made.num_plurals
            if isinstance(one.id, tuple):
                string = tuple(f"{said} {form}" for form in range(made.num_plurals))
            made.add(one.id, string, one.locations, context=one.context)
    with (folder / f"{tag}.po").open("wb") as file:
        write_po(file, made)


@pytest.fixture
def spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have catalogs of Arabic and Polish."""
    folder = tmp_path / "catalogs"
    folder.mkdir()
    made_up(folder, "ar", "نص")
    made_up(folder, "pl", "słowo")
    sources = {one.stem: one for one in (*folder.glob("*.po"), *FOLDER.glob("*.po"))}
    monkeypatch.setattr(all_words, "_sources", lambda: sources)
    caches = (all_words.words_of, all_words.catalog)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


@pytest.mark.usefixtures("spoken")
def test_scripts_get_the_plural_forms_of_their_language() -> None:
    asked = 'ngettext("%(num)s advisory", "%(num)s advisories", shown)'
    told = in_language(asked, "pl-PL")
    assert json.loads(told.removeprefix("ngettext(").removesuffix(", 0, shown)")) == {
        "one": "%(num)s słowo 0",
        "few": "%(num)s słowo 1",
        "many": "%(num)s słowo 2",
    }
    for form in ("few", "many", "one", "other", "two", "zero"):
        assert f'"{form}"' in in_language(asked, "ar")
    assert in_language(LANGUAGE, "pl-PL") == 'Intl.PluralRules("pl")'
    assert (PACKAGE / "mkdocs" / "theme" / "words.js").read_text("utf-8").count(LANGUAGE) == 1


# ---- The site


def site_in(folder: Folder, language: str) -> Site:
    folder.write(more=RICH)
    folder.write("LAN-2026-0002", more="withdrawn: {date: 2026-05-10T12:00:00Z, reason: None}\n")
    advisories = disclose(folder.read().advisories, now=NOW)
    policy = replace(folder.policy, language=language)
    return build_site(advisories, policy=policy, index_uri="")


def test_what_machines_read_says_the_same_in_every_language(folder: Folder) -> None:
    english, german = (site_in(folder, language).contents for language in ("en", "de"))
    assert english.keys() == german.keys()
    documents = [
        uri
        for uri in english
        if uri.startswith(("osv/", "cve/", "ghsa/", "openvex/", "rustsec/", "versions.json"))
        or uri in {"advisories.json", ".well-known/security.txt"}
    ]
    assert len(documents) > 10
    for uri in documents:
        assert english[uri] == german[uri], uri
    for uri in english:
        if uri.startswith("csaf/white/2") and uri.endswith(".json"):
            one, other = (json.loads(bytes(each[uri])) for each in (english, german))  # type: ignore[arg-type]
            assert (one["document"].pop("lang"), other["document"].pop("lang")) == ("en", "de")
            assert one == other


def test_a_mail_is_in_the_language_of_its_template(folder: Folder) -> None:
    folder.write(more=RICH)
    (advisory,) = disclose(folder.read().advisories, now=NOW).advisories
    english, german = (
        bulletin(advisory, policy=replace(folder.policy, language=language), public=frozenset())
        for language in ("en", "de")
    )
    assert english == german


def texts(markup: str) -> list[str]:
    """Give all that a fragment says: its texts and labels, but for those of the advisory."""
    tree = html.fragment_fromstring(markup, create_parent="div")
    for own in tree.xpath("//*[@class='adv-body'] | //bdi[not(strong)] | //code | //script"):
        own.drop_tree()
    labels = tree.xpath("//@aria-label | //@placeholder | //@data-label")
    return [" ".join(one.split()) for one in (*tree.itertext(), *labels) if one.strip()]


def english_of(found: Iterable[str]) -> list[str]:
    """Give those texts that are of the catalog, and in English."""
    said: set[str] = set()
    parts: set[str] = set()
    for one in catalog("de"):
        for english in () if not one.id else (one.id,) if isinstance(one.id, str) else one.id:
            if english != one.string and english not in {"Name", "None"}:
                said.add(PLACE.sub("", english).strip(" .,:") or english)
                parts |= {part.strip() for part in PLACE.split(english)[::2] if " " in part.strip()}
    return [one for one in found if one.strip(" .,:") in said or any(part in one for part in parts)]


def test_a_german_site_says_nothing_of_ours_in_english(folder: Folder) -> None:
    site = site_in(folder, "de")
    pages = [one for one in site.contents.values() if isinstance(one, Page)]
    fragments = [site.index, *(one.html for one in pages)]
    found = [text for one in fragments for text in texts(one)]
    assert len(found) > 100
    assert "Betroffene Versionen" in found
    assert english_of(found) == []
    assert english_of(texts(site_in(folder, "en").index)), "this test finds what it looks for"
    page = next(one for one in pages if one.uri.endswith("0001/"))
    assert page.description.startswith("Kritisch (9.8). Lantern can be lit from afar. Behoben in")


def test_german_feeds_speak_german(folder: Folder) -> None:
    contents = site_in(folder, "de").contents
    feed = etree.fromstring(bytes(contents["feed.xml"]))  # type: ignore[arg-type]
    names = {"a": "http://www.w3.org/2005/Atom", "h": "http://www.w3.org/1999/xhtml"}
    titles = feed.xpath("//a:entry/a:title/text()", namespaces=names)
    assert "[Zurückgezogen] Lantern can be lit from afar" in titles
    summaries = feed.xpath("//a:entry/a:summary/text()", namespaces=names)
    assert "Schweregrad: Kritisch. lantern auf 1.2.3 aktualisieren." in summaries
    assert english_of(feed.xpath("//h:p/text() | //h:a/text()", namespaces=names)) == []
    terms = feed.xpath("//a:category[contains(@scheme, 'severity')]", namespaces=names)
    assert [(one.get("term"), one.get("label")) for one in terms] == [
        ("critical", "Schweregrad: Kritisch")
    ]
    severe = etree.fromstring(bytes(contents["feeds/severity/high.xml"]))  # type: ignore[arg-type]
    (title,) = severe.xpath("/a:feed/a:title/text()", namespaces=names)
    assert title == "Lantern advisories: ab Schweregrad hoch"
    entries = json.loads(bytes(contents["feed.json"]))["items"]  # type: ignore[arg-type]
    told = [text for one in entries for text in texts(one["content_html"]) if text not in BODY]
    assert english_of(told) == []


def built(checkout: Folder, language: str) -> Path:
    root = checkout.path.parent
    theme = f"theme: {{name: material, font: false, language: {language}}}\n"
    text = re.sub(r"theme: .*\n", theme, MKDOCS_YML)
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    checkout.write(more=RICH, body=BODY)
    site = root / f"site-{language}"
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(site)))
    return site


def test_a_german_build_says_so_and_one_without_words_says_that(
    checkout: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    page = html.parse(built(checkout, "de") / "advisories" / "LAN-2026-0001" / "index.html")
    assert page.getroot().get("lang") == "de"
    assert not page.xpath("//*[@class='adv']/@lang")
    assert page.xpath("//h2[@id='fix']/text()") == ["Was zu tun ist"]
    assert page.xpath("//*[@role='dialog']/@aria-label") == ["Suche"]
    assert "are in English" not in caplog.text
    page = html.parse(built(checkout, "fr") / "advisories" / "LAN-2026-0001" / "index.html")
    assert page.getroot().get("lang") == "fr"
    (ours,) = page.xpath("//*[@class='adv']")
    assert (ours.get("lang"), ours.get("dir")) == ("en", "ltr")
    assert "the pages of advisories are in English: fr is not one of de, en" in caplog.text.replace(
        "en, de", "de, en"
    )


# ---- In a browser


@pytest.fixture
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser.tab(tmp_path_factory.mktemp("profile")) as it:
        yield it


def served(window: Tab, site: Path, uri: str, width: int) -> LocalServer:
    server = LocalServer(site)
    Thread(target=server.serve_forever, daemon=True).start()
    window.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    window.open(server.url + uri)
    return server


ASK = """
(text => {
  const form = document.querySelector("[data-adv-check]");
  form.elements.version.value = text;
  form.requestSubmit();
  return new Promise(done => setTimeout(() => done(form.querySelector("output").innerText), 300));
})
"""
FITS = "document.documentElement.scrollWidth <= innerWidth"
CUT = """
[...document.querySelectorAll(".adv *, .adv-index *")].filter(one => one.checkVisibility()
  && !one.closest(".adv-unseen") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth
  && getComputedStyle(one).display !== "inline").map(one => one.className || one.outerHTML)
"""


@needs_chromium
def test_the_scripts_speak_german(checkout: Folder, window: Tab) -> None:
    server = served(window, built(checkout, "de"), "", 1280)
    for asked, answered in {
        "1.0.0": "Betroffen.\n\nlantern 1.0.0 (crates.io) ist betroffen von LAN-2026-0001."
        " Auf 1.2.3 aktualisieren.",
        "1.2.3": "Nicht betroffen.\n\n"
        "lantern 1.2.3 (crates.io) liegt außerhalb aller betroffenen Bereiche.",
        "": "Zuerst eine Version eingeben oder eine Lock-Datei einfügen.",
        "x==1.0.0": "Keine Sicherheitsmeldung hier betrifft x.",
        "^1.2": "Das ist eine Anforderung, die viele Versionen erfüllen."
        " Die installierte Version eingeben.",
    }.items():
        assert window.value(f"{ASK}({asked!r})") == answered
    status = "document.querySelector('.adv-index [role=status]').textContent"
    assert window.value(status) == "1 Sicherheitsmeldung"
    window.value(
        "(field => { field.value = 'nothing'; field.dispatchEvent("
        "new Event('input', {bubbles: true})) })(document.querySelector('[name=text]'))"
    )
    assert window.value(status) == "0 von 1 Sicherheitsmeldung"
    window.value("document.querySelector('[name=severity]').click()")
    follow = "document.querySelector('.adv-follow').textContent"
    assert window.value(follow) == "Kritische per Atom-Feed verfolgen"
    assert window.complaints == []
    server.shutdown()
    server.server_close()


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("uri", ["", "advisories/LAN-2026-0001/"])
def test_long_german_words_fit(checkout: Folder, window: Tab, uri: str, width: int) -> None:
    server = served(window, built(checkout, "de"), uri, width)
    assert window.value(FITS)
    assert window.value(CUT) == []
    server.shutdown()
    server.server_close()


@needs_chromium
@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_language_that_runs_from_right_to_left_turns_the_page(
    checkout: Folder, window: Tab, width: int
) -> None:
    server = served(window, built(checkout, "ar"), "advisories/LAN-2026-0001/", width)
    assert window.value("getComputedStyle(document.querySelector('.adv')).direction") == "rtl"
    assert window.value(FITS)
    assert window.value(CUT) == []
    left = "document.querySelector('.adv-{}').getBoundingClientRect().left"
    if width > 1000:
        assert window.value(f"{left.format('facts')} < {left.format('main')}")
    assert "نص" in window.value(f"{ASK}('1.0.0')")
    server.shutdown()
    server.server_close()


def test_scripts_are_served_in_german(checkout: Folder) -> None:
    site = built(checkout, "de")
    for uri in SCRIPTS:
        script = (site / uri).read_text(encoding="utf-8")
        texts = re.findall(r'gettext\(\s*"([^"]*)"', script)
        assert english_of(texts) == [], uri
        if uri.endswith("check.js"):
            assert "Betroffen." in texts
