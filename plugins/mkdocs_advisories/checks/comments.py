"""Text that YAML takes for a comment."""

import json
import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.problems import Edit, Fix
from mkdocs_advisories.source import nodes

_LOST = re.compile(r"[ \t]+(?P<words>#[^\s#][^\n]*)")
"""What follows a value. A remark has a space behind its `#`; the number of an issue has none."""


@error("ADV208")
def no_text_is_taken_for_a_comment(case: Case) -> Iterator[Finding]:
    """YAML drops everything from ` #` on, so half a title would be published."""
    if " #" not in case.draft.parts.yaml:
        return
    text = case.draft.parts.text
    for path, node in nodes.walk(case.draft.root):
        if not isinstance(node, nodes.Scalar) or not node.plain or not node.text:
            continue
        lost = _LOST.match(text.content, text.offset(node.place.end_line, node.place.end_column))
        if lost is None:
            continue
        words = lost["words"].rstrip()
        whole = node.place._replace(end_column=node.place.end_column + len(lost[0]))
        edit = Edit(place=whole, replacement=json.dumps(f"{node.text}{lost[0].rstrip()}"))
        is_one_line = node.place.line == node.place.end_line
        yield case.finding(
            *path,
            place=text.place(lost.start("words"), len(words)),
            text="`{words}` is a comment to YAML, and is lost",
            remedy="put the whole value in quotes; behind the `#` of a remark, put a space",
            fix=Fix(text="put it in quotes", edits=(edit,)) if is_one_line else None,
            words=words,
        )
