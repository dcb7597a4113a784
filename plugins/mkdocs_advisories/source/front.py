"""Everything that can be wrong with the front matter of one file."""

from collections.abc import Callable, Iterator

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.frontmatter import Parts
from mkdocs_advisories.source.meaning import Front, meanings
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.source.shape import Misfit, dotted, misfits


def front_problems(
    root: nodes.Node | None, *, parts: Parts, stem: str, policy: Policy, is_whole: bool
) -> list[Problem]:
    """Hold front matter against schema, rules of meaning and the name of its file.

    Where YAML has failed before any tree was there (`is_whole` is false, no root), nothing more is
    to be said.
    """
    if not isinstance(root, nodes.Mapping):
        return [_no_mapping(root, parts)] if is_whole else []
    faults = misfits(root.value(), schema="advisory", written=_written_in(root))
    front = Front(root=root, faulty=frozenset(one.path for one in faults), policy=policy)
    return [*(_as_problem(one, root) for one in faults), *meanings(front), *_misnamed(front, stem)]


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
    return Problem(
        code=misfit.code,
        place=parent.keys[key] if at_key and isinstance(parent, nodes.Mapping) else parent.place,
        subject=dotted(misfit.path[:-1] if misfit.at_key else misfit.path),
        text=misfit.text,
        remedy=misfit.remedy,
        values=misfit.values,
    )


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
