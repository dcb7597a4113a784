"""Why each code is a problem, with examples: one Markdown file a code, the only source of it.

`advisory explain`, the reference in the manual and the rules in SARIF are all made from these
files; tests hold every example against the checks. A file reads:

    # ADV102: A field is unknown

    Error, shape. Mended by `--fix`.

    The reason, in one paragraph or more.

    ## Wrong

    ```yaml
    sumary: An example
    ```

    ## Right

    ```yaml
    summary: An example
    ```

Further `## Wrong` and `## Right` sections may follow. A fence of `yaml` shows fields of the front
matter, one of `markdown` the body; `yaml mkdocs.yml` options of the policy, and `markdown
<name>.md` a whole file. Any other fence is not run by the tests.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mkdocs_advisories.problems import Level

_HEAD = re.compile(
    r"# (?P<code>ADV\d{3}): (?P<title>[^\n]+)\n\n"
    r"(?P<level>Error|Warning), (?P<group>[a-z][a-z ]*)\.(?P<fixable> Mended by `--fix`\.)?\n\n"
    r"(?P<rest>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What a code means. `reason` and the examples are Markdown."""

    code: str
    title: str
    level: Level
    group: str
    fixable: bool
    reason: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    markdown: str


def codes() -> tuple[str, ...]:
    """Give every code, in order."""
    names = (one.name for one in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


@cache
def explanation(code: str) -> Explanation:
    """Give the explanation of a code.

    Raises:
        KeyError: there is no such code.
    """
    if code not in codes():
        raise KeyError(code)
    return parse((files(__name__) / f"{code}.md").read_text(encoding="utf-8"))


def parse(markdown: str) -> Explanation:
    """Read a file of the form above.

    Raises:
        ValueError: it has another form.
    """
    head = _HEAD.fullmatch(markdown)
    if head is None:
        raise ValueError("an explanation begins with `# <code>: <title>` and `<Level>, <group>.`")
    reason, *sections = re.split(r"^## (?=(?:Wrong|Right)$)", head["rest"], flags=re.MULTILINE)
    return Explanation(
        code=head["code"],
        title=head["title"],
        level=Level(head["level"].lower()),
        group=head["group"],
        fixable=head["fixable"] is not None,
        reason=reason.strip(),
        wrong=_bodies(sections, "Wrong"),
        right=_bodies(sections, "Right"),
        markdown=markdown,
    )


def reference() -> str:
    """Write all explanations as one page of Markdown, to stand below its introduction."""
    own_headings = re.compile(r"^(#+ (?:ADV\d{3}: .*|Wrong|Right))$", re.MULTILINE)
    return "\n".join(own_headings.sub(r"#\1", explanation(code).markdown) for code in codes())


def _bodies(sections: list[str], name: str) -> tuple[str, ...]:
    heading = f"{name}\n"
    return tuple(one.removeprefix(heading).strip() for one in sections if one.startswith(heading))
