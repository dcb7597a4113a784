"""Ids, packages and vectors that the text names are those of the data."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.prose import Phrase, readable, sentence
from mkdocs_advisories.checks.rule import warning
from mkdocs_advisories.policy import Project
from mkdocs_advisories.problems import Place, Related

ID = re.compile(
    r"(?<![\w/-])(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3}|(?:RUSTSEC|PYSEC|GO|EUVD)-\d{4}-\d{1,10})"
    r"(?![\w-])",
    re.IGNORECASE,
)
_NAMED = Phrase(pattern=ID, openings=("cve-", "ghsa-", "rustsec-", "pysec-", "go-", "euvd-"))
_OTHERS = re.compile(
    r"\b(?:similar|see also|related|variant|follow-?up|incomplete|bypass(?:es)?|unlike|like"
    r"|compare|"
    r"duplicate|distinct|different|previous|earlier|another|supersed\w+|reintroduc\w+|regress\w+)\b",
    re.IGNORECASE,
)
_PACKAGE_AND_VERSION = re.compile(
    r"(?<![\w/@.-])(?P<name>@?[A-Za-z][\w/@-]{3,80})\s+(?:version\s+)?v?\d+\.\d+(?:\.\d+)?\b"
)
_NUMBER = re.compile(r"\d\.\d")
_REACH = 200
"""Characters: more than the longest name that is looked for, and what may follow it."""
_SIMILAR = 0.85
_NEAR = 30
"""Characters behind an id in which a word may still say that it is another one."""


@warning(
    "ADV275", reads="id aliases related upstream superseded_by references", trusts="id aliases"
)
def ids_are_known(case: Case) -> Iterator[Finding]:
    """A wrong digit in a CVE id sends readers and scanners to another vulnerability."""
    text, anywhere = readable(case), case.house.cards_by_name
    named = list(_NAMED.matches(case))
    known = _known(case) if named else set()
    for match in named:
        name = match[0].lower()
        if name not in known and name not in anywhere and not _is_about_another(text, match):
            known.add(name)
            yield case.in_body(
                match.start(),
                len(match[0]),
                text="`{id}` is neither this advisory nor one that it is related to",
                remedy="correct it; or name it in `related` if readers should know of it",
                related=_same_kind(case, match[0]),
                id=match[0],
            )


@warning("ADV279", reads="affected", trusts="affected")
def packages_are_spelled_as_in_the_data(case: Case) -> Iterator[Finding]:
    """A package with a name almost like the right one may be somebody else's."""
    names = {one.package.name: index for index, one in enumerate(case.content.affected)}
    known = _package_words(case)
    for match in _with_versions(readable(case)):
        name = match["name"]
        if name.lower() in known:
            continue
        near = get_close_matches(name.lower(), [one.lower() for one in names], 1, _SIMILAR)
        if not near or _is_a_sibling(name.lower(), near[0]):
            continue
        meant = next(one for one in names if one.lower() == near[0])
        place = case.place("affected", names[meant], "package", "name")
        yield case.in_body(
            match.start("name"),
            len(name),
            text="`{name}` is no package of this advisory",
            remedy="did you mean `{meant}`?",
            related=(Related(place=place, text="the data has `{meant}`"),),
            name=name,
            meant=meant,
        )


def _with_versions(text: str) -> Iterator[re.Match[str]]:
    """Find names that a version follows: on the lines that have one, and a little before these."""
    end = done = 0
    for number in _NUMBER.finditer(text):
        if number.start() < end:
            continue
        end = text.find("\n", number.end()) % (len(text) + 1)
        for match in _PACKAGE_AND_VERSION.finditer(text, max(0, number.start() - _REACH), end):
            if match.start() >= done:
                done = match.end()
                yield match


def _is_a_sibling(name: str, other: str) -> bool:
    """Whether the difference is none, or looks meant: a sign, a number, a prefix, a suffix."""
    letters = [re.sub(r"[\d_.-]+", "", one) for one in (name, other)]
    return letters[0] == letters[1] or name in other or other in name


def _known(case: Case) -> set[str]:
    content = case.content
    own = {*content.named_ids(), *content.related, *content.upstream, content.superseded_by or ""}
    known = {one.lower() for one in own}
    cards = case.house.cards_by_name
    known |= {name for one in own for card in cards.get(one.lower(), ()) for name in card.names}
    known |= {match[0].lower() for one in content.references for match in _in_url(one.url)}
    return known


def _in_url(url: str) -> Iterator[re.Match[str]]:
    return re.finditer(ID.pattern.replace(r"(?<![\w/-])", r"(?<![\w-])"), url, re.IGNORECASE)


def _is_about_another(text: str, match: re.Match[str]) -> bool:
    """Whether it is a link of its own, or the words before it say that it is another one."""
    is_link = text[match.start() - 1 : match.start()] == "[" or text[match.end() :][:1] == "]"
    start, around = sentence(text, match.start())
    return is_link or bool(_OTHERS.search(around, 0, match.end() - start + _NEAR))


def _same_kind(case: Case, name: str) -> tuple[Related, ...]:
    """Show which id of that kind the data has."""
    prefix = name.partition("-")[0].lower()
    places: list[tuple[str, Place]] = [(case.content.id, case.place("id"))]
    places += [
        (one, case.place("aliases", index)) for index, one in enumerate(case.content.aliases)
    ]
    return tuple(
        Related(place=place, text="this one is in the data")
        for one, place in places
        if one.partition("-")[0].lower() == prefix
    )[:1]


def _package_words(case: Case) -> frozenset[str]:
    """Give every name (in lower case) by which packages and projects here are known."""
    return _with_parts(one.package.name for one in case.content.affected) | _words_of_projects(
        tuple(case.policy.projects)
    )


@lru_cache(maxsize=4)
def _words_of_projects(projects: tuple[Project, ...]) -> frozenset[str]:
    packages = {name.partition("/")[2] for one in projects for name in one.packages}
    return _with_parts(packages | {one.name for one in projects})


def _with_parts(names: Iterable[str]) -> frozenset[str]:
    known = frozenset(name.lower() for name in names)
    return known | {word for one in known for word in re.split(r"[\s/@_-]+", one)}
