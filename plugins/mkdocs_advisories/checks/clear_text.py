"""A held advisory does not lie in clear where everybody can read it."""

from collections.abc import Iterator
from datetime import datetime

from mkdocs_advisories.policy import Policy, Source
from mkdocs_advisories.problems import Place, Problem
from mkdocs_advisories.source.catalog import Catalog


def no_clear_text_in_public(catalog: Catalog, policy: Policy, now: datetime) -> Iterator[Problem]:
    """Refuse held advisories in a source that is declared public."""
    if policy.source is not Source.PUBLIC:
        return
    for advisory in catalog.advisories:
        if not advisory.is_disclosed(now):
            yield Problem(
                code="ADV151",
                place=Place(path=advisory.path),
                text="a held advisory lies in clear, and the source is public",
                remedy=(
                    "treat it as disclosed: it could be read; from now on keep held advisories in a"
                    " private repository and set `source: private`"
                ),
            )
