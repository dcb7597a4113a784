"""Kinds of values on the command line, with the words that say what is wrong with one."""

import re

import click

from mkdocs_advisories.model import InstantError, Span, parse_instant
from mkdocs_advisories.source.parse import UNDECIDED


class Instant(click.ParamType[str]):
    """An instant as the front matter writes it."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept an instant that can be read."""
        try:
            parse_instant(value)
        except InstantError as error:
            form = "write `2026-04-09T20:24:12Z` or `2026-04-09T22:24:12+02:00`"
            self.fail(f"it is no instant: {error}; {form}", param, ctx)
        return value


class Embargo(Instant):
    """An instant, or `undecided`."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept the word, too."""
        return value if value == UNDECIDED else super().convert(value, param, ctx)


class Cve(click.ParamType[str]):
    """A CVE id (the schema of the CVE records, `cveId`)."""

    name = "cve"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept an id of the usual form alone."""
        if not re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,19}", value):
            self.fail("write it in full: `CVE-2026-35195`", param, ctx)
        return value


class Stretch(click.ParamType[Span]):
    """A stretch of affected versions."""

    name = "from..fixed"

    def convert(
        self, value: str | Span, param: click.Parameter | None, ctx: click.Context | None
    ) -> Span:
        """Part it at the two dots."""
        if isinstance(value, Span):
            return value
        first, dots, fixed = value.partition("..")
        if not dots or not first:
            self.fail("write `0..24.0.7`, or `25.0.0..` where nothing is fixed yet", param, ctx)
        return Span(introduced=first, fixed=fixed or None)
