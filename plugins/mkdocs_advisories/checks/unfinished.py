"""What is still to be written, and what a template has left behind."""

import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.source import nodes

_SLOTS = (
    *("your", "insert", "placeholder", "package", "version", "name", "description", "cve", "id"),
    *("date", "link", "url", "fill"),
)
_ASKED = ("insert", "describe", "fill in", "your", "placeholder", "add")
_SIGNS = {
    "": ("todo", "fixme", "xxx", "tbd", "tba", "tktk", "lorem ipsum", "0000-0000", "{{"),
    "<": tuple(f"<{one}" for one in _SLOTS),
    "[": tuple(f"[{one}" for one in _ASKED),
}
"""What all that is looked for has in it, in small letters, by what all of these have in them.

A first look for them costs little."""

_UNFINISHED = re.compile(
    r"\b(?:TODO|FIXME|XXX|TBD|TBA|TKTK)\b"
    r"|\b(?:todo|fixme|tbd)(?=:\s)|(?m:^(?:todo|fixme|tbd)(?=\.?$))"
    r"|\b[Ll]orem ipsum\b"
    r"|\b(?:CVE|GHSA|RUSTSEC|PYSEC)-(?:[0-9]{4}-[Xx]{4,}|[Xx]{4}-[Xx]{4,}(?:-[Xx]{4})?|0000-0000)\b"
    rf"|<(?:{'|'.join(_SLOTS)})(?:[ _-][^<>\n]{{0,40}})?>"
    rf"|\[(?:{'|'.join(_ASKED)})\b[^\]\n]{{0,60}}\](?![(\[:])"
    r"|\{\{[^{}\n]{0,60}\}\}"
)
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_IDS = frozenset({"id", "aliases", "related", "upstream", "superseded_by"})
"""Their placeholders are those of databases, which ADV203 knows."""
_QUESTIONS = (
    "What kind of vulnerability is it? Who is impacted?",
    "Has the problem been patched? What versions should users upgrade to?",
    "Is there a way for users to fix or remediate the vulnerability without upgrading?",
    "Are there any links users can visit to find out more?",
)
_TEMPLATE = re.compile(rf"_?(?:{'|'.join(map(re.escape, _QUESTIONS))})_?")
_MENTION = re.compile(
    r"(?<![\w@/.`\\\[])@(?P<name>[A-Za-z\d](?:-?[A-Za-z\d]){0,38})(?![\w/@-]|\.\w)"
)
_LINK = re.compile(r"\[[^\[\]\n]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])|<[^<>\n]*>|\bhttps?://\S+")


@error("ADV268")
def nothing_is_left_to_be_written(case: Case) -> Iterator[Finding]:
    """A placeholder that is published is a promise that nobody keeps."""
    remedy = "write what belongs here, or remove it"
    prose = case.draft.prose
    for match in _unfinished(prose):
        text = "`{words}` is still to be written"
        yield case.in_body(match.start(), len(match[0]), text=text, remedy=remedy, words=match[0])
    for match in _TEMPLATE.finditer(prose) if any(one in prose for one in _QUESTIONS) else ():
        text = "this is the template's question, not its answer"
        yield case.in_body(match.start(), len(match[0]), text=text, remedy="answer it")
    passed_over = case.draft.faulty | _IDS
    # An escape could spell what the text as written does not show.
    written = case.draft.parts.yaml
    may_be_there = "\\" in written or _may_be_unfinished(written)
    for path, node in nodes.walk(case.draft.root) if may_be_there else ():
        if isinstance(node, nodes.Scalar) and str(path[0]) not in passed_over:
            for match in _UNFINISHED.finditer(node.text):
                yield case.finding(
                    *path,
                    place=case.part_place(path, match.start(), len(match[0])),
                    text="`{words}` is still to be written",
                    remedy=remedy,
                    words=match[0],
                )


def is_unfinished(text: str) -> bool:
    """Whether something of a text is still to be written."""
    return _may_be_unfinished(text) and bool(_UNFINISHED.search(text))


def _unfinished(prose: str) -> Iterator[re.Match[str]]:
    """Find what is unfinished outside comments: one is refused as such, with all that is in it."""
    if _may_be_unfinished(prose):
        yield from _UNFINISHED.finditer(_COMMENT.sub(lambda one: " " * len(one[0]), prose))


def _may_be_unfinished(text: str) -> bool:
    lowered = text.lower()
    return any(
        sign in lowered for mark, signs in _SIGNS.items() if mark in lowered for sign in signs
    )


@warning("ADV269")
def nobody_is_called_by_accident(case: Case) -> Iterator[Finding]:
    """`@name` calls a person wherever the text is pasted, and is no link on the site."""
    prose = case.draft.prose
    if "@" not in prose:
        return
    prose = _LINK.sub(lambda match: " " * len(match[0]), prose)
    for match in _MENTION.finditer(prose):
        yield case.in_body(
            match.start(),
            len(match[0]),
            text="`{words}` calls a person wherever this text is pasted",
            remedy="write the name, or a link to its page; if it is code, put it in backticks",
            words=match[0],
        )
