"""The language server as a client meets it, over stdin and stdout, with text that is not saved."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from command import Command
from conftest import Folder
from mkdocs_advisories.authoring.cursor import cursor_in

PROJECTS = """\
      projects:
        - {name: Lantern, packages: [crates.io/lantern, PyPI/lantern-py]}
"""
BREAK_A_RULE = """\
from dataclasses import replace
from mkdocs_advisories.checks import title
broken = replace(title.title_has_no_full_stop, judge=lambda _: iter(lambda: 1 / 0, None))
title.title_has_no_full_stop = broken
"""
TITLE = "Lantern 🏮🏮 can be lit <b>from</b> afar"


@dataclass(frozen=True, kw_only=True)
class Editor:
    """An editor with one advisory open."""

    client: LanguageClient
    file: Path

    @property
    def uri(self) -> str:
        """The address of the advisory."""
        return self.file.as_uri()

    async def opens(self, text: str) -> list[lsp.Diagnostic]:
        """Open the advisory with a text of its own, and wait for its problems."""
        document = lsp.TextDocumentItem(uri=self.uri, language_id="markdown", version=1, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=document))
        return await self._problems()

    async def types(self, text: str, version: int = 2) -> list[lsp.Diagnostic]:
        """Change the whole text, and wait for its problems."""
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                text_document=lsp.VersionedTextDocumentIdentifier(uri=self.uri, version=version),
                content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )
        return await self._problems()

    async def _problems(self) -> list[lsp.Diagnostic]:
        await self.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return list(self.client.diagnostics[self.uri])

    async def completes(self, text: str) -> dict[str, lsp.CompletionItem]:
        """Open a text, and ask what may stand at the sign `▮`."""
        before, _, after = text.partition("▮")
        await self.opens(before + after)
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(
                text_document=lsp.TextDocumentIdentifier(uri=self.uri), position=at(before)
            )
        )
        assert isinstance(found, list)
        return {one.label: one for one in found}

    async def hovers(self, text: str) -> lsp.Hover | None:
        """Open a text, and ask what is under the pointer at the sign `▮`."""
        before, _, after = text.partition("▮")
        await self.opens(before + after)
        return await self.client.text_document_hover_async(
            lsp.HoverParams(
                text_document=lsp.TextDocumentIdentifier(uri=self.uri), position=at(before)
            )
        )


def at(before: str) -> lsp.Position:
    """Give the position behind some text, in UTF-16 code units."""
    *lines, last = before.split("\n")
    return lsp.Position(line=len(lines), character=len(last.encode("utf-16-le")) // 2)


def stretch(text: str, place: lsp.Range) -> str:
    """Give the text of a range on one line."""
    assert place.start.line == place.end.line
    line = text.split("\n")[place.start.line].encode("utf-16-le")
    return line[2 * place.start.character : 2 * place.end.character].decode("utf-16-le")


def explained(address: str) -> str:
    """Give the text that a problem's code leads to."""
    return Path(address.removeprefix("file://")).read_text("utf-8")


@pytest_asyncio.fixture
async def editor(checkout: Folder, request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    config = checkout.path.parent / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + PROJECTS, "utf-8")
    before = getattr(request, "param", "")
    program = f"{before}from mkdocs_advisories.cli.main import main; main(['lsp'])"
    client = await ClientServerConfig(server_command=[sys.executable, "-c", program]).start()
    assert isinstance(client, LanguageClient)
    await client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities("visual-studio-code"),
            root_uri=checkout.path.parent.as_uri(),
        )
    )
    yield Editor(client=client, file=checkout.path / "2026" / "LAN-2026-0001.md")
    await client.shutdown_session()
    await client.stop()  # type: ignore[no-untyped-call] # pygls has no types for it


def sound(checkout: Folder, **changed: str) -> str:
    """Write a sound advisory for its text alone."""
    file = checkout.write("2026/LAN-2026-0001", **changed)
    text = file.read_text("utf-8")
    file.unlink()
    return text


@pytest.mark.asyncio
async def test_problems_of_unsaved_text_are_shown_where_they_are(
    editor: Editor, checkout: Folder
) -> None:
    text = sound(checkout, summary=TITLE, more="sevrity: []\n")
    html, unknown = sorted(
        (one for one in await editor.opens(text) if one.code in ("ADV120", "ADV102")),
        key=lambda one: str(one.code),
        reverse=True,
    )
    assert stretch(text, html.range) == "<b"
    assert html.severity is lsp.DiagnosticSeverity.Error
    assert stretch(text, unknown.range) == "sevrity"
    assert unknown.source == "advisory"
    assert "did you mean `severity`?" in unknown.message
    assert unknown.code_description is not None
    assert explained(unknown.code_description.href).startswith("# ADV102: ")
    mended = text.replace("sevrity: []\n", "").replace("<b>from</b> ", "")
    left = await editor.types(mended)
    assert [one for one in left if one.severity is lsp.DiagnosticSeverity.Error] == []


@pytest.mark.asyncio
async def test_a_file_is_held_against_all_others(editor: Editor, checkout: Folder) -> None:
    alias = "aliases: [CVE-2026-1000]\n"
    checkout.write("2026/LAN-2026-0002", more=alias)
    found = await editor.opens(sound(checkout, more=alias))
    assert "ADV132" in {one.code for one in found}
    checkout.write("2026/LAN-2026-0002", more="aliases: [CVE-2026-1001]\n")
    editor.client.text_document_did_save(
        lsp.DidSaveTextDocumentParams(text_document=lsp.TextDocumentIdentifier(uri=editor.uri))
    )
    assert "ADV132" not in {one.code for one in await editor._problems()}


@pytest.mark.asyncio
async def test_a_fix_is_offered_and_mends_the_problem(editor: Editor, checkout: Folder) -> None:
    text = sound(checkout, summary="Lantern 🏮", more="exploitd: false # 🏮\n")
    (problem,) = [one for one in await editor.opens(text) if one.code == "ADV102"]
    found = await editor.client.text_document_code_action_async(
        lsp.CodeActionParams(
            text_document=lsp.TextDocumentIdentifier(uri=editor.uri),
            range=problem.range,
            context=lsp.CodeActionContext(diagnostics=[problem]),
        )
    )
    assert found is not None
    (action,) = found
    assert isinstance(action, lsp.CodeAction)
    assert action.title == "rename it to `exploited`"
    assert action.edit is not None
    assert action.edit.changes is not None
    (edit,) = action.edit.changes[editor.uri]
    assert isinstance(edit, lsp.TextEdit)
    assert stretch(text, edit.range) == "exploitd"
    assert edit.new_text == "exploited"


@pytest.mark.asyncio
async def test_nothing_is_offered_outside_of_the_advisories(
    editor: Editor, checkout: Folder
) -> None:
    page = Editor(client=editor.client, file=checkout.path.parent / "docs" / "page.md")
    assert await page.opens("---\nsevrity: x\n---\n") == []
    assert await page.completes("---\nsev▮\n---\n") == {}
    note = Editor(client=editor.client, file=checkout.path / "README.md")
    assert await note.opens("For authors.\n") == []


@pytest.mark.asyncio
async def test_keys_are_offered_with_what_the_schema_says(editor: Editor) -> None:
    found = await editor.completes("---\nid: LAN-2026-0001\nsev▮\n---\n")
    assert "id" not in found
    assert list(found)[:3] == ["aliases", "related", "upstream"]
    assert found["embargo"].detail == "required"
    item = found["severity"]
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.new_text == "severity: "
    assert item.text_edit.range.start.character == 0
    assert isinstance(item.documentation, lsp.MarkupContent)
    assert "CVSS vectors" in item.documentation.value


PACKAGE = "---\naffected:\n  - package: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nseverity:\n  - {type: ▮", {"CVSS_V2", "CVSS_V3", "CVSS_V4"}),
        ("---\nseverity:\n  - {type: CVSS_V3, ▮", {"score"}),
        (PACKAGE + "{ecosystem: crates.io, name: ▮}", {"lantern", "lantern-py"}),
        (PACKAGE + '{purl: "▮"}', {"pkg:cargo/lantern", "pkg:pypi/lantern-py"}),
        (PACKAGE + "▮", {"crates.io/lantern", "PyPI/lantern-py"}),
        ("---\nembargo: ▮", {"undecided"}),
        ("---\nexploited:▮", {"false", "true"}),
        ("---\n# a comment ▮", set()),
        ("---\nid: x\n---\n▮", set()),
        ("---\nnothing:\n  ▮", set()),
    ],
)
@pytest.mark.asyncio
async def test_words_are_offered_where_they_may_stand(
    text: str, expected: set[str], editor: Editor
) -> None:
    found = await editor.completes(text)
    assert {one.strip('"') for one in found} == expected


@pytest.mark.asyncio
async def test_ecosystems_of_the_policy_come_first(editor: Editor) -> None:
    found = await editor.completes(PACKAGE + "{ecosystem: ▮")
    assert set(list(found)[:2]) == {"crates.io", "PyPI"}
    assert "npm" in found


@pytest.mark.asyncio
async def test_ids_of_held_advisories_are_never_offered(editor: Editor, checkout: Folder) -> None:
    checkout.write("2026/LAN-2026-0002", embargo="2026-05-01T12:00:00Z")
    checkout.write("2026/LAN-2026-0003", embargo="2099-05-01T12:00:00Z")
    checkout.write("2026/LAN-2026-0004", embargo="undecided")
    found = await editor.completes("---\nrelated: [▮")
    assert list(found) == ["LAN-2026-0002"]


@pytest.mark.asyncio
async def test_a_field_is_explained_under_the_pointer(editor: Editor, checkout: Folder) -> None:
    text = sound(checkout, summary=TITLE)
    shown = await editor.hovers(text.replace("embargo:", "emb▮argo:"))
    assert shown is not None
    assert isinstance(shown.contents, lsp.MarkupContent)
    assert "The instant of disclosure" in shown.contents.value
    assert shown.range is not None
    assert stretch(text, shown.range) == "embargo"
    shown = await editor.hovers(text.replace("afar", "af▮ar"))
    assert shown is not None
    assert shown.range is not None
    assert stretch(text, shown.range) == TITLE


@pytest.mark.parametrize(
    ("vector", "words"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "**9.8 critical** (CVSS 3.1)"),
        ("CVSS:3.1/AV:N/nonsense", "The vector: not the number"),
    ],
)
@pytest.mark.asyncio
async def test_a_vector_is_told_in_words(
    vector: str, words: str, editor: Editor, checkout: Folder
) -> None:
    severity = f'severity:\n  - {{type: CVSS_V3, score: "{vector}"}}\n'
    shown = await editor.hovers(sound(checkout, more=severity).replace("AV:N", "AV▮:N"))
    assert shown is not None
    assert isinstance(shown.contents, lsp.MarkupContent)
    assert shown.contents.value.startswith((words, f"**Vector**\n\n{words}"))


@pytest.mark.asyncio
async def test_fields_and_sections_are_listed(editor: Editor, checkout: Folder) -> None:
    await editor.opens(sound(checkout))
    found = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=editor.uri))
    )
    names = [one.name for one in found or ()]
    assert names == ["id", "summary", "embargo", "affected", "Impact", "Patches", "Workarounds"]


@pytest.mark.asyncio
async def test_a_wrong_configuration_is_said_and_stops_nothing(
    editor: Editor, checkout: Folder
) -> None:
    config = checkout.path.parent / "mkdocs.yml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("source: private", "source: nowhere"), "utf-8")
    assert await editor.opens("---\nid: x\n---\n") == []
    assert "option `source`" in editor.client.messages[0].message
    config.write_text(text, "utf-8")
    assert await editor.opens("---\nid: x\n---\n") != []


@pytest.mark.parametrize("editor", [BREAK_A_RULE], indirect=True)
@pytest.mark.asyncio
async def test_a_rule_that_fails_is_logged_without_a_value_and_stops_no_other(
    editor: Editor, checkout: Folder
) -> None:
    found = await editor.opens(sound(checkout, summary="a secret lantern"))
    assert "ADV264" in {one.code for one in found}
    (told,) = [one.message for one in editor.client.log_messages]
    assert told == (
        "rule ADV263 failed on advisories/2026/LAN-2026-0001.md:"
        " ZeroDivisionError in <string>:3. This is a bug of this program"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ADV005"),
        ("---\n", "ADV006"),
        ("---\nid: [\n---\n", "ADV007"),
        ("---\n- x\n---\n", "ADV103"),
        ("---\nsummary: \ud83c\n---\n", None),
        ("x" * 300_000, "ADV002"),
    ],
    ids=["nothing", "unclosed", "broken", "no mapping", "half a sign", "huge"],
)
@pytest.mark.asyncio
async def test_a_file_at_fault_has_a_problem_and_can_be_completed(
    editor: Editor, checkout: Folder, text: str, code: str | None
) -> None:
    (checkout.path / "2026").mkdir()
    (checkout.path / "2026" / "LAN-2026-0009.md").write_bytes(b"\xff\xfe")
    found = await editor.opens(text)
    assert code is None or [one.code for one in found] == [code]
    assert isinstance(await editor.completes(f"{text[:1000]}▮"), dict)


@pytest.mark.parametrize(
    ("yaml", "path", "prefix"),
    [
        ("affected:\n- package: {a: b}\n  ra", ("affected", 0), "ra"),
        (
            "affected:\n  - package:\n      ecosystem: cr",
            ("affected", 0, "package", "ecosystem"),
            "cr",
        ),
        ("severity:\n  - type: CVSS_V3\n    score: x\n  ", ("severity",), ""),
        ("aliases:\n- CV", ("aliases", 0), "CV"),
        ("aliases: [A,\n  B", ("aliases", 0), "B"),
        ('summary: "a: {b"\nex', (), "ex"),
        ('a: {b: "}, c: {", d: e', ("a", "d"), "e"),
        ("a: [ # {\n  b, c", ("a", 0), "c"),
    ],
)
def test_the_path_at_a_cursor_is_found_in_unfinished_yaml(
    yaml: str, path: tuple[str | int, ...], prefix: str
) -> None:
    cursor = cursor_in(f"---\n{yaml}")
    assert cursor is not None
    assert (cursor.path, cursor.prefix) == (path, prefix)


def test_without_the_extra_the_command_says_what_to_install(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mkdocs_advisories.cli.lsp.find_spec", lambda _: None)
    config = checkout.path.parent / "mkdocs.yml"
    done = Command(config=config, capsys=capsys, monkeypatch=monkeypatch)("lsp")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'mkdocs-advisories[lsp]'" in done.err
