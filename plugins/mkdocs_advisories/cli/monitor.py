"""`advisory monitor`: whether all that is disclosed is live and announced, in time."""

from datetime import datetime, timedelta

import click

from mkdocs_advisories.cli.exits import Exit
from mkdocs_advisories.cli.project import Project, current_project, now
from mkdocs_advisories.disclosure.ledger import Ledger, LedgerError, read_ledger
from mkdocs_advisories.disclosure.live import expected, look_at
from mkdocs_advisories.disclosure.monitor import Level, Seen, Source, Watch, watch
from mkdocs_advisories.disclosure.monitor_report import watch_json, watch_metrics, watch_text
from mkdocs_advisories.disclosure.standing import recorded_by
from mkdocs_advisories.disclosure.web import PATIENCE, Web, keeping, patient, web
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.problems import errors
from mkdocs_advisories.render.security_txt import URI as SECURITY_TXT
from mkdocs_advisories.source.catalog import Catalog

_ABOUT_NOW = timedelta(minutes=2)
"""By so much the clock of the machine that publishes may be ahead of this one."""

_REPORTS = {"human": watch_text, "json": watch_json, "prometheus": watch_metrics}


@click.command("monitor")
@click.argument("url", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_REPORTS)),
    default="human",
    show_default=True,
    help="How to report.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=300),
    default=PATIENCE,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for one answer of the site.",
)
def command(*, url: str | None, form: str, timeout: float) -> int:
    """Look whether everything that is disclosed is live on the site, and announced, in time.

    URL is the site's address, by default `site_url`. Of every disclosed advisory the page, the
    record, the entry of the feed and that of advisories.json have to be there, in the right
    revision, and the ledger has to say that the announcement was sent. security.txt must not have
    expired. What is late by half of `clock.live_within` (6 hours) is a warning, later a failure.

    Exit code 0: fine, or warnings. 1: a failure. 4: the site does not answer, so nothing is known.
    """
    project, instant = current_project(), now()
    address = url or project.policy.site_url
    try:
        site = web(address, patience=timeout)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    with keeping(site) as kept:
        seen = _seen(project, kept, instant)
    found = watch(seen, site=address, policy=project.policy, now=instant)
    click.echo(_REPORTS[form](found), nl=False)
    return _exit(found)


def _seen(project: Project, site: Web, instant: datetime) -> Seen:
    """Look at everything."""
    catalog, policy = project.read_catalog(), project.policy
    public = disclose(catalog.advisories, now=instant).advisories
    soon = disclose(catalog.advisories, now=instant + _ABOUT_NOW).advisories
    ledger = _ledger(project)
    click.echo(f"Looking for {len(public)} advisories …", err=True)
    fetch = patient(site.fetch)
    live = look_at(
        expected(public, policy=policy),
        feed_uri=policy.feed.uri,
        fetch=fetch,
        besides=frozenset(one.id for one in soon) | _sealed_and_live(catalog, ledger),
    )
    return Seen(
        live=live,
        ledger=ledger,
        security_txt=fetch(SECURITY_TXT) if policy.security_txt else None,
        certificate=site.certificate(),
        source=_source(catalog, instant),
    )


def _sealed_and_live(catalog: Catalog, ledger: Ledger | None) -> frozenset[str]:
    """Give what a release has seen live, if it may be sealed here without a key."""
    return frozenset(recorded_by(ledger)) if ledger and catalog.unopened else frozenset()


def _ledger(project: Project) -> Ledger | None:
    try:
        return read_ledger(project.folder)
    except LedgerError:
        return None


def _source(catalog: Catalog, instant: datetime) -> Source:
    """Count the files that may be disclosed and cannot be read; in doubt, they may be."""
    faulty = {one.place.path for one in errors(catalog.problems)}
    held = {path for path, embargo in catalog.embargoes.items() if embargo > instant}
    notices = (one.notice for one in catalog.unopened if one.notice)
    return Source(
        faulty=len(faulty - held),
        sealed=tuple(one.embargo for one in notices if one.embargo),
    )


def _exit(found: Watch) -> Exit:
    if found.worst is not Level.FAILURE:
        return Exit.FINE
    return Exit.OUTSIDE if found.is_silent else Exit.PROBLEMS
