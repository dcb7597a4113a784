"""What is to be known of the field or value under the pointer."""

from collections.abc import Iterator
from dataclasses import dataclass

from cvss import CVSSError

from mkdocs_advisories.authoring.fields import described, field_at
from mkdocs_advisories.model import Content, Severity, SeverityType
from mkdocs_advisories.problems import Place
from mkdocs_advisories.render.severity import rate
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.positions import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """Markdown about a place."""

    place: Place
    markdown: str


def hint_at(root: nodes.Mapping, *, line: int, column: int) -> Hint | None:
    """Give what is known of the key or value at a place (both count from 1)."""
    for path, place in _places(root):
        if _holds(place, line, column):
            field = field_at(path)
            if field is None:
                return None
            words = _vector_in_words(root, path)
            return Hint(place=place, markdown=words or described(field))
    return None


def _places(root: nodes.Mapping) -> Iterator[tuple[Path, Place]]:
    """Give every key and every leaf with its path."""
    for path, node in nodes.walk(root):
        if isinstance(node, nodes.Mapping):
            yield from (((*path, key), place) for key, place in node.keys.items())
        elif isinstance(node, nodes.Scalar):
            yield path, node.place


def _holds(place: Place, line: int, column: int) -> bool:
    start, end = (place.line, place.column), (place.end_line, place.end_column)
    return start <= (line, column) < end


def _vector_in_words(root: nodes.Mapping, path: Path) -> str | None:
    """Explain a CVSS vector, metric by metric; None where it is none that can be read."""
    if path[-1] != "score":
        return None
    entry = nodes.find(root, path[:-1])
    known = entry.value() if isinstance(entry, nodes.Mapping) else {}
    try:
        severity = Severity(type=SeverityType(known["type"]), score=str(known["score"]))
        content = Content(id="", summary="", details="", affected=(), severity=(severity,))
        rating = rate(content)
    except (
        KeyError,
        ValueError,
        IndexError,
        CVSSError,
    ):  # what the checks report about it is enough
        return None
    if rating is None:
        return None
    metrics = "\n".join(f"- {one.name}: {one.value}" for one in rating.metrics)
    return f"**{rating.score} {rating.word}** (CVSS {rating.version})\n\n{metrics}"
