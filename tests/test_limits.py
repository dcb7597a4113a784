"""What a hostile or hopeless file gets: an answer, soon, and no longer than a person can read."""

import errno
import re
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Folder
from examples import example, problems_of
from mkdocs_advisories.cli.main import main
from mkdocs_advisories.problems import MOST_OF_A_KIND, Edit, Fix, Place, Problem, bounded

PATCHES = "## Impact\n\nIt can be lit.\n\n## Patches\n\n{}\n\n## Workarounds\n\nNone.\n"


def test_fifty_of_a_kind_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    body = PATCHES.format("Fixed in 1.2.3. TODO\n" * 70)
    found = problems_of(example("", {"body": body}), tmp_path)
    assert [one.code for one in found] == ["ADV268"] * MOST_OF_A_KIND
    assert found[-1].text.endswith("; 20 more like this in this file are not shown")
    assert "more like this" not in found[-2].text


def test_faults_of_the_body_are_bounded_like_those_that_rules_find(tmp_path: Path) -> None:
    faults = problems_of(example("", {"body": PATCHES.format("<b> " * 5000)}), tmp_path)
    found = [one for one in faults if one.code == "ADV140"]
    assert len(found) == MOST_OF_A_KIND
    assert re.search(r"; \d{4} more like this in this file are not shown$", found[-1].text)


def test_each_kind_is_counted_by_itself_and_what_can_be_fixed_is_always_shown() -> None:
    place = Place(path="a.md")
    plain = Problem(code="ADV268", place=place, text="a", remedy="b")
    other = replace(plain, code="ADV269")
    fixable = replace(plain, fix=Fix(text="c", edits=(Edit(place=place, replacement="d"),)))
    found = list(bounded([*[plain] * 60, *[other] * 50, *[fixable] * 60]))
    assert [one.code for one in found].count("ADV269") == 50
    assert sum(one.fix is not None for one in found) == 60
    assert [one.text for one in found if "more like this" in one.text] == [
        "a; 10 more like this in this file are not shown"
    ]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_an_output_that_cannot_be_written_is_not_our_bug(
    code: int, checkout: Folder, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, "No room")

    monkeypatch.setattr("mkdocs_advisories.cli.check._publish", fail)
    monkeypatch.setattr("os.dup2", lambda *_: 0)
    with pytest.raises(SystemExit) as ended:
        main(["-f", str(checkout.path.parent / "mkdocs.yml"), "check"])
    assert ended.value.code == 4
    assert capfd.readouterr().err.endswith("Error: the output cannot be written: No room\n")


def test_another_failure_of_the_system_is_reported_as_a_bug(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOENT, "a value")

    monkeypatch.setattr("mkdocs_advisories.cli.check._publish", fail)
    with pytest.raises(SystemExit) as ended:
        main(["-f", str(checkout.path.parent / "mkdocs.yml"), "check"])
    assert ended.value.code == 70
    assert "a value" not in capsys.readouterr().err
