"""The Markdown body: what may not stand in it, found where it stands.

The body is not rendered here. Code is blanked out character by character, so that what is left has
the offsets of the file; then each rule looks for what it refuses.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.frontmatter import Parts
from mkdocs_advisories.source.markup import refused_tags

DEEPEST_BRACKETS = 20
DEEPEST_QUOTE = 10
DEEPEST_INDENT = 40
LONGEST_PARAGRAPH = 20_000
MOST_LINES = 5_000
MOST_HEADINGS = 200
LINK_SCHEMES = frozenset({"http", "https", "mailto"})

_FENCED = re.compile(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[^\n`]*\n(?:.*?\n)??[ \t>]*(?P=fence)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^ {0,3}(?:#{1,6}(?!#)|[=-]+[ \t]*$)", re.MULTILINE)
_LINE = re.compile(r"\n")
_PARAGRAPH = re.compile(r"(?:[^\n]+\n?)+")
_INLINE_LINK = re.compile(r"\]\(\s*<?(?P<target>(?:[^()\s>]|\([^()\s>]*\))+)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*<?(?P<target>[^\s>]+)", re.MULTILINE)
_AUTOLINK = re.compile(r"<(?P<target>[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*)>")
_LINKS = {"](": _INLINE_LINK, "]:": _DEFINITION, "<": _AUTOLINK}
"""By the signs that each of them has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body with its code and without, and the attachments that its links may lead to."""

    parts: Parts
    written: str
    prose: str
    id: str
    attachments: frozenset[str]

    def problem(
        self, code: str, start: int, text: str, remedy: str, *, length: int = 1, **values: str
    ) -> Problem:
        """Make a problem about `length` characters from an offset of the body."""
        place = self.parts.text.place(self.parts.body_start + start, length)
        return Problem(code=code, place=place, text=text, remedy=remedy, values=values)


def body_problems(parts: Parts, *, advisory_id: str, attachments: frozenset[str]) -> list[Problem]:
    """Give what is wrong with a file's body. `attachments` are the names in its own folder."""
    body = Body(
        parts=parts,
        written=(written := parts.body),
        prose=without_code(written),
        id=advisory_id,
        attachments=attachments,
    )
    return [problem for rule in _RULES for problem in rule(body)]


def bounded(body: Body) -> Iterator[Problem]:
    """Nesting, paragraphs, lines and headings stay within what a renderer reads in seconds."""
    yield from _too_many(body)
    is_long = len(body.written) > LONGEST_PARAGRAPH
    for paragraph in _PARAGRAPH.finditer(body.written if is_long else ""):
        if len(paragraph[0]) > LONGEST_PARAGRAPH:
            text = f"a paragraph of more than {LONGEST_PARAGRAPH} characters"
            yield body.problem("ADV142", paragraph.start(), text, "part it by blank lines")
    for paragraph in _PARAGRAPH.finditer(body.prose if _may_be_deep(body) else ""):
        yield from _too_deep(body, paragraph.start(), paragraph[0])


def no_html(body: Body) -> Iterator[Problem]:
    """HTML is refused but for a few harmless elements."""
    for tag in refused_tags(body.prose) if "<" in body.prose else ():
        if tag.text == "!":
            text, remedy = "a comment of HTML is not allowed here", "remove it"
        elif tag.known:
            text, remedy = "HTML `<{tag}` is not allowed here", "write Markdown; remove the tag"
        else:
            text = "`<{tag}>` would be read as HTML and vanish"
            remedy = "put it in backticks: `<{tag}>`"
        length = len(tag.text) + 1
        yield body.problem("ADV140", tag.offset, text, remedy, length=length, tag=tag.text)


def links_lead_somewhere(body: Body) -> Iterator[Problem]:
    """A link leads to the web, to a heading or to an attachment of this advisory."""
    for sign, pattern in _LINKS.items():
        for match in pattern.finditer(body.prose if sign in body.prose else ""):
            complaint = _link_fault(body, match["target"])
            if complaint:
                text, remedy = complaint
                yield body.problem(
                    "ADV141",
                    match.start("target"),
                    text,
                    remedy,
                    length=len(match["target"]),
                    target=match["target"],
                    id=body.id,
                )


_RULES: tuple[Callable[[Body], Iterator[Problem]], ...] = (bounded, no_html, links_lead_somewhere)


@lru_cache(maxsize=4)
def without_code(body: str) -> str:
    """Blank out code, so that what is left keeps its offsets."""
    has_fences = "```" in body or "~~~" in body
    without_blocks = _FENCED.sub(lambda match: blank(match[0]), body) if has_fences else body
    if "`" not in without_blocks:
        return without_blocks
    return _PARAGRAPH.sub(lambda match: _without_spans(match[0]), without_blocks)


def blank(code: str) -> str:
    """Give spaces in place of all but the ends of lines."""
    return "\n".join(" " * len(line) for line in code.split("\n"))


def attachment_name(target: str, advisory_id: str) -> str | None:
    """Give the name of the attachment that a relative link means, or None if it means none."""
    folder, slash, name = unquote(urlsplit(target).path).partition("/")
    return name if slash and folder == advisory_id and name else None


def linked_attachments(prose: str, advisory_id: str) -> frozenset[str]:
    """Give the names of the attachments to which the links of a body lead."""
    targets = (
        match["target"]
        for sign, pattern in _LINKS.items()
        for match in pattern.finditer(prose if sign in prose else "")
    )
    names = (_attachment_of(one, advisory_id) for one in targets)
    return frozenset(name for name in names if name)


def _attachment_of(target: str, advisory_id: str) -> str | None:
    try:
        return attachment_name(target, advisory_id)
    except ValueError:
        return None


def _link_fault(body: Body, target: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(target)
    except ValueError:
        return "the link `{target}` is not valid", "correct the URL"
    if parts.scheme:
        allowed = parts.scheme.lower() in LINK_SCHEMES
        remedy = "use an https link"
        return None if allowed else ("a link of the kind `{target}` is not allowed", remedy)
    if target.startswith("#"):
        return None
    if attachment_name(target, body.id) in body.attachments:
        return None
    return (
        "the link `{target}` leads to no attachment of this advisory",
        "put the file into the folder `{id}/` beside this one, and link to `{id}/<name>`",
    )


def _too_many(body: Body) -> Iterator[Problem]:
    for what, pattern, most in (
        ("lines", _LINE, MOST_LINES),
        ("headings", _HEADING, MOST_HEADINGS),
    ):
        text = body.written if what == "lines" else body.prose
        if text.count("\n") < most:
            continue
        surplus = next(islice(pattern.finditer(text), most, None), None)
        if surplus:
            fault = f"the text has more than {most} {what}"
            yield body.problem("ADV142", surplus.start(), fault, "move a part into an attachment")


def _may_be_deep(body: Body) -> bool:
    """Tell what is nowhere too deep by its signs alone, as nearly every text is."""
    # Not in `prose`: there long code looks like an indent.
    is_flat = "\t" not in body.written and " " * (DEEPEST_INDENT + 1) not in body.written
    prose = body.prose
    return not is_flat or prose.count("[") > DEEPEST_BRACKETS or prose.count(">") > DEEPEST_QUOTE


def _too_deep(body: Body, start: int, paragraph: str) -> Iterator[Problem]:
    depth = 0
    for match in re.finditer(r"(?<!\\)[\[\]]", paragraph):
        depth = depth + 1 if match[0] == "[" else max(0, depth - 1)
        if depth > DEEPEST_BRACKETS:
            text = f"more than {DEEPEST_BRACKETS} brackets are open here"
            yield body.problem(
                "ADV142", start + match.start(), text, "close them, or use a code block"
            )
            break
    for line in re.finditer(r"^([ \t]*)((?:>[ \t]*)*)(?=\S)", paragraph, re.MULTILINE):
        # Code that begins a line is blank in `prose`, and no indent.
        written = body.written[start + line.start(1) : start + line.end(1)]
        indent = len(written[: len(written) - len(written.lstrip())].expandtabs(4))
        quotes = line[2].count(">")
        if quotes > DEEPEST_QUOTE or indent > DEEPEST_INDENT:
            text = f"nested deeper than {DEEPEST_QUOTE} levels"
            yield body.problem("ADV142", start + line.start(), text, "flatten the quotes or lists")
            break


def _without_spans(paragraph: str) -> str:
    """Blank out code spans: a run of backticks up to the next run of the same length."""
    if "`" not in paragraph:
        return paragraph
    runs = [match.span() for match in re.finditer(r"(?<!\\)`+", paragraph)]
    closing = _next_of_same_length(runs)
    shown, done = [], 0
    for start, _ in runs:
        if start >= done and start in closing:
            end = closing[start]
            shown += [paragraph[done:start], blank(paragraph[start:end])]
            done = end
    return "".join(shown) + paragraph[done:]


def _next_of_same_length(runs: list[tuple[int, int]]) -> dict[int, int]:
    """Give, by where a run begins, where the next one of its length ends."""
    following: dict[int, int] = {}
    closing = {}
    for start, end in reversed(runs):
        if end - start in following:
            closing[start] = following[end - start]
        following[end - start] = end
    return closing
