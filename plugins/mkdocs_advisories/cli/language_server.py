"""The Language Server Protocol (3.17) in front of the core. It decides nothing of its own.

Positions of the protocol count code units of the encoding that client and server have agreed on
(UTF-16 unless said otherwise); those of the core count characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from mkdocs_advisories import __version__
from mkdocs_advisories.authoring.completion import Offer, Sort, offers
from mkdocs_advisories.authoring.cursor import Cursor, cursor_in
from mkdocs_advisories.authoring.hover import hint_at
from mkdocs_advisories.checks import Checked
from mkdocs_advisories.cli.desk import Desk, Desks
from mkdocs_advisories.cli.exits import Stop
from mkdocs_advisories.cli.project import now
from mkdocs_advisories.problems import Level, Place, Problem
from mkdocs_advisories.report.findings import Crash
from mkdocs_advisories.source.catalog import Entry

_SEVERITIES = {
    Level.ERROR: lsp.DiagnosticSeverity.Error,
    Level.WARNING: lsp.DiagnosticSeverity.Warning,
}
_KINDS = {
    Sort.KEY: lsp.CompletionItemKind.Property,
    Sort.CHOICE: lsp.CompletionItemKind.EnumMember,
    Sort.NAME: lsp.CompletionItemKind.Reference,
}
_TOP_LEVEL = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)
_HEADING = re.compile(r"^##? +(\S.*?) *#*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """The lines of a document, and how the client counts in them."""

    lines: tuple[str, ...]
    codec: PositionCodec

    @classmethod
    def of(cls, text: str, codec: PositionCodec) -> "Lines":
        """Part a text as the protocol does for the kinds of newline that the core takes."""
        return cls(lines=tuple(text.replace("\r\n", "\n").split("\n")), codec=codec)

    def range(self, place: Place) -> lsp.Range:
        """Give a place as the client counts; without an end it goes to that of the line."""
        start = self._position(place.line, place.column)
        if place.is_span:
            return lsp.Range(start=start, end=self._position(place.end_line, place.end_column))
        line = self._line(place.line)
        return lsp.Range(start=start, end=self._position(place.line, len(line) + 1))

    def range_of_edit(self, place: Place) -> lsp.Range:
        """Give the place of an edit; without an end it is an insertion."""
        there = self.range(place)
        return there if place.is_span else lsp.Range(start=there.start, end=there.start)

    def column(self, position: lsp.Position) -> int:
        """Give the column (from 1) of a position that the client has counted."""
        line, units = self._line(position.line + 1), position.character
        column = 0
        while column < len(line) and units > 0:
            units -= self.codec.client_num_units(line[column])
            column += 1
        return column + 1

    def before(self, position: lsp.Position) -> str:
        """Give all text before a position."""
        line = self._line(position.line + 1)[: self.column(position) - 1]
        return "\n".join([*self.lines[: position.line], line])

    def _position(self, line: int, column: int) -> lsp.Position:
        before = self._line(line)[: column - 1]
        return lsp.Position(line=line - 1, character=self.codec.client_num_units(before))

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """A document that is an advisory of a project."""

    uri: str
    path: str
    desk: Desk
    lines: Lines
    entry: Entry

    def checked(self) -> Checked:
        return self.desk.checked(self.path, now())


class AdvisoryServer(LanguageServer):
    """The server, and the projects that it has opened."""

    def __init__(self, config_file: Path | None) -> None:
        super().__init__("advisory", __version__)
        self.desks = Desks(config_file=config_file.absolute() if config_file else None)

    def opened(self, uri: str) -> _Opened | None:
        """Understand a document as it stands in the editor; None if it is no advisory."""
        name = to_fs_path(uri)
        file = Path(name) if name else None
        desk = self.desks.of(file) if file else None
        if file is None or not isinstance(desk, Desk):
            return None
        path = desk.name(file)
        if path is None:
            return None
        text = self.workspace.get_text_document(uri).source
        return _Opened(
            uri=uri,
            path=path,
            desk=desk,
            lines=Lines.of(text, self.workspace.position_codec),
            entry=desk.write(file, text),
        )

    def publish(self, uri: str) -> None:
        """Tell the client the problems of a document."""
        document = self.opened(uri)
        checked = document.checked() if document else Checked(problems=())
        for crash in checked.crashes:
            self.confess(crash)
        diagnostics = [_diagnostic(one, document) for one in checked.problems if document]
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics)
        )

    def confess(self, crash: Crash) -> None:
        """Say that a rule has failed, without any value of the file: the others have run."""
        self.window_log_message(
            lsp.LogMessageParams(type=lsp.MessageType.Error, message=str(crash))
        )

    def refresh(self, uri: str) -> None:
        """Read what has changed in the folder of a document."""
        name = to_fs_path(uri)
        desk = self.desks.of(Path(name)) if name else None
        if isinstance(desk, Desk):
            desk.refresh()

    def complain(self, uri: str) -> None:
        """Say once why the project of a document cannot be opened."""
        name = to_fs_path(uri)
        reason = self.desks.of(Path(name)) if name else None
        if isinstance(reason, Stop):
            self.window_show_message(
                lsp.ShowMessageParams(type=lsp.MessageType.Warning, message=reason.message)
            )


def make_server(config_file: Path | None) -> AdvisoryServer:
    """Make a server. Without a configuration file it looks for one above each document."""
    server = AdvisoryServer(config_file)
    _follow_documents(server)
    _answer(server)
    return server


def _follow_documents(server: AdvisoryServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.desks.forget_failures()
        server.complain(params.text_document.uri)
        server.refresh(params.text_document.uri)
        server.publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.refresh(params.text_document.uri)
        server.publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        file = Path(to_fs_path(uri) or "")
        desk = server.desks.of(file)
        path = desk.name(file) if isinstance(desk, Desk) else None
        if isinstance(desk, Desk) and path:
            desk.close(path)
        server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[])
        )


def _answer(server: AdvisoryServer) -> None:
    signs = lsp.CompletionOptions(trigger_characters=[*':{[,"-', " "])

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, signs)
    def complete(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        document = server.opened(params.text_document.uri)
        return _completion(document, params.position) if document else []

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.opened(params.text_document.uri)
        return _hover(document, params.position) if document else None

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = server.opened(params.text_document.uri)
        return list(_actions(document, params.range)) if document else []

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.opened(params.text_document.uri)
        return list(_symbols(document)) if document else []


def _diagnostic(problem: Problem, document: _Opened) -> lsp.Diagnostic:
    explained = files("mkdocs_advisories.explanations") / f"{problem.code}.md"
    related = [
        lsp.DiagnosticRelatedInformation(
            location=_location(one.place, document),
            message=problem.filled(one.text, withhold=False),
        )
        for one in problem.related
    ]
    headline, advice = problem.headline(withhold=False), problem.advice(withhold=False)
    return lsp.Diagnostic(
        range=document.lines.range(problem.place),
        message=f"{headline}\nhelp: {advice}",
        severity=_SEVERITIES[problem.level],
        code=problem.code,
        code_description=lsp.CodeDescription(href=Path(str(explained)).as_uri()),
        source="advisory",
        related_information=related or None,
    )


def _location(place: Place, document: _Opened) -> lsp.Location:
    if place.path == document.path:
        return lsp.Location(uri=document.uri, range=document.lines.range(place))
    other = document.desk.entries.get(place.path)
    text = other.text.content if other and other.text else ""
    lines = Lines.of(text, document.lines.codec)
    file = document.desk.project.root / place.path
    return lsp.Location(uri=from_fs_path(str(file)) or "", range=lines.range(place))


def _completion(document: _Opened, position: lsp.Position) -> list[lsp.CompletionItem]:
    before = document.lines.before(position)
    cursor = cursor_in(before)
    if cursor is None:
        return []
    front = re.split(r"^---", "\n".join(document.lines.lines), maxsplit=2, flags=re.MULTILINE)
    present = _TOP_LEVEL.findall(front[1]) if len(front) > 1 else []
    found = offers(cursor, document.desk.house(now()), present=present)
    start = document.lines.codec.client_num_units(cursor.prefix)
    place = lsp.Range(
        start=lsp.Position(line=position.line, character=position.character - start), end=position
    )
    gap = " " if before.endswith(":") else ""
    return [_item(one, cursor, place, gap=gap, rank=number) for number, one in enumerate(found)]


def _item(
    offer: Offer, cursor: Cursor, place: lsp.Range, *, gap: str, rank: int
) -> lsp.CompletionItem:
    quote = cursor.prefix[:1] if cursor.prefix[:1] in ("'", '"') else ""
    insert = offer.insert if offer.insert.startswith(quote) else f"{quote}{offer.insert}"
    return lsp.CompletionItem(
        label=offer.text,
        kind=_KINDS[offer.sort],
        detail=offer.detail or None,
        documentation=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=offer.about)
        if offer.about
        else None,
        sort_text=f"{rank:04}",
        filter_text=f"{quote}{offer.text}",
        text_edit=lsp.TextEdit(range=place, new_text=f"{gap}{insert}"),
    )


def _hover(document: _Opened, position: lsp.Position) -> lsp.Hover | None:
    root, column = document.entry.root, document.lines.column(position)
    hint = hint_at(root, line=position.line + 1, column=column) if root else None
    if hint is None:
        return None
    content = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=hint.markdown)
    return lsp.Hover(contents=content, range=document.lines.range(hint.place))


def _actions(document: _Opened, wanted: lsp.Range) -> Iterator[lsp.CodeAction]:
    for problem in document.checked().problems:
        place = document.lines.range(problem.place)
        if problem.fix is None or place.end < wanted.start or wanted.end < place.start:
            continue
        edits = [
            lsp.TextEdit(range=document.lines.range_of_edit(one.place), new_text=one.replacement)
            for one in problem.fix.edits
        ]
        yield lsp.CodeAction(
            title=problem.filled(problem.fix.text, withhold=False),
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[_diagnostic(problem, document)],
            is_preferred=True,
            edit=lsp.WorkspaceEdit(changes={document.uri: edits}),
        )


def _symbols(document: _Opened) -> Iterator[lsp.DocumentSymbol]:
    """Name the fields of the front matter and the sections of the body."""
    root = document.entry.root
    for name, place in (root.keys if root else {}).items():
        where = document.lines.range(place)
        yield lsp.DocumentSymbol(
            name=name, kind=lsp.SymbolKind.Field, range=where, selection_range=where
        )
    for number, line in enumerate(document.lines.lines, start=1):
        heading = _HEADING.match(line)
        if heading:
            where = document.lines.range(Place(path=document.path, line=number))
            yield lsp.DocumentSymbol(
                name=heading[1], kind=lsp.SymbolKind.String, range=where, selection_range=where
            )
