"""Records of other formats, each a data file, become exactly the advisory that lies beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Folder
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.importers import RefusedError, Wishes, import_record
from mkdocs_advisories.source.importers.rustsec import cargo_stretch
from mkdocs_advisories.source.importers.spans import Stretch

CASES = Path(__file__).parent / "imports"
NAMES = sorted(one.name for one in CASES.iterdir() if one.suffix != ".txt")


def told(name: str, policy: Policy) -> str:
    """Import a record; give the report and the file, or the reason why there is none."""
    text = (CASES / name).read_text(encoding="utf-8")
    try:
        imported = import_record(text, kind=None, policy=policy, wishes=Wishes())
    except RefusedError as error:
        return f"refused: {error}\n"
    lines = [f"not placed: {one}" for one in imported.left]
    lines += [f"remark: {one}" for one in imported.remarks]
    return "".join(f"{line}\n" for line in lines) + imported.text


@pytest.mark.parametrize("name", NAMES)
def test_a_record_becomes_the_advisory_beside_it(
    name: str, folder: Folder, request: pytest.FixtureRequest
) -> None:
    policy = replace(folder.policy, id_pattern="(LAN|GHSA|RUSTSEC)-.*")
    golden = CASES / f"{name}.txt"
    actual = told(name, policy)
    if request.config.getoption("--update-goldens"):
        golden.write_text(actual, encoding="utf-8")
    assert actual == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_imported_is_sound(name: str, folder: Folder) -> None:
    text = (CASES / name).read_text(encoding="utf-8")
    policy = replace(folder.policy, id_pattern=".*")
    try:
        imported = import_record(text, kind=None, policy=policy, wishes=Wishes())
    except RefusedError:
        return
    (folder.path / f"{imported.id}.md").write_text(imported.text, encoding="utf-8", newline="")
    catalog = replace(folder, policy=policy).read()
    assert [(one.code, one.place) for one in catalog.problems] == []
    assert [one.content.id for one in catalog.advisories] == [imported.id]


def test_nothing_internal_of_github_gets_into_the_advisory(folder: Folder) -> None:
    told_of = told("ghsa-repository-draft.json", folder.policy)
    assert "private_fork" in told_of.partition("---\n")[0]
    for secret in ("lantern-ghsa", "secret", "collaborating", "mira"):
        assert secret not in told_of.partition("---\n")[2]


def test_a_record_that_is_not_published_stays_held(folder: Folder) -> None:
    for name in ("ghsa-repository-draft.json", "csaf-amber.json", "osv-no-title.yaml"):
        assert "\nembargo: undecided\n" in told(name, folder.policy)


def test_another_id_can_make_the_old_one_an_alias(folder: Folder) -> None:
    text = (CASES / "ghsa-global.json").read_text(encoding="utf-8")
    wishes = Wishes(id="LAN-2026-0007", as_alias=True, embargo="2026-05-09T00:00:00Z")
    imported = import_record(text, kind="ghsa", policy=folder.policy, wishes=wishes)
    assert imported.id == "LAN-2026-0007"
    assert "aliases: [GHSA-2222-3333-4444, CVE-2026-1000]\n" in imported.text
    assert "embargo: 2026-05-09T00:00:00Z\n" in imported.text


@pytest.mark.parametrize("bad", ["../x", "a/b", "", ".hidden", "CON", "index", "x" * 101, "a\nb"])
def test_an_id_never_becomes_a_path(bad: str, folder: Folder) -> None:
    text = (CASES / "osv-no-title.yaml").read_text(encoding="utf-8")
    record = text.replace("LAN-2026-0003", f'"{bad}"'.replace("\n", "\\n"))
    with pytest.raises(RefusedError):
        import_record(record, kind="osv", policy=folder.policy, wishes=Wishes())


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (">= 1.2.3", Stretch(low="1.2.3")),
        ("> 1.2.3", Stretch(low="1.2.3", low_excluded=True)),
        ("> 1.2", Stretch(low="1.3.0")),
        ("< 2", Stretch(high="2.0.0")),
        ("<= 1.2.3", Stretch(high="1.2.3", high_included=True)),
        ("<= 1.2", Stretch(high="1.3.0")),
        ("= 1.2.3", Stretch(low="1.2.3", high="1.2.3", high_included=True)),
        ("= 1.2", Stretch(low="1.2.0", high="1.3.0")),
        ("^1.2.3", Stretch(low="1.2.3", high="2.0.0")),
        ("1.2.3", Stretch(low="1.2.3", high="2.0.0")),
        ("^0.2.3", Stretch(low="0.2.3", high="0.3.0")),
        ("^0.0.3", Stretch(low="0.0.3", high="0.0.4")),
        ("^0.0", Stretch(low="0.0.0", high="0.1.0")),
        ("^0", Stretch(low="0.0.0", high="1.0.0")),
        ("~1.2.3", Stretch(low="1.2.3", high="1.3.0")),
        ("~1", Stretch(low="1.0.0", high="2.0.0")),
        (">= 1.0.0, < 2", Stretch(low="1.0.0", high="2.0.0")),
        ("*", Stretch()),
        ("soon", None),
        (">= 1.0 || < 2", None),
        ("", None),
    ],
)
def test_a_requirement_of_cargo_is_the_stretch_that_it_allows(
    requirement: str, expected: Stretch | None
) -> None:
    assert cargo_stretch(requirement) == expected
