"""What `--fix` offers for the examples of the rules is right: it mends, once, and nothing else."""

from pathlib import Path

import pytest

from examples import Example, example, problems_of, sections
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.mending import mended

RULES = Path(__file__).parent / "rules"


def examples_with_a_fix() -> list[tuple[str, str]]:
    return [
        (file.stem, title)
        for file in sorted(RULES.glob("*.txt"))
        for title, parts in sections(file.read_text(encoding="utf-8"))
        if "\n  fix: " in parts.get("report", "")
    ]


def mended_example(one: Example, found: tuple[Problem, ...]) -> Example:
    """Apply every fix that was offered to the files of an example."""
    files = {
        name: mended(
            text,
            [each.fix for each in found if each.fix and each.place.path == f"advisories/{name}"],
        )[0]
        for name, text in one.files.items()
    }
    return Example(
        title=one.title, files=files, earlier=one.earlier, options=one.options, report=""
    )


@pytest.mark.parametrize(("code", "title"), examples_with_a_fix())
def test_a_fix_mends_what_it_is_offered_for_and_leaves_nothing_to_fix(
    code: str, title: str, tmp_path: Path
) -> None:
    text = (RULES / f"{code}.txt").read_text(encoding="utf-8")
    broken = example(title, dict(sections(text))[title])
    before = problems_of(broken, tmp_path / "before")
    whole = mended_example(broken, before)
    after = problems_of(whole, tmp_path / "after")
    fixed = {one.code for one in before if one.fix}
    assert not [one for one in after if one.fix], after
    assert len(after) == len(before) - len([one for one in before if one.fix]), (fixed, after)
    assert {one.code for one in after} <= {one.code for one in before}
