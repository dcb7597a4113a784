"""House rules: what an organisation wants of its advisories beyond their being well formed."""

from collections.abc import Callable, Iterator
from datetime import datetime

from mkdocs_advisories.checks.clear_text import no_clear_text_in_public
from mkdocs_advisories.checks.mentions import no_mention_of_held
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import Problem
from mkdocs_advisories.source.catalog import Catalog

Check = Callable[[Catalog, Policy, datetime], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (no_clear_text_in_public, no_mention_of_held)


def check(catalog: Catalog, *, policy: Policy, now: datetime) -> list[Problem]:
    """Hold the sound advisories of a catalog against every house rule, as of one instant."""
    return [problem for rule in CHECKS for problem in rule(catalog, policy, now)]
