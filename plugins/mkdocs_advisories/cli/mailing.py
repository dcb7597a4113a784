"""What every command that mails begins and ends with: the mail, its proof, and who is to act."""

import os
from collections.abc import Sequence
from datetime import datetime

from mkdocs_advisories.checks import check
from mkdocs_advisories.checks.case import House
from mkdocs_advisories.cli.exits import Exit, Stop
from mkdocs_advisories.cli.project import Project
from mkdocs_advisories.cli.secrecy import secrecy
from mkdocs_advisories.disclosure.claim import ClaimedError
from mkdocs_advisories.disclosure.ledger import Ledger, LedgerError, read_ledger
from mkdocs_advisories.disclosure.notices import (
    Desk,
    NoticeError,
    Plan,
    UndecidedError,
    UnrecordedError,
    notice_about,
    own_template,
    plan_disclosed,
    plan_prenotification,
    told_by,
    usual_words,
)
from mkdocs_advisories.disclosure.smtp import Server, ServerError, UnknownError, server_of
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.model import Advisory, NoticeKind
from mkdocs_advisories.openpgp import OpenPGPError, Signer, signer_of
from mkdocs_advisories.policy import Mail
from mkdocs_advisories.problems import Problem, errors
from mkdocs_advisories.proof.letters import besides, leaks
from mkdocs_advisories.render.letter import TemplateError
from mkdocs_advisories.source.catalog import Catalog


def server_or_stop() -> Server | None:
    """Give the mail server that the environment names, if it names one.

    Raises:
        Stop: what it names cannot be used.
    """
    try:
        return server_of(os.environ)
    except ServerError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None


def planned(
    kind: NoticeKind, ids: Sequence[str], *, project: Project, ledger: Ledger, instant: datetime
) -> Plan:
    """Write the mail, and prove that it tells nothing that is held.

    Raises:
        Stop: there can be no such mail, or it would tell too much.
    """
    mail = project.policy.mail
    if mail is None:
        raise Stop(
            "no list is configured: add `mail` with `from`, `announce` and `prenotify` to the"
            " plugin's options",
            exit_code=Exit.USAGE,
        )
    catalog = project.read_catalog()
    advisories = _found(ids, catalog)
    desk = Desk(
        policy=project.policy,
        mail=mail,
        template=_template(kind, project=project, mail=mail),
        now=instant,
        ledger=ledger,
        signer=_signer(),
    )
    try:
        if kind is NoticeKind.PRENOTIFICATION:
            plan = _prenotification(advisories, desk)
        else:
            plan = _of_disclosed(kind, advisories, desk, catalog=catalog)
    except (NoticeError, OpenPGPError) as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None
    except TemplateError as error:
        folder = mail.templates or "the templates of this package"
        raise Stop(f"{folder}, {kind.value}.txt: {error}", exit_code=Exit.USAGE) from None
    _prove(plan, project=project, instant=instant)
    return plan


def _signer() -> Signer | None:
    try:
        return signer_of(os.environ)
    except OpenPGPError as error:
        raise Stop(str(error), exit_code=Exit.USAGE) from None


def _found(ids: Sequence[str], catalog: Catalog) -> list[Advisory]:
    known = {one.content.id: one for one in catalog.advisories}
    if missing := [one for one in ids if one not in known]:
        faulty = {one.content.id for one in catalog.drafts} & set(missing)
        if faulty:
            raise Stop(
                f"{', '.join(sorted(faulty))} has errors: see `advisory check`",
                exit_code=Exit.PROBLEMS,
            )
        sealed = " (a sealed one needs its key)" if catalog.unopened else ""
        raise Stop(f"there is no advisory {', '.join(missing)}{sealed}", exit_code=Exit.USAGE)
    return [known[one] for one in dict.fromkeys(ids)]


def _template(kind: NoticeKind, *, project: Project, mail: Mail) -> str | None:
    template = own_template(kind, root=project.root, mail=mail)
    if isinstance(template, Problem):
        raise Stop(
            f"{template.place.path}: {template.text}. Remedy: {template.remedy}",
            exit_code=Exit.USAGE,
        )
    return template


def ledger_of(project: Project) -> Ledger:
    """Read the ledger.

    Raises:
        Stop: it cannot be read.
    """
    try:
        return read_ledger(project.folder)
    except LedgerError as error:
        raise ledger_stop(error) from None


def ledger_stop(error: LedgerError) -> Stop:
    """Say that the ledger stops the run: what was sent is not known without it."""
    return Stop(f"the ledger: {error}. Nothing was sent.", exit_code=Exit.EMBARGO)


def _prenotification(advisories: Sequence[Advisory], desk: Desk) -> Plan:
    notice = notice_about(advisories, policy=desk.policy)
    plan = plan_prenotification(notice, desk)
    more = besides(
        plan.words,
        told=told_by(notice, policy=desk.policy, mail=desk.mail),
        advisories=[one.content for one in advisories],
        usual=usual_words(),
    )
    if more:
        raise Stop(
            f"the mail tells more than projects, severity and embargo: {', '.join(more)}. Nothing"
            " was written or sent. Remedy: take it out of the template",
            exit_code=Exit.EMBARGO,
        )
    return plan


def _of_disclosed(
    kind: NoticeKind, advisories: Sequence[Advisory], desk: Desk, *, catalog: Catalog
) -> Plan:
    if any(not one.is_disclosed(desk.now) for one in advisories):
        raise Stop("the embargo has not ended: nothing was written or sent", exit_code=Exit.EMBARGO)
    checked = check(House(catalog=catalog, policy=desk.policy, now=desk.now))
    paths = {one.path for one in advisories}
    if any(one.place.path in paths for one in errors(checked.problems)):
        raise Stop("there are errors: see `advisory check`", exit_code=Exit.PROBLEMS)
    public = disclose(catalog.advisories, now=desk.now).advisories
    ids = {one.content.id for one in advisories}
    return plan_disclosed(
        kind,
        [one for one in public if one.id in ids],
        desk,
        public=frozenset(one.id for one in public),
    )


def _prove(plan: Plan, *, project: Project, instant: datetime) -> None:
    known = secrecy(project, now=instant)
    public = [one.content for one in known.public]
    if leaks(plan.text, known.held, public=public):
        raise Stop(
            "the mail shows something of a held advisory. Nothing was written or sent. Remedy: take"
            " it out of the template, or out of the advisory that the mail is about",
            exit_code=Exit.EMBARGO,
        )


def stop_in_doubt(
    error: ClaimedError | UndecidedError | UnknownError | UnrecordedError, message_id: str
) -> Stop:
    """Say who has to do what before anything is sent again."""
    resolve = f"advisory ledger resolve '{message_id}' sent"
    look = f"look into the archive of the list, then: {resolve} (or unsent)"
    if isinstance(error, ClaimedError):
        text = (
            f"another machine has begun to send this mail: pull its ledger. If it is gone, {look}"
        )
        free = f"If it was not sent, remove the claim: git push REMOTE :{error}"
        return Stop(f"Nothing was sent: {text}. {free}", exit_code=Exit.EMBARGO)
    if isinstance(error, UndecidedError):
        text = "it is not known whether this mail was sent before"
        return Stop(f"{text}: {look}", exit_code=Exit.EMBARGO)
    if isinstance(error, UnrecordedError):
        text = f"sent, but the ledger could not be told: {error}. Mend that, then: {resolve}"
        return Stop(text, exit_code=Exit.OUTSIDE)
    text = f"the connection ended before the server said whether it has the mail ({error})"
    return Stop(f"{text}: {look}", exit_code=Exit.OUTSIDE)
