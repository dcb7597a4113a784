"""A held advisory does not lie in clear where everybody can read it."""

from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.policy import Source
from mkdocs_advisories.source.sealed.naming import is_sealed


@error("ADV151", reads="embargo")
def no_clear_text_in_public(case: Case) -> Iterator[Finding]:
    """Refuse held advisories in a source that is declared public, unless they are sealed."""
    in_clear = not is_sealed(case.draft.path)
    if case.policy.source is Source.PUBLIC and in_clear and not case.is_disclosed:
        yield case.finding(
            "embargo",
            text="a held advisory lies in clear, and the source is public",
            remedy=(
                "if it was never pushed, seal it: `advisory seal <file>`; if it was, treat it as"
                " disclosed, for it could be read"
            ),
        )
