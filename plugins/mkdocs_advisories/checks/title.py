"""The title says what is wrong, in what, and nothing that the data says better."""

import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import warning
from mkdocs_advisories.checks.unfinished import is_unfinished
from mkdocs_advisories.problems import Edit, Fix, Related

_ID = r"(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|(?:RUSTSEC|PYSEC|GO|OSV|EUVD)-\d{4}-\d+)"
_SAID_ELSEWHERE = re.compile(
    rf"(?P<id>\b{_ID}\b)"
    r"|(?P<severity>\bCVSS\b(?:[ :v]*[\d.]+)?"
    r"|\b(?:critical|high|medium|moderate|low)[- ]severity\b"
    r"|^\[(?:critical|high|medium|low)\]|^(?:critical|high|medium|low):)"
    r"|(?P<version>(?:[<>]=?|=|\b(?:versions?|v|before|prior to|through|until|in|since)) ?"
    r"v?\d+\.\d+[\w.+-]*\w)",
    re.IGNORECASE,
)
_TELLING = 4
"""Letters of a name that tell enough of it, such as `lantern` of `@lantern/core`."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_ORDINARY = frozenset(
    """a an the in on of with by when use using out heap stack buffer integer double improper
    missing incorrect invalid insufficient uncontrolled unbounded unsafe unsound undefined
    arbitrary possible potential memory denial cross remote code path race type null host
    guest data information authentication authorization bypass leak panic crash command
    sql open server client wrong""".split()
)
"""Words of the language that begin many titles; any other small one may be a name."""


@warning("ADV262", reads="summary affected", trusts="summary")
def title_names_the_package(case: Case) -> Iterator[Finding]:
    """A reader of a list sees at once whether it is about something that they use."""
    names = set(case.policy.projects_of(case.content.affected))
    names |= {one.package.name for one in case.content.affected}
    names |= {word for one in names for word in re.findall(rf"[a-z]{{{_TELLING},}}", one.lower())}
    text = _plain(case.content.summary)
    if names and not any(_plain(name) in text for name in names):
        yield case.finding(
            "summary",
            text="the title names neither the package nor its project",
            remedy="name it, such as `{name}`",
            name=min(case.policy.projects_of(case.content.affected)),
        )


@warning("ADV263", reads="summary", trusts="summary")
def title_has_no_full_stop(case: Case) -> Iterator[Finding]:
    """A title is no sentence."""
    title = case.content.summary
    if title.endswith(".") and not title.endswith("..") and not re.search(r"\.\w+\.$", title):
        place = case.part_place(("summary",), len(title) - 1, 1)
        is_exact = place != case.place("summary")
        yield case.finding(
            "summary",
            place=place,
            text="the title ends with a full stop",
            remedy="leave it out",
            fix=Fix(text="remove it", edits=(Edit(place=place, replacement=""),))
            if is_exact
            else None,
        )


@warning("ADV264", reads="summary affected", trusts="summary")
def title_begins_with_a_capital(case: Case) -> Iterator[Finding]:
    """Titles stand in lists, one like the other. A name or code may begin as it is written."""
    first = _WORD.match(case.content.summary)
    word = case.content.summary.partition(" ")[0]
    names = {one.package.name for one in case.content.affected}
    if first and first[0] in _ORDINARY and word not in names:
        place = case.part_place(("summary",), 0, len(first[0]))
        is_exact = place != case.place("summary")
        edit = Edit(place=place, replacement=first[0].capitalize())
        yield case.finding(
            "summary",
            place=place,
            text="the title begins with a small letter",
            remedy="write `{word}`",
            fix=Fix(text="write it with a capital", edits=(edit,)) if is_exact else None,
            word=first[0].capitalize(),
        )


@warning("ADV265", reads="summary", trusts="summary")
def title_is_short(case: Case) -> Iterator[Finding]:
    """A title fits on a line of a list, a subject and a search result."""
    longest, length = case.policy.checks.title_length, len(case.content.summary)
    if length > longest:
        yield case.finding(
            "summary",
            place=case.part_place(("summary",), longest, length - longest),
            text=f"the title has {length} characters, more than {longest}",
            remedy="say what happens and in what; leave how and when to the body",
        )


@warning("ADV266", reads="summary", trusts="summary")
def title_leaves_data_to_the_data(case: Case) -> Iterator[Finding]:
    """Ids, severity and versions have fields of their own; in a title they soon disagree."""
    for match in _SAID_ELSEWHERE.finditer(case.content.summary):
        kind = match.lastgroup or ""
        text = {
            "id": "the title names the id `{words}`",
            "severity": "the title states a severity: `{words}`",
            "version": "the title names a version: `{words}`",
        }[kind]
        yield case.finding(
            "summary",
            place=case.part_place(("summary",), match.start(), len(match[0])),
            text=text,
            remedy="leave it out: it is shown beside the title, from its own field",
            words=match[0],
        )


@warning("ADV267", reads="summary", trusts="summary")
def title_is_the_only_one_of_its_kind(case: Case) -> Iterator[Finding]:
    """Two advisories with one title are taken for one.

    A disclosed one says nothing of a held one, so its finding stands at the later of the two.
    """
    mine = case.draft.card
    if is_unfinished(case.content.summary):
        return
    for other in case.house.cards_by_title.get(mine.title, ()):
        if other.path == case.draft.path:
            return
        if other.id != case.content.id and other.substance != mine.substance:
            yield case.finding(
                "summary",
                text="another advisory has the same title",
                remedy="say what sets the two apart",
                related=(Related(place=other.summary_place, text="here"),),
            )
            return


def _plain(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]+", text.lower()))
