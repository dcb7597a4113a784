"""History rules on a scripted repository: what is disclosed stays, what is held is free."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import NOW, Folder
from mkdocs_advisories.checks import check, check_house
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.source.history import HistoryError, changed_paths, read_earlier

ID = "LAN-2026-0001"
HELD = "LAN-2026-0002"
REVISED = """\
revisions:
  - {date: 2026-05-02T12:00:00Z, summary: Added the CVE.}
  - {date: 2026-05-03T12:00:00Z, summary: Corrected the fix.}
withdrawn: {date: 2026-05-04T12:00:00Z, reason: It is meant to burn.}
superseded_by: LAN-2026-0009
"""
TITLE = "Lantern burns at noon"


def git(folder: Path, *arguments: str) -> str:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": f"mira@{what}.example"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    command = ["git", "-c", "init.defaultBranch=main", "-C", str(folder), *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


@pytest.fixture
def repository(folder: Folder) -> Folder:
    """A repository with a disclosed advisory, a revised and withdrawn one, and a held one."""
    folder.write(f"2026/{ID}", more="aliases: [CVE-2026-1000]\n")
    folder.write(f"2026/{HELD}", summary="Lantern is held", embargo="2026-09-01T12:00:00Z")
    folder.write("2026/LAN-2026-0003", summary=TITLE, more=REVISED)
    with_file = folder.write(
        "2026/LAN-2026-0004", summary="Lantern hums", body=body("[x](LAN-2026-0004/x.txt)")
    )
    with_file.with_suffix("").mkdir()
    (with_file.with_suffix("") / "x.txt").write_text("one\n", encoding="utf-8")
    git(folder.path.parent, "init", "--quiet")
    commit(folder)
    return folder


def body(impact: str = "A lantern can be lit from afar.") -> str:
    return f"## Impact\n\n{impact}\n\n## Patches\n\nFixed in 1.2.3.\n\n## Workarounds\n\nNone.\n"


def commit(folder: Folder) -> None:
    git(folder.path.parent, "add", "--all")
    git(folder.path.parent, "commit", "--quiet", "--allow-empty", "--message", "A state")


def edit(folder: Folder, name: str, old: str, new: str) -> None:
    file = folder.path / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(folder: Folder, ref: str = "main") -> list[tuple[str, str]]:
    """Give code and place of everything that the history rules and the reader find."""
    catalog = folder.read()
    earlier = read_earlier(folder.path, prefix="advisories", policy=folder.policy, ref=ref)
    house = House(catalog=catalog, policy=folder.policy, now=NOW, earlier=earlier)
    checked = (check(house), check_house(house))
    assert [one.crashes for one in checked] == [(), ()]
    found_by_rules = [problem for one in checked for problem in one.problems]
    problems = [
        one
        for one in (*catalog.problems, *found_by_rules)
        if "ADV300" <= one.code <= "ADV309" or one.code < "ADV200"
    ]
    return [(one.code, str(one.place).removeprefix("advisories/2026/")) for one in problems]


def deleted(folder: Folder) -> None:
    (folder.path / f"2026/{ID}.md").unlink()


def renamed(folder: Folder) -> None:
    (folder.path / f"2026/{ID}.md").rename(folder.path / "2026/LAN-2026-0011.md")
    edit(folder, "2026/LAN-2026-0011.md", ID, "LAN-2026-0011")


def embargo_moved(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "2026-05-01T12", "2026-05-01T13")


def held_again(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "2026-05-01T12:00:00Z", "2026-12-01T12:00:00Z")


def undecided_again(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "2026-05-01T12:00:00Z", "undecided")


def text_changed(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "lit from afar.", "lit from very far.")


def fix_changed(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", 'fixed: "1.2.3"', 'fixed: "1.2.4"')


def alias_removed(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "aliases: [CVE-2026-1000]\n", "")


def attachment_changed(folder: Folder) -> None:
    (folder.path / "2026/LAN-2026-0004/x.txt").write_text("two\n", encoding="utf-8")


def revision_edited(folder: Folder) -> None:
    edit(folder, "2026/LAN-2026-0003.md", "Added the CVE", "Added a CVE")


def revision_removed(folder: Folder) -> None:
    edit(
        folder,
        "2026/LAN-2026-0003.md",
        "  - {date: 2026-05-03T12:00:00Z, summary: Corrected the fix.}\n",
        "",
    )


def first_revision_removed(folder: Folder) -> None:
    edit(
        folder,
        "2026/LAN-2026-0003.md",
        "  - {date: 2026-05-02T12:00:00Z, summary: Added the CVE.}\n",
        "",
    )


def revision_in_between(folder: Folder) -> None:
    edit(
        folder,
        "2026/LAN-2026-0003.md",
        "  - {date: 2026-05-03",
        "  - {date: 2026-05-02T13:00:00Z, summary: More.}\n  - {date: 2026-05-03",
    )


def revision_before_disclosure(folder: Folder) -> None:
    edit(
        folder,
        f"2026/{ID}.md",
        "aliases",
        "revisions: [{date: 2026-04-01T12:00:00Z, summary: More.}]\naliases",
    )


def revision_far_ahead(folder: Folder) -> None:
    edit(
        folder,
        f"2026/{ID}.md",
        "aliases",
        "revisions: [{date: 2027-04-01T12:00:00Z, summary: More.}]\naliases",
    )


def withdrawal_removed(folder: Folder) -> None:
    edit(
        folder,
        "2026/LAN-2026-0003.md",
        "withdrawn: {date: 2026-05-04T12:00:00Z, reason: It is meant to burn.}\n",
        "",
    )
    add_revision(folder, "2026/LAN-2026-0003.md")


def withdrawal_moved(folder: Folder) -> None:
    edit(
        folder,
        "2026/LAN-2026-0003.md",
        "withdrawn: {date: 2026-05-04",
        "withdrawn: {date: 2026-05-05",
    )


def successor_removed(folder: Folder) -> None:
    edit(folder, "2026/LAN-2026-0003.md", "superseded_by: LAN-2026-0009\n", "")
    add_revision(folder, "2026/LAN-2026-0003.md")


def add_revision(folder: Folder, name: str) -> None:
    edit(
        folder,
        name,
        "Corrected the fix.}\n",
        "Corrected the fix.}\n  - {date: 2026-05-20T12:00:00Z, summary: More.}\n",
    )


def held_one_moved(folder: Folder) -> None:
    edit(folder, f"2026/{HELD}.md", "2026-09-01T12:00:00Z", "2026-10-01T12:00:00Z")


def held_one_moved_and_told(folder: Folder) -> None:
    held_one_moved(folder)
    tell_of_change(folder, before="2026-09-01T12:00:00Z")


def held_one_moved_and_told_wrongly(folder: Folder) -> None:
    held_one_moved(folder)
    tell_of_change(folder, before="2026-09-02T12:00:00Z")


def held_one_broken_and_told(folder: Folder) -> None:
    edit(folder, f"2026/{HELD}.md", "2026-09-01T12:00:00Z", "2026-06-01T11:00:00Z")
    tell_of_change(folder, before="2026-09-01T12:00:00Z")


def tell_of_change(folder: Folder, *, before: str) -> None:
    change = f"{{date: 2026-05-30T12:00:00Z, from: {before}, reason: More time.}}"
    edit(folder, f"2026/{HELD}.md", "affected:", f"embargo_changes: [{change}]\naffected:")


@pytest.mark.parametrize(
    ("change", "report"),
    [
        (deleted, [("ADV300", f"{ID}.md:1:1")]),
        (renamed, [("ADV301", "LAN-2026-0011.md:2:5")]),
        (embargo_moved, [("ADV302", f"{ID}.md:4:10")]),
        (held_again, [("ADV302", f"{ID}.md:4:10")]),
        (undecided_again, [("ADV302", f"{ID}.md:4:10")]),
        (text_changed, [("ADV303", f"{ID}.md:14:1")]),
        (fix_changed, [("ADV303", f"{ID}.md:5:1")]),
        (alias_removed, [("ADV303", f"{ID}.md:2:1")]),
        (attachment_changed, [("ADV303", "LAN-2026-0004.md:2:1")]),
        (revision_edited, [("ADV304", "LAN-2026-0003.md:11:5")]),
        (revision_removed, [("ADV304", "LAN-2026-0003.md:10:1")]),
        (first_revision_removed, [("ADV304", "LAN-2026-0003.md:11:5")]),
        (revision_in_between, [("ADV304", "LAN-2026-0003.md:12:5")]),
        (revision_before_disclosure, [("ADV305", f"{ID}.md:10:20")]),
        (revision_far_ahead, [("ADV305", f"{ID}.md:10:20")]),
        (held_one_moved, [("ADV308", f"{HELD}.md:4:10")]),
        (held_one_moved_and_told_wrongly, [("ADV308", f"{HELD}.md:5:54")]),
        (withdrawal_removed, [("ADV306", "LAN-2026-0003.md:2:5")]),
        (withdrawal_moved, [("ADV306", "LAN-2026-0003.md:13:19")]),
        (successor_removed, [("ADV307", "LAN-2026-0003.md:2:5")]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
@pytest.mark.parametrize("committed", [False, True])
def test_a_forbidden_change_is_caught_at_its_place(
    repository: Folder,
    change: Callable[[Folder], None],
    report: list[tuple[str, str]],
    committed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    git(repository.path.parent, "checkout", "--quiet", "-b", "change")
    change(repository)
    if committed:
        commit(repository)
    assert found(repository) == report


def nothing(_: Folder) -> None:
    """Leave everything as it is."""


def moved_to_another_shelf(folder: Folder) -> None:
    (folder.path / "2026").rename(folder.path / "old")


def held_one_rewritten(folder: Folder) -> None:
    folder.write(f"2026/{HELD}", summary="Lantern waits", embargo="2026-09-01T12:00:00Z")


def held_one_deleted(folder: Folder) -> None:
    (folder.path / f"2026/{HELD}.md").unlink()


def another_added(folder: Folder) -> None:
    folder.write("2026/LAN-2026-0012", summary="Lantern is new")


def text_changed_and_told(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "lit from afar.", "lit from very far.")
    edit(
        folder,
        f"2026/{ID}.md",
        "aliases",
        "revisions: [{date: 2026-05-20T12:00:00Z, summary: More.}]\naliases",
    )


def whitespace_changed(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "lit from afar.\n", "lit\nfrom afar.  \n\n")


def internal_things_changed(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "aliases", "handler: mira\naliases")


def comment_added(folder: Folder) -> None:
    edit(folder, f"2026/{ID}.md", "aliases", "# a note\naliases")


def now_withdrawn(folder: Folder) -> None:
    edit(
        folder,
        f"2026/{ID}.md",
        "aliases",
        "withdrawn: {date: 2026-05-20T12:00:00Z, reason: Wrong.}\naliases",
    )


def one_more_revision(folder: Folder) -> None:
    add_revision(folder, "2026/LAN-2026-0003.md")


@pytest.mark.parametrize(
    "change",
    [
        nothing,
        moved_to_another_shelf,
        held_one_rewritten,
        held_one_moved_and_told,
        held_one_broken_and_told,
        held_one_deleted,
        another_added,
        text_changed_and_told,
        whitespace_changed,
        internal_things_changed,
        comment_added,
        now_withdrawn,
        one_more_revision,
    ],
)
def test_an_allowed_change_is_silent(repository: Folder, change: Callable[[Folder], None]) -> None:
    change(repository)
    assert found(repository) == []
    commit(repository)
    assert found(repository, "HEAD~1") == []


def test_a_broken_file_is_neither_deleted_nor_changed(repository: Folder) -> None:
    (repository.path / f"2026/{ID}.md").write_text("---\nid: [\n---\n", encoding="utf-8")
    assert [code for code, _ in found(repository)] == ["ADV007"]


def test_what_others_have_added_since_is_not_deleted_here(repository: Folder) -> None:
    git(repository.path.parent, "checkout", "--quiet", "-b", "change")
    git(repository.path.parent, "checkout", "--quiet", "main")
    another_added(repository)
    commit(repository)
    git(repository.path.parent, "checkout", "--quiet", "change")
    assert found(repository) == []


def test_the_fix_puts_the_embargo_back(repository: Folder) -> None:
    embargo_moved(repository)
    earlier = read_earlier(
        repository.path, prefix="advisories", policy=repository.policy, ref="HEAD"
    )
    house = House(catalog=repository.read(), policy=repository.policy, now=NOW, earlier=earlier)
    (problem,) = [one for one in check(house).problems if one.code == "ADV302"]
    assert problem.fix
    assert [one.replacement for one in problem.fix.edits] == ["2026-05-01T12:00:00Z"]


def test_only_files_that_differ_are_read(repository: Folder) -> None:
    text_changed(repository)
    attachment_changed(repository)
    earlier = read_earlier(
        repository.path, prefix="advisories", policy=repository.policy, ref="HEAD"
    )
    assert [one.content.id for one in earlier.drafts] == [ID, "LAN-2026-0004"]


def test_changed_paths_are_those_of_the_branch_and_of_the_working_tree(repository: Folder) -> None:
    root = repository.path.parent
    git(root, "checkout", "--quiet", "-b", "change")
    text_changed(repository)
    commit(repository)
    another_added(repository)
    held_one_deleted(repository)
    (root / ".gitignore").write_text("site/\n", encoding="utf-8")
    (root / "site").mkdir()
    (root / "site" / "index.html").write_text("x", encoding="utf-8")
    assert changed_paths(root, "main") == {
        ".gitignore",
        f"advisories/2026/{ID}.md",
        f"advisories/2026/{HELD}.md",
        "advisories/2026/LAN-2026-0012.md",
    }
    assert changed_paths(repository.path / "2026", "main") == {
        f"{ID}.md",
        f"{HELD}.md",
        "LAN-2026-0012.md",
    }


def earlier(folder: Path, policy: Policy, ref: str) -> None:
    read_earlier(folder, prefix="advisories", policy=policy, ref=ref)


def test_without_a_repository_the_error_says_so(folder: Folder) -> None:
    with pytest.raises(HistoryError, match="git finds no repository of this user at"):
        earlier(folder.path, folder.policy, "main")


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "", "main:advisories"])
def test_an_unknown_ref_is_an_error_and_never_an_option(repository: Folder, ref: str) -> None:
    with pytest.raises(HistoryError, match="there is no commit"):
        earlier(repository.path, repository.policy, ref)


def test_a_shallow_clone_is_told_how_to_get_more(repository: Folder, tmp_path: Path) -> None:
    another_added(repository)
    commit(repository)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.path.parent}", str(clone))
    with pytest.raises(HistoryError, match="fetch-depth: 0"):
        earlier(clone / "advisories", repository.policy, "HEAD~1")


def test_histories_that_have_nothing_in_common_are_an_error(repository: Folder) -> None:
    git(repository.path.parent, "checkout", "--quiet", "--orphan", "other")
    another_added(repository)
    commit(repository)
    with pytest.raises(HistoryError, match="have no commit in common"):
        earlier(repository.path, repository.policy, "main")


def test_nothing_that_a_repository_configures_is_run(repository: Folder, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\ncat\n", encoding="utf-8")
    trap.chmod(0o700)
    root = repository.path.parent
    for name in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "filter.f.clean",
        "filter.f.smudge",
    ):
        git(root, "config", name, str(trap))
    (root / ".gitattributes").write_text("* filter=f\n", encoding="utf-8")
    text_changed(repository)
    sprung.unlink(missing_ok=True)
    assert [code for code, _ in found(repository)] == ["ADV303"]
    assert ".gitattributes" in changed_paths(root, "main")
    assert not sprung.exists()


def test_without_history_the_rules_about_it_are_silent(repository: Folder) -> None:
    text_changed(repository)
    house = House(catalog=repository.read(), policy=replace(repository.policy), now=NOW)
    assert not [one for one in check(house).problems if one.code >= "ADV300"]
