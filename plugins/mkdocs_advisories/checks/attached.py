"""Attachments belong to the text, and give nothing away that is held."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.mentions import ends_later, stands_alone
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.model import Attachment
from mkdocs_advisories.problems import Place
from mkdocs_advisories.source.body import linked_attachments
from mkdocs_advisories.source.sealed.naming import is_sealed

_TEXT = frozenset(".asc .csv .diff .json .log .patch .toml .txt .wast .wat .yaml .yml".split())


@warning("ADV290")
def no_attachment_is_forgotten(case: Case) -> Iterator[Finding]:
    """A file that no link names is published all the same, which nobody may have meant."""
    linked = linked_attachments(case.draft.prose, case.content.id)
    for one in case.content.attachments:
        if one.name not in linked:
            yield Finding(
                place=_place(case, one.name),
                text="no link leads to this attachment; it is published all the same",
                remedy="link to it as `<id>/<file>`, or remove it",
            )


@error("ADV291", reads="embargo")
def no_attachment_names_a_held_one(case: Case) -> Iterator[Finding]:
    """A file that is published must not name an advisory that is held for longer."""
    held = case.house.held_by_name
    for one in case.content.attachments if held else ():
        text = _text(one.content) if _is_text(one) else ""
        for name, other in held.items():
            if (
                other.path != case.draft.path
                and ends_later(other, case.draft)
                and name in text
                and stands_alone(name, text)
            ):
                offset = text.index(name)
                line = text.count("\n", 0, offset)
                yield Finding(
                    place=_place(case, one.name, line + 1, offset - text.rfind("\n", 0, offset)),
                    text="this attachment names an advisory that is held for longer than its own",
                    remedy="leave its id out until then, or give both the same embargo",
                )
                break


@lru_cache(maxsize=16)
def _text(content: Path | bytes) -> str:
    try:
        raw = content if isinstance(content, bytes) else content.read_bytes()
        return raw.decode("utf-8", errors="replace").lower()
    except OSError:
        return ""


def words_attached(attachments: Iterable[Attachment]) -> frozenset[str]:
    """Give every word of attachments that could be the last one of a name."""
    texts = (_text(one.content) for one in attachments if _is_text(one))
    return frozenset(word for text in texts for word in re.findall(r"[a-z0-9]+", text))


def _is_text(one: Attachment) -> bool:
    return Path(one.name).suffix.lower() in _TEXT


def _place(case: Case, name: str, line: int = 1, column: int = 1) -> Place:
    if is_sealed(case.draft.path):
        return Place(path=case.draft.path)  # not even the name lies there in clear
    path = f"{case.draft.path.removesuffix('.md')}/{name}"
    return Place(path=path, line=line, column=column)
