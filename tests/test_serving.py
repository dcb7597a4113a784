"""While a site is served, a build gives what one from nothing gives, and reads what has changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Literal

import pytest
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from conftest import BODY, NOW, Folder
from mkdocs_advisories.press import gathering
from mkdocs_advisories.source.catalog import Job
from test_mkdocs import Build, build_at, tree

__all__ = ["build_at"]

LATER = NOW + timedelta(days=2)
HELD = "2026-08-01T00:00:00Z"


@pytest.fixture
def serving(checkout: Folder) -> Iterator[Callable[[], None]]:
    """Give what begins to serve; the plugin stays as it is from build to build."""

    def begin(command: Literal["build", "serve"] = "serve") -> None:
        config = load_config(str(checkout.path.parent / "mkdocs.yml"))
        config.plugins.on_startup(command=command, dirty=False)

    yield begin
    begin("build")


def write(checkout: Folder, number: int, **fields: str) -> None:
    """Write an advisory that nothing came with."""
    embargo = f"2026-04-0{number}T12:00:00Z"
    alias = f"aliases: [CVE-2026-100{number}]\n"
    checkout.write(f"LAN-2026-000{number}", embargo=embargo, more=alias, **fields)


def edits(checkout: Folder) -> Iterator[str]:
    """Make one change after another; gives what each is about."""
    for number in range(1, 5):
        write(checkout, number)
    checkout.write("LAN-2026-0090", embargo=HELD)
    yield "the beginning"
    write(checkout, 2, summary="Another title")
    yield "a title"
    checkout.write("LAN-2026-0090", embargo=HELD, summary="Held, with another title")
    yield "a held one"
    write(checkout, 5, body=f"{BODY}\nSee LAN-2026-0002.\n")
    yield "a new one"
    (checkout.path / "LAN-2026-0003.md").unlink()
    yield "one that is gone"
    checkout.write("LAN-2026-0001", embargo=HELD)
    yield "one that is held again"
    checkout.write("LAN-2026-0090", embargo="2026-05-01T12:00:00Z")
    yield "a held one that is disclosed"
    write(checkout, 4, body=f"{BODY}\nSee `LAN-2026-0002`.\n")
    yield "words"


def test_every_edit_gives_what_a_build_from_nothing_gives(
    checkout: Folder,
    build_at: Build,
    serving: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = checkout.path.parent / "site"
    serving()
    served = {about: (build_at(), tree(site))[1] for about in edits(checkout)}
    serving("build")
    monkeypatch.setenv("ADVISORIES_CACHE", "off")
    for file in checkout.path.glob("*.md"):
        file.unlink()
    for place, about in enumerate(edits(checkout)):
        build_at(site_dir=f"from-nothing-{place}")
        assert served[about] == tree(checkout.path.parent / f"from-nothing-{place}"), about


def test_only_what_has_changed_is_read_again(
    checkout: Folder,
    build_at: Build,
    serving: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    raw = gathering._raw

    def noted(job: Job) -> bytes:
        read.append(job.path.rpartition("/")[2])
        return raw(job)

    monkeypatch.setattr(gathering, "_raw", noted)
    serving()
    seen = {}
    for about in edits(checkout):
        read.clear()
        build_at()
        seen[about] = set(read)
    assert seen.pop("the beginning") == {
        *(f"LAN-2026-000{number}.md" for number in range(1, 5)),
        "LAN-2026-0090.md",
    }
    assert seen == {
        "a title": {"LAN-2026-0002.md"},
        "a held one": {"LAN-2026-0090.md"},
        "a new one": {"LAN-2026-0005.md"},
        "one that is gone": set(),
        "one that is held again": {"LAN-2026-0001.md"},
        "a held one that is disclosed": {"LAN-2026-0090.md"},
        "words": {"LAN-2026-0004.md"},
    }


def test_an_embargo_that_ends_while_serving_ends_at_its_instant(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    embargo = NOW + timedelta(days=1)
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=embargo.isoformat().replace("+00:00", "Z"))
    site = checkout.path.parent / "site"
    page = "advisories/LAN-2026-0002/index.html"
    serving()
    build_at()
    assert page not in tree(site)
    build_at(embargo - timedelta(microseconds=1))
    assert page not in tree(site)
    build_at(embargo)
    assert page in tree(site)
    build_at(NOW)
    assert not [one for one, raw in tree(site).items() if b"0002" in raw or "0002" in one]


@pytest.mark.parametrize("fault", ["public", "held", "telling"])
def test_a_fault_is_reported_until_it_is_corrected(
    checkout: Folder,
    build_at: Build,
    serving: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo=HELD)
    serving()
    build_at()
    name = "LAN-2026-0002" if fault == "held" else "LAN-2026-0001"
    text = (checkout.path / f"{name}.md").read_text(encoding="utf-8")
    harm = {"public": "<b>x</b>", "held": "<b>x</b>", "telling": "See LAN-2026-0002."}[fault]
    (checkout.path / f"{name}.md").write_text(f"{text}\n{harm}\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Abort):
            build_at()
        assert "Nothing was written: correct these and build again." in caplog.text
    (checkout.path / f"{name}.md").write_text(text, encoding="utf-8")
    build_at()
    assert "Documentation built" in caplog.text


def test_another_held_name_that_ends_like_the_one_before_is_looked_for(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    def hold(alias: str) -> None:
        checkout.write("LAN-2026-0002", embargo=HELD, more=f"aliases: [{alias}]\n")

    checkout.write("LAN-2026-0001", body=f"{BODY}\nUnlike CVE-2026-7001, it is harmless.\n")
    hold("CVE-2025-7001")
    serving()
    build_at()
    hold("CVE-2026-7001")
    with pytest.raises(Abort):
        build_at()


def test_a_server_leaves_the_cache_of_builds_as_it_is(
    checkout: Folder, build_at: Build, serving: Callable[..., None]
) -> None:
    checkout.write("LAN-2026-0001")
    build_at()
    cache = checkout.path.parent / ".cache" / "advisories"
    before = {file.name: file.read_bytes() for file in cache.glob("*.*")}
    assert before
    serving()
    build_at(site_dir="served")
    assert {file.name: file.read_bytes() for file in cache.glob("*.*")} == before
    assert list((cache / "served").glob("*.store"))
    assert not (cache / "served" / "written.json").exists()
