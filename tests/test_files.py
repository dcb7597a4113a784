"""Files that no text editor would write: each is refused by name, in bounded time and memory."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Folder
from mkdocs_advisories.problems import as_text
from mkdocs_advisories.source.attachments import LARGEST_ATTACHMENT
from mkdocs_advisories.source.files import LARGEST_FILE

NAME = "advisories/LAN-2026-0001.md"


def found(folder: Folder) -> list[tuple[str, str]]:
    return [(one.code, str(one.place)) for one in folder.read().problems]


def test_windows_newlines_change_no_line_and_no_column(folder: Folder) -> None:
    file = folder.write(more="handler: [Mira]\n")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert found(folder) == [("ADV103", f"{NAME}:10:10")]


def test_a_lone_carriage_return_is_a_control_character(folder: Folder) -> None:
    folder.write(body="a\rb\n")
    folder.path.joinpath("LAN-2026-0001.md").write_bytes(
        folder.path.joinpath("LAN-2026-0001.md").read_bytes()
    )
    assert found(folder) == [("ADV004", f"{NAME}:11:2")]


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (b"\xef\xbb\xbf---\nid: x\n---\n", "ADV004", "1:1"),
        (b"---\nid: x\x00y\n---\n", "ADV004", "2:6"),
        (b"---\nid: \xff\n---\n", "ADV003", "2:5"),
        ("---\nid: ä\n".encode("latin-1"), "ADV003", "2:5"),
        ("---\nid: x\n".encode("utf-16"), "ADV003", "1:1"),
        ("---\nsummary: ä\u2028b\n---\n".encode(), "ADV004", "2:11"),
        (b"", "ADV005", "1:1"),
        (b"---", "ADV006", "1:1"),
        (b"---\n---", "ADV103", "2:1"),
        (b"----\nid: x\n----\n", "ADV005", "1:1"),
    ],
)
def test_bytes_that_are_no_text_are_refused_where_they_stand(
    folder: Folder, raw: bytes, code: str, place: str
) -> None:
    (folder.path / "LAN-2026-0001.md").write_bytes(raw)
    assert found(folder) == [(code, f"{NAME}:{place}")]


def test_a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger(folder: Folder) -> None:
    file = folder.write()
    line = b"x" * 199 + b"\n\n"
    room = LARGEST_FILE - file.stat().st_size
    file.write_bytes(file.read_bytes() + line * (room // len(line)) + b"y" * (room % len(line)))
    assert found(folder) == []
    file.write_bytes(file.read_bytes() + b"z")
    assert found(folder) == [("ADV002", f"{NAME}:1:1")]


def test_ten_megabytes_are_refused_without_being_read(folder: Folder) -> None:
    with (folder.path / "LAN-2026-0001.md").open("wb") as stream:
        stream.truncate(10_000_000)
    (problem,) = folder.read().problems
    assert as_text(problem, withhold=True) == (
        "error[ADV002]: the file is larger than 256 KiB\n"
        f" --> {NAME}:1:1\n"
        "  = help: shorten it, or move long listings into an attachment"
    )


def test_no_symbolic_link_is_followed(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("---\nid: SECRET\n---\n", encoding="utf-8")
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (folder.path / "LAN-2026-0001.md").symlink_to(secret)
    (folder.path / "2026").symlink_to(shelf)
    folder.write("LAN-2026-0002")
    (folder.path / "LAN-2026-0002").mkdir()
    (folder.path / "LAN-2026-0002" / "notes.txt").symlink_to(secret)
    (folder.path / "dangling.md").symlink_to(tmp_path / "nowhere")
    assert found(folder) == [
        ("ADV001", "advisories/2026:1:1"),
        ("ADV001", f"{NAME}:1:1"),
        ("ADV001", "advisories/LAN-2026-0002/notes.txt:1:1"),
        ("ADV001", "advisories/dangling.md:1:1"),
    ]
    assert all("symbolic link" in one.text for one in folder.read().problems)


def test_what_is_no_regular_file_is_not_waited_for(folder: Folder) -> None:
    os.mkfifo(folder.path / "LAN-2026-0001.md")
    (folder.path / "LAN-2026-0002.md").mkdir()
    assert found(folder) == [
        ("ADV001", f"{NAME}:1:1"),
        ("ADV001", "advisories/LAN-2026-0002.md:1:1"),
    ]


def test_an_attachment_is_bounded_too(folder: Folder) -> None:
    folder.write()
    (folder.path / "LAN-2026-0001").mkdir()
    with (folder.path / "LAN-2026-0001" / "dump.gz").open("wb") as stream:
        stream.truncate(LARGEST_ATTACHMENT + 1)
    assert found(folder) == [("ADV002", "advisories/LAN-2026-0001/dump.gz:1:1")]


def test_the_note_to_authors_and_hidden_files_are_passed_over(folder: Folder) -> None:
    (folder.path / "README.md").write_text("How to write one.", encoding="utf-8")
    (folder.path / ".gitkeep").touch()
    assert folder.read().problems == ()
    assert folder.read().advisories == ()


def test_a_bomb_of_aliases_is_refused_before_it_is_expanded(folder: Folder) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    folder.write(more=bomb)
    assert {code for code, _ in found(folder)} == {"ADV009", "ADV102"}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 5_000,
        "![" * 5_000,
        "> " * 5_000 + "x",
        "[" * 5_000 + "]" * 5_000,
        "x " * 20_000,
        "*" * 30_000,
        "`" * 30_000,
        " " * 5_000 + "* x",
        "x\n\n" * 2_501,
        "```\n\n```\n\n" * 1_251,
        "# x\n\n" * 201,
        "x\n---\n\n" * 201,
    ],
)
def test_text_that_would_stall_a_renderer_is_refused(folder: Folder, body: str) -> None:
    folder.write(body=body)
    assert [code for code, _ in found(folder)] == ["ADV142"]


def test_five_thousand_brackets_in_the_front_matter_are_refused(folder: Folder) -> None:
    folder.write(more="related: " + "[" * 5_000 + "]" * 5_000 + "\n")
    assert found(folder) == [("ADV010", f"{NAME}:10:21")]


def test_a_catalog_is_in_the_order_of_its_paths(folder: Folder) -> None:
    for name in ("2026/LAN-2026-0002", "LAN-2026-0003", "2025/LAN-2025-0001"):
        folder.write(name)
    assert [one.path for one in folder.read().advisories] == [
        "advisories/LAN-2026-0003.md",
        "advisories/2025/LAN-2025-0001.md",
        "advisories/2026/LAN-2026-0002.md",
    ]


def test_every_field_reaches_the_model(folder: Folder) -> None:
    folder.write(
        more="""\
aliases: [CVE-2026-0001]
related: [CVE-2026-0002]
upstream: [CVE-2026-0003]
cve_issued: 2026-04-28T12:00:00+02:00
handler: mira
cwe_ids: [CWE-79]
exploited: true
superseded_by: LAN-2026-0009
withdrawn: {date: 2026-05-04T00:00:00Z, reason: Intended.}
timeline: [{date: 2026-04-01T00:00:00Z, summary: Reported.}]
credits: [{name: Mira}]
"""
    )
    (advisory,) = folder.read().advisories
    content = advisory.content
    assert advisory.cve_issued == datetime(2026, 4, 28, 10, tzinfo=UTC)
    assert advisory.handler == "mira"
    assert (content.aliases, content.related, content.upstream) == (
        ("CVE-2026-0001",),
        ("CVE-2026-0002",),
        ("CVE-2026-0003",),
    )
    assert content.exploited
    assert content.superseded_by == "LAN-2026-0009"
    assert content.withdrawn is not None
    assert content.withdrawn.reason == "Intended."
    assert [one.summary for one in content.timeline] == ["Reported."]
    assert [(one.name, one.type, one.contact) for one in content.credits] == [("Mira", None, ())]
    assert content.details.startswith("## Impact\n")
