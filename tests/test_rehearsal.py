"""`advisory rehearse`: nothing held is copied, nothing goes out, and the day is judged."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import yaml

from command import Command
from conftest import NOW, Folder, found_by_rules
from mkdocs_advisories.disclosure.ledger import Event, Ledger, Line
from mkdocs_advisories.disclosure.rehearsal.bundle import Rehearsed, bundle
from mkdocs_advisories.disclosure.rehearsal.copy import (
    ANNOUNCE,
    PRENOTIFY,
    CopyError,
    Origin,
    make_copy,
)
from mkdocs_advisories.disclosure.rehearsal.verdicts import Seen, verdicts
from mkdocs_advisories.policy import Policy

EMBARGO = datetime(2026, 6, 1, 12, 1, tzinfo=UTC)
CANARY = "quetzalcoatl"
WAY_OUT = """\
      clock_hosts: [https://clock.example/]
      mail:
        from: security@lantern.example
        announce: [announce@lists.lantern.example]
        prenotify: [distros@lists.lantern.example]
        templates: mail
"""


def _origin(checkout: Folder, *public: str) -> Origin:
    root = checkout.path.parent
    return Origin(
        root=root,
        config_file=root / "mkdocs.yml",
        folder=checkout.path,
        public=tuple(checkout.path / name for name in public),
    )


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that is not in the project."""
    return tmp_path_factory.mktemp("rehearsal")


def _options(config_file: Path) -> dict[str, object]:
    plugins = yaml.safe_load(config_file.read_text(encoding="utf-8"))["plugins"]
    options: dict[str, object] = plugins[1]["advisories"]
    return options


def test_a_copy_holds_what_is_disclosed_and_nothing_that_is_held(
    checkout: Folder, place: Path
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2026-0002", embargo="2026-07-01T12:00:00Z", summary=f"The {CANARY} leaks")
    (checkout.path / "LAN-2026-0002").mkdir()
    (checkout.path / "LAN-2026-0002" / "poc.txt").write_text(CANARY, encoding="utf-8")
    (checkout.path / ".ledger.jsonl").write_text(f'{{"{CANARY}": 1}}\n', encoding="utf-8")
    copy = make_copy(_origin(checkout, "LAN-2026-0001.md"), into=place)
    copy.commit("All")
    held = [one for one in place.rglob("*") if CANARY in str(one) or "0002" in str(one)]
    files = [one.read_bytes() for one in copy.root.rglob("*") if one.is_file()]
    assert held == []
    assert [one for one in files if CANARY.encode() in one] == []
    assert (copy.folder / "LAN-2026-0001.md").exists()
    assert (copy.root / "docs" / "index.md").exists()


def test_a_copy_asks_no_host_and_writes_to_no_list(checkout: Folder, place: Path) -> None:
    config_file = checkout.path.parent / "mkdocs.yml"
    config_file.write_text(config_file.read_text(encoding="utf-8") + WAY_OUT, encoding="utf-8")
    options = _options(make_copy(_origin(checkout), into=place).config_file)
    assert "clock_hosts" not in options
    assert options["mail"] == {
        "from": "security@drill.invalid",
        "announce": ["announce@drill.invalid"],
        "prenotify": ["prenotify@drill.invalid"],
        "templates": "mail",
    }
    assert options["id_pattern"] == "(?:LAN-[0-9]{4}-[0-9]{4})|REHEARSAL-[1-3]"
    assert options["feed"] == yaml.safe_load("{authority: lantern.example, since: 2024-01-01}")


def test_a_copy_keeps_tags_of_the_configuration_as_they_are(checkout: Folder, place: Path) -> None:
    config_file = checkout.path.parent / "mkdocs.yml"
    text = config_file.read_text(encoding="utf-8") + "extra: {name: !ENV [LANTERN, none]}\n"
    config_file.write_text(text, encoding="utf-8")
    copy = make_copy(_origin(checkout), into=place)
    assert "!ENV [LANTERN, none]" in copy.config_file.read_text(encoding="utf-8")


def test_a_copy_finds_options_in_an_inherited_file(checkout: Folder, place: Path) -> None:
    root = checkout.path.parent
    (root / "mkdocs.yml").rename(root / "base.yml")
    (root / "mkdocs.yml").write_text("INHERIT: base.yml\n", encoding="utf-8")
    copy = make_copy(_origin(checkout), into=place)
    assert "mail" in _options(copy.root / "base.yml")


def test_a_configuration_from_elsewhere_cannot_be_copied(checkout: Folder, place: Path) -> None:
    config_file = checkout.path.parent / "mkdocs.yml"
    config_file.write_text("INHERIT: ../base.yml\n", encoding="utf-8")
    message = "the configuration inherits a file outside of the project's folder"
    with pytest.raises(CopyError, match=message):
        make_copy(_origin(checkout), into=place)


def test_a_link_that_leads_out_of_the_project_is_not_followed(
    checkout: Folder, place: Path
) -> None:
    secret = place / "secret.md"
    secret.write_text(CANARY, encoding="utf-8")
    (checkout.path.parent / "docs" / "link.md").symlink_to(secret)
    copy = make_copy(_origin(checkout), into=place / "copy")
    assert not (copy.root / "docs" / "link.md").exists()


def test_a_copy_has_what_a_theme_and_links_within_the_project_need(
    checkout: Folder, place: Path
) -> None:
    root = checkout.path.parent
    for name in ("CHANGES.md", "docs/site/index.md", "theme/.icons/lamp.svg", "assets/lamp.svg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    for name in ("site/index.html", ".env", "env/pyvenv.cfg", "docs/node_modules/x.js"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(CANARY, encoding="utf-8")
    (root / "docs" / "changes.md").symlink_to("../CHANGES.md")
    (root / "docs" / "assets").symlink_to(root / "assets", target_is_directory=True)
    checkout.write("LAN-2026-0002", summary=CANARY)
    (root / "docs" / "held.md").symlink_to(checkout.path / "LAN-2026-0002.md")
    copy = make_copy(_origin(checkout), into=place)
    names = {"docs/site/index.md": "docs/site/index.md", "theme/.icons/lamp.svg": None}
    names |= {"docs/changes.md": "CHANGES.md", "docs/assets/lamp.svg": "assets/lamp.svg"}
    for name, text in names.items():
        assert (copy.root / name).read_text("utf-8") == (text or name)
        assert (copy.root / name).resolve().is_relative_to(copy.root.resolve())
    files = [one for one in place.rglob("*") if one.is_file()]
    assert [one for one in files if CANARY in one.read_text("utf-8", "replace")] == []
    assert not (copy.root / "docs" / "held.md").is_symlink()


def test_the_three_are_sound(folder: Folder, policy: Policy) -> None:
    ours = replace(policy, id_pattern="REHEARSAL-[1-3]")
    for one in bundle(ours, embargo=EMBARGO):
        (folder.path / f"{one.id}.md").write_text(one.text, encoding="utf-8")
    catalog = replace(folder, policy=ours).read()
    assert catalog.problems == ()
    assert found_by_rules(catalog, policy=ours) == []
    assert [one.embargo for one in catalog.advisories] == [EMBARGO] * 3


def test_an_organisation_without_packages_can_rehearse_too(folder: Folder, policy: Policy) -> None:
    ours = replace(policy, id_pattern="REHEARSAL-[1-3]", projects=())
    for one in bundle(ours, embargo=EMBARGO):
        (folder.path / f"{one.id}.md").write_text(one.text, encoding="utf-8")
    assert len(replace(folder, policy=ours).read().advisories) == 3


def _mail(to: str, text: str) -> EmailMessage:
    mail = EmailMessage(policy=default)
    mail["To"], mail["Subject"] = to, "Security"
    mail.set_content(text)
    return mail


def _ledger(three: tuple[Rehearsed, ...]) -> Ledger:
    mails = [
        Line(event=Event.SENT, time=NOW, about={"message_id": kind, "attempt": "1", "kind": kind})
        for kind in ("prenotification", "announcement")
    ]
    live = [Line(event=Event.LIVE, time=NOW, about={"advisory": one.id}) for one in three]
    return Ledger(lines=(*mails, *live))


@pytest.fixture
def good(policy: Policy) -> Seen:
    """What is seen of a day on which all went well."""
    three = bundle(policy, embargo=EMBARGO)
    return Seen(
        bundle=three,
        mails=(
            _mail(PRENOTIFY, "Lantern, high, on Monday"),
            _mail(ANNOUNCE, " ".join(one.id for one in three)),
        ),
        early=(),
        at_mail={one.id: True for one in three},
        ledger=_ledger(three),
        shared=_ledger(three),
        exits={"monitor": 0},
        again=True,
    )


def _failing(seen: Seen) -> list[str]:
    return [one.text for one in verdicts(seen) if not one.holds]


def test_a_day_on_which_all_went_well_passes(good: Seen) -> None:
    assert _failing(good) == []


WRONG: dict[str, Callable[[Seen], Seen]] = {
    "one prenotification, which names none of the three": lambda seen: replace(
        seen, mails=(_mail(PRENOTIFY, f"Lantern: {seen.bundle[0].title}"), seen.mails[1])
    ),
    "nothing of them on the site before the embargo": lambda seen: replace(
        seen, early=("index.html",)
    ),
    "the pages online before the mail": lambda seen: replace(
        seen, at_mail={**seen.at_mail, "REHEARSAL-2": False}
    ),
    "one announcement, which names all three": lambda seen: replace(
        seen, mails=(*seen.mails, seen.mails[1])
    ),
    "a second release changes nothing and mails nothing": lambda seen: replace(seen, again=False),
    "the ledger complete, here": lambda seen: replace(
        seen, ledger=Ledger(lines=seen.ledger.lines[:-1])
    ),
    "and in the shared repository": lambda seen: replace(seen, shared=Ledger()),
    "the monitor content": lambda seen: replace(seen, exits={"monitor": 4}),
}


@pytest.mark.parametrize("text", WRONG)
def test_each_thing_that_goes_wrong_is_told(good: Seen, text: str) -> None:
    assert _failing(WRONG[text](good)) == [text]


def test_every_verdict_can_fail(good: Seen) -> None:
    assert [one.text for one in verdicts(good)] == list(WRONG)


def test_a_day_is_played_from_the_prenotification_to_the_monitor(
    checkout: Folder, place: Path
) -> None:
    checkout.write("LAN-2026-0001")
    checkout.write("LAN-2099-0001", embargo="2099-07-01T12:00:00Z", summary=f"The {CANARY} leaks")
    before = {one: one.read_bytes() for one in checkout.path.parent.rglob("*") if one.is_file()}
    program = [sys.executable, "-P", "-m", "mkdocs_advisories.cli"]
    result = subprocess.run(
        [*program, "rehearse", "--format", "json", "--output", str(place)],
        cwd=checkout.path.parent,
        capture_output=True,
        check=False,
        text=True,
    )
    told = json.loads(result.stdout)
    assert [one for one in told["verdicts"] if not one["holds"]] == []
    assert [one["to"] for one in told["mails"]] == [PRENOTIFY, ANNOUNCE]
    assert result.returncode == 0
    kept = [one for one in place.rglob("*") if one.is_file()]
    assert {"mail-1.eml", "mail-2.eml", "ledger.jsonl"} <= {one.name for one in kept}
    assert [one for one in kept if CANARY.encode() in one.read_bytes()] == []
    after = {one: one.read_bytes() for one in checkout.path.parent.rglob("*") if one.is_file()}
    assert before == after


@pytest.mark.parametrize("name", ["ADVISORY_NOW", "SOURCE_DATE_EPOCH"])
def test_a_clock_that_is_turned_back_cannot_be_waited_for(
    name: str, checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = checkout.path.parent / "mkdocs.yml"
    run = Command(config=config, capsys=capsys, monkeypatch=monkeypatch)
    monkeypatch.setenv(name, "1700000000")
    ended = run("rehearse")
    assert ended.code == 2
    message = f"Error: a rehearsal goes by the clock, which {name} turns back: unset it"
    assert message in ended.err


def test_a_site_that_needs_what_lies_elsewhere_is_told_so(checkout: Folder, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    text = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8")
    (inner / "mkdocs.yml").write_text(f"docs_dir: ../docs\n{text}", encoding="utf-8")
    checkout.path.rename(inner / "advisories")
    program = [sys.executable, "-P", "-m", "mkdocs_advisories.cli"]
    result = subprocess.run(
        [*program, "rehearse"], cwd=inner, capture_output=True, check=False, text=True
    )
    assert result.returncode == 1
    assert "nothing was rehearsed" in result.stderr
    assert "the copy has the folder of mkdocs.yml" in result.stderr
