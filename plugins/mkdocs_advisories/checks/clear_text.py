"""A held advisory does not lie in clear where everybody can read it."""

from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error
from mkdocs_advisories.policy import Source


@error("ADV151", reads="embargo")
def no_clear_text_in_public(case: Case) -> Iterator[Finding]:
    """Refuse held advisories in a source that is declared public."""
    if case.policy.source is Source.PUBLIC and not case.is_disclosed:
        yield case.finding(
            "embargo",
            text="a held advisory lies in clear, and the source is public",
            remedy=(
                "treat it as disclosed: it could be read; from now on keep held advisories in a"
                " private repository and set `source: private`"
            ),
        )
