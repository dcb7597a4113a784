"""Everything that can be wrong with the front matter of one file."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mkdocs_advisories.model import RangeType
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Edit, Fix, Place, Problem
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.frontmatter import Parts
from mkdocs_advisories.source.meaning import Front, meanings
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.source.shape import Misfit, dotted, misfits
from mkdocs_advisories.versions import Scheme, position, scheme_of_ecosystem

_WHOLE = 'write it in quotes, and as a whole version, such as `"1.2.3"`'


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What is wrong with front matter, and which of its top-level fields cannot be relied on.

    `data` is what it says, as JSON has it.
    """

    problems: tuple[Problem, ...]
    faulty: frozenset[str] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict)


def judge(
    root: nodes.Node | None, *, parts: Parts, stem: str, policy: Policy, is_whole: bool
) -> Judgement:
    """Hold front matter against schema, rules of meaning and the name of its file.

    Where YAML has failed before any tree was there (`is_whole` is false, no root), nothing more is
    to be said.
    """
    if not isinstance(root, nodes.Mapping):
        return Judgement(problems=(_no_mapping(root, parts),) if is_whole else ())
    data = root.value()
    faults = misfits(data, schema="advisory", written=_written_in(root))
    faulty = frozenset(one.path for one in faults)
    front = Front(root=root, written=parts.yaml, faulty=faulty, policy=policy)
    meaningless = [*meanings(front), *_misnamed(front, stem)]
    return Judgement(
        problems=(
            *(_as_problem(one, root) for one in faults),
            *meaningless,
        ),
        faulty=frozenset(
            {name for one in faults for name in _fields_of(one)}
            | {re.split(r"\W", one.subject)[0] for one in meaningless}
        ),
        data=data,
    )


def _fields_of(misfit: Misfit) -> Iterator[str]:
    """Name the top-level fields that a misfit spoils: where it is, and what is missing there."""
    if misfit.path:
        yield str(misfit.path[0])
    if misfit.name and len(misfit.path) == misfit.at_key:
        yield misfit.name


def _no_mapping(root: nodes.Node | None, parts: Parts) -> Problem:
    return Problem(
        code="ADV103",
        place=root.place if root else parts.text.place(parts.yaml_start),
        text="the front matter is not a mapping of fields",
        remedy="write a field a line: `id: …`, `summary: …`, `embargo: …`, `affected: …`",
    )


def _as_problem(misfit: Misfit, root: nodes.Mapping) -> Problem:
    parent = nodes.find(root, misfit.path[:-1] if misfit.at_key else misfit.path)
    key = str(misfit.path[-1]) if misfit.at_key else ""
    at_key = isinstance(parent, nodes.Mapping) and misfit.at_key
    place = parent.keys[key] if at_key and isinstance(parent, nodes.Mapping) else parent.place
    is_part = misfit.code == "ADV108" and _is_part_of_version(misfit, root)
    return Problem(
        code=misfit.code,
        place=place,
        subject=dotted(misfit.path[:-1] if misfit.at_key else misfit.path),
        text=misfit.text,
        remedy=_WHOLE if is_part else misfit.remedy,
        values=misfit.values,
        fix=None if is_part else _mended(misfit, place, root),
    )


def _is_part_of_version(misfit: Misfit, root: nodes.Mapping) -> bool:
    """Whether a number is no whole version of its range, so that quotes alone would not do."""
    match misfit.path:
        case ("affected", int(index), "ranges", int(number), "events", int(), str()):
            package = nodes.find(root, ("affected", index, "package"))
            kind = nodes.find(root, ("affected", index, "ranges", number, "type"))
        case _:
            return False
    ecosystem = package.entries.get("ecosystem") if isinstance(package, nodes.Mapping) else None
    by_name = scheme_of_ecosystem(ecosystem.text) if isinstance(ecosystem, nodes.Scalar) else None
    is_semver = isinstance(kind, nodes.Scalar) and kind.text == RangeType.SEMVER
    scheme = Scheme.SEMVER if is_semver else by_name
    version = misfit.values["value"]
    return version != "0" and scheme is not None and position(version, scheme) is None


def _mended(misfit: Misfit, place: Place, root: nodes.Mapping) -> Fix | None:
    """Give the edit for what can be meant in one way only.

    That is a number that wants quotes, a value that is only spelled otherwise, and a misspelt field
    whose name is still free.
    """
    if misfit.code == "ADV108":
        quoted = f'"{misfit.values["value"]}"'
        return Fix(text="put it in quotes", edits=(Edit(place=place, replacement=quoted),))
    if misfit.meant:
        node = nodes.find(root, misfit.path)
        inside = node.within(0, len(node.text)) if isinstance(node, nodes.Scalar) else place
        edits = (Edit(place=inside, replacement=misfit.meant),)
        return Fix(text=f"write `{misfit.meant}`", edits=edits)
    parent = nodes.find(root, misfit.path[:-1]) if misfit.path else root
    is_free = isinstance(parent, nodes.Mapping) and misfit.name not in parent.entries
    if misfit.code == "ADV102" and misfit.name and is_free:
        edits = (Edit(place=place, replacement=misfit.name),)
        return Fix(text=f"rename it to `{misfit.name}`", edits=edits)
    return None


def _written_in(root: nodes.Mapping) -> Callable[[Path], str | None]:
    def written(path: Path) -> str | None:
        node = nodes.find(root, path)
        return node.text if isinstance(node, nodes.Scalar) else None

    return written


def _misnamed(front: Front, stem: str) -> Iterator[Problem]:
    node = front.root.entries.get("id")
    if isinstance(node, nodes.Scalar) and ("id",) not in front.faulty and node.text != stem:
        yield Problem(
            code="ADV130",
            place=node.place,
            subject="id",
            text="the id is `{id}`, but the file is named `{stem}.md`",
            remedy="rename the file to `{id}.md`, or correct the id",
            values={"id": node.text, "stem": stem},
        )
