"""The benchmark: its advisories are sound, its peers make the same, its figures add up."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from subprocess import PIPE, Popen

import pytest

from benchmark import __main__ as program
from benchmark import tools
from benchmark.corpus import LARGEST, Corpus
from benchmark.figures import Absent, Hindered, Report, Sample, Spread, from_json, to_json
from benchmark.measure import FailedError, Taken, measure
from benchmark.profiling import Callers, phases
from benchmark.report import markdown
from benchmark.runner import Bench
from benchmark.serving import SERVERS, serving
from benchmark.sites import SITES, Blog, Ours, Site
from benchmark.subject import Step, Subject
from benchmark.targets import TARGETS
from benchmark.tasks import TASKS
from benchmark.tools import Tool
from conftest import PROJECT, found_by_rules
from mkdocs_advisories.source.catalog import read_catalog
from mkdocs_advisories.source.configuration import Configuration, configure
from mkdocs_advisories.source.site_file import read_site_file

AFTER_ALL = datetime(2026, 8, 1, tzinfo=UTC)


def test_the_same_seed_gives_the_same_advisories_and_another_one_others() -> None:
    first, again, other = (Corpus(count=20, seed=seed) for seed in (1, 1, 2))
    assert [one.source for one in first] == [one.source for one in again]
    assert [one.source for one in first] != [one.source for one in other]


def test_a_larger_corpus_begins_with_the_smaller_one() -> None:
    small, large = Corpus(count=30), Corpus(count=90)
    assert [one.source for one in small] == [large.advisory(number).source for number in range(30)]


@pytest.mark.parametrize("count", [1, 49, 50, 100, 1_000])
def test_two_in_a_hundred_are_held_and_the_rest_is_public(count: int) -> None:
    corpus = Corpus(count=count)
    assert sum(one.is_held for one in corpus) == corpus.held_count == count * 2 // 100
    assert len(list(corpus.public)) == corpus.public_count


def test_what_is_added_is_newer_than_all_others() -> None:
    corpus = Corpus(count=500)
    more = corpus.one_more()
    assert more.disclosed
    assert more.disclosed < AFTER_ALL
    assert all(one.disclosed < more.disclosed for one in corpus if one.disclosed)
    assert more.id not in {one.id for one in corpus}


def test_advisories_are_of_the_size_and_the_variety_of_real_ones() -> None:
    corpus = list(Corpus(count=1_000))
    assert len({one.title for one in corpus}) == len({one.id for one in corpus}) == 1_000
    assert {one.id[3:7] for one in corpus} == {str(year) for year in range(2015, 2027)}
    assert len({one.package.ecosystem.name for one in corpus}) == 8
    assert len({one.vector for one in corpus}) > 300
    assert {len(one.package.stretches) for one in corpus} == {1, 2, 3}
    for one in corpus:
        assert 1_800 < len(one.body) < 3_500
        for part in (r"^\| \w", r"^- \w", r"^1\. \w", r"^```\w+$"):
            assert re.search(part, one.body, re.MULTILINE), (one.id, part)


def test_no_two_titles_are_the_same_however_many_there_are() -> None:
    numbers = range(0, LARGEST, LARGEST // 3_000)
    corpus = Corpus(count=LARGEST)
    assert len({corpus.advisory(number).title for number in numbers}) == len(numbers)


@pytest.mark.parametrize("seed", [1, 7])
def test_the_checks_find_nothing_in_it(tmp_path: Path, seed: int) -> None:
    corpus = Corpus(count=250, seed=seed)
    corpus.write(tmp_path / "project")
    stated = read_site_file(tmp_path / "project" / "mkdocs.yml")
    configuration = configure(stated.options, site=stated.facts)
    assert isinstance(configuration, Configuration), configuration
    policy = configuration.policy
    folder = tmp_path / "project" / "advisories"
    catalog = read_catalog(folder, prefix="advisories", policy=policy)
    assert catalog.problems == ()
    assert len(catalog.advisories) == 250
    assert sum(one.is_disclosed(AFTER_ALL) for one in catalog.advisories) == corpus.public_count
    assert found_by_rules(catalog, policy=policy, now=AFTER_ALL) == []


def run(subject: Subject, folder: Path, corpus: Corpus) -> list[str]:
    """Run all steps of a subject; give their names."""
    (folder / "project").mkdir()
    names = []
    for step in subject.steps(folder / "project", corpus):
        measure(step.command, folder=step.folder, log=folder / "log.txt")
        names.append(step.name)
    return names


@pytest.mark.parametrize("site", SITES, ids=lambda one: one.name)
def test_a_site_has_a_page_of_each_index_pages_and_a_feed(site: Subject, tmp_path: Path) -> None:
    """The steps themselves look; the test runs them where the generator is installed."""
    if site.tool().missing:
        pytest.skip(site.tool().missing)
    names = run(site, tmp_path, Corpus(count=25))
    assert names[0] == "cold"
    assert "one more" in names or site.name == "empty"


@pytest.mark.parametrize("task", TASKS, ids=lambda one: one.name)
def test_a_command_does_what_is_measured(task: Subject, tmp_path: Path) -> None:
    assert run(task, tmp_path, Corpus(count=4)) != []


def test_no_peer_is_given_what_is_held(tmp_path: Path) -> None:
    corpus = Corpus(count=100)
    secret = next(one for one in corpus if one.is_held)
    blog = Blog()
    blog.lay(tmp_path)
    blog.add_all(tmp_path, corpus)
    assert not [one for one in tmp_path.rglob("*.md") if secret.title in one.read_text("utf-8")]
    with pytest.raises(ValueError, match="is held: no peer may get it"):
        blog.add(tmp_path, secret)


def built(folder: Path, corpus: Corpus) -> Site:
    """Write what a site of this project has, as far as it is looked at."""
    site = folder / "site"
    for one in (*corpus.public, corpus.one_more()):
        page = site / "advisories" / one.id / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(one.title, encoding="utf-8")
        (site / "osv").mkdir(exist_ok=True)
        (site / "osv" / f"x_{one.id}.json").touch()
    (site / "index.html").touch()
    (site / "feed.xml").write_text(corpus.one_more().title, encoding="utf-8")
    return Ours()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("advisories/{id}/index.html", "the site has 4 pages of advisories, not 5"),
        ("osv/x_{id}.json", "the site has 4 OSV records, not 5"),
        ("index.html", "there is no index page"),
    ],
)
def test_a_site_that_lacks_a_part_is_not_measured(tmp_path: Path, broken: str, said: str) -> None:
    corpus = Corpus(count=4)
    newest = corpus.one_more()
    site = built(tmp_path, corpus)
    site.check(tmp_path, count=5, newest=newest)
    (tmp_path / "site" / broken.format(id=newest.id)).unlink()
    with pytest.raises(FailedError, match=said):
        site.check(tmp_path, count=5, newest=newest)


def test_a_site_whose_page_or_feed_lacks_the_newest_is_not_measured(tmp_path: Path) -> None:
    corpus = Corpus(count=4)
    newest = corpus.one_more()
    site = built(tmp_path, corpus)
    (tmp_path / "site" / "feed.xml").write_text("<feed/>", encoding="utf-8")
    with pytest.raises(FailedError, match="the feed does not have"):
        site.check(tmp_path, count=5, newest=newest)
    page = tmp_path / "site" / "advisories" / newest.id / "index.html"
    page.write_text("", encoding="utf-8")
    with pytest.raises(FailedError, match="is not there, or empty"):
        site.check(tmp_path, count=5, newest=newest)


def measured(folder: Path, *command: str) -> Taken:
    """Run a program in a project, and measure it."""
    (folder / "project").mkdir()
    return measure(command, folder=folder / "project", log=folder / "log")


def test_what_a_process_started_is_counted_too(tmp_path: Path) -> None:
    child = "import time; filled = b'x' * 150_000_000; time.sleep(1)"
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    )
    taken = measured(tmp_path, sys.executable, "-c", parent)
    assert taken.memory > 150_000_000
    assert taken.wall > 1
    assert taken.cpu > 0


def test_a_program_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="exit code 3: the reason"):
        measured(tmp_path, sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)")


def test_what_a_program_leaves_for_a_while_is_deleted_with_its_project(tmp_path: Path) -> None:
    """A server that is killed leaves its site there, and must not be found by the next one."""
    measured(tmp_path, sys.executable, "-c", "import tempfile; tempfile.mkdtemp(prefix='left-')")
    assert [one.name[:5] for one in (tmp_path / "temporary").iterdir()] == ["left-"]


def sample(subject: str, step: str, run: int, wall: float, *, size: int = 10_000) -> Sample:
    """Make a sample whose processors took half of its time."""
    return Sample(
        subject=subject, step=step, size=size, run=run, wall=wall, cpu=wall / 2, memory=2**20
    )


@pytest.mark.parametrize("subject", SERVERS, ids=lambda one: one.name)
def test_a_server_is_measured_until_it_shows_what_is_asked_for(
    subject: Subject, tmp_path: Path
) -> None:
    done = Bench(subjects=[subject], sizes=[50], runs=1, seed=1, folder=tmp_path)
    done.run()
    assert done.absent == []
    steps = {"serve": ["start", "one edit"], "preview": ["build before", "one held", "one edit"]}
    assert [one.step for one in done.samples] == steps[subject.name]
    assert all(one.wall > 0 and one.cpu > 0 and one.memory > 0 for one in done.samples)


def test_a_server_that_ends_or_says_nothing_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    with serving(["sh", "-c", "echo no; exit 3"], port=9, folder=folder) as server:
        server.process.wait()
        with pytest.raises(FailedError, match="the server has ended: no"):
            server.shown("x/", "y")
    monkeypatch.setattr("benchmark.serving.PATIENCE", 0.1)
    with (
        serving(["sleep", "60"], port=9, folder=folder) as server,
        pytest.raises(FailedError, match="x/ does not say 'y'"),
    ):
        server.shown("x/", "y")
    assert server.process.returncode == -SIGKILL


def report_of(*samples: Sample, absent: tuple[Absent, ...] = ()) -> Report:
    """Make a report of samples."""
    return Report(
        machine={"processors": "2"},
        versions={"hugo": "1.0"},
        seed=1,
        runs=3,
        samples=samples,
        absent=absent,
    )


def test_a_ratio_is_that_of_the_same_run() -> None:
    walls = [(10.0, 1.0), (40.0, 2.0), (30.0, 1.0)]  # the second run was on a busy machine
    report = report_of(
        *(sample("blog", "cold", run, blog) for run, (blog, _) in enumerate(walls)),
        *(sample("ours", "cold", run, own) for run, (_, own) in enumerate(walls)),
        sample("ours", "cold", 7, 0.1),  # whose other half is missing
    )
    ratio = report.ratio(10_000, "wall", ("blog", "cold"), ("ours", "cold"))
    assert ratio == Spread(median=20.0, low=10.0, high=30.0)
    assert report.ratio(10_000, "wall", ("hugo", "cold"), ("ours", "cold")) is None
    assert report.spread("blog", "cold", 10_000, "cpu") == Spread(median=15.0, low=5.0, high=20.0)


@pytest.mark.parametrize(
    ("blog", "hugo", "verdicts"),
    [
        (20.0, 1.0, ["met", "met"]),
        (19.9, 0.9, ["missed", "missed"]),
        (20.0, None, ["met", "not measured"]),
    ],
)
def test_a_target_is_met_missed_or_not_measured(
    blog: float, hugo: float | None, verdicts: list[str]
) -> None:
    samples = [sample("blog", "cold", 1, blog), sample("ours", "cold", 1, 1.0)]
    if hugo is not None:
        samples.append(sample("hugo", "cold", 1, hugo))
    assert [one.verdict(report_of(*samples)) for one in TARGETS[:2]] == verdicts
    smaller = report_of(*(replace(one, size=1_000) for one in samples))
    assert {one.verdict(smaller) for one in TARGETS} == {"not measured"}


def test_a_target_is_about_steps_that_there_are() -> None:
    """A misspelt step would never be measured, and nobody would notice."""
    asked = set[tuple[str, str]]()

    def at(subject: str, step: str) -> float:
        asked.add((subject, step))
        return 1.0

    for target in TARGETS:
        target.figure(at)
    page = from_json(program.MANUAL_DATA.read_text("utf-8"))
    assert asked <= {(one.subject, one.step) for one in page.samples}


def test_a_report_is_read_as_it_was_written() -> None:
    report = report_of(
        sample("ours", "cold", 1, 1.5), absent=(Absent(subject="blog", size=9, reason="slow"),)
    )
    assert from_json(to_json(report)) == report
    report = replace(report, hindered=(Hindered(subject="hugo", size=9, run=2),))
    assert from_json(to_json(report)) == report


@pytest.mark.parametrize("text", ["[]", "{}", '{"version": 1}', '{"version": 2}', "no"])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no report of version 1|Expecting value"):
        from_json(text)


def test_a_report_names_what_was_not_measured_and_compares_the_same_step() -> None:
    text = markdown(
        report_of(
            *(sample("ours", step, 1, 2.0) for step in ("cold", "one more")),
            sample("hugo", "cold", 1, 3.0),
            sample("hugo", "one more", 1, 5.0),
            absent=(Absent(subject="blog", size=10_000, reason="takes too long"),),
        )
    )
    assert "| mkdocs-advisories | cold | 2.00 | 1.00 | 1 |  |  |" in text
    assert "| Hugo | cold | 3.00 | 1.50 | 1 | 1.50 | 1.50 |" in text
    assert "| Hugo | one more | 5.00 | 2.50 | 1 | 2.50 | 2.50 |" in text
    assert "- Material blog + mkdocs-rss-plugin, 10,000: takes too long" in text
    assert "| 10,000 | build, compared with Hugo | at most 1 × | 0.67 × | 0.67 × | met |" in text


def test_a_report_says_which_runs_came_right_after_folders_were_deleted() -> None:
    report = report_of(*(sample("hugo", "cold", run, 3.0) for run in (1, 2, 3)))
    heading = "## Measured after folders were deleted"
    assert heading not in markdown(report)
    late = [Hindered(subject="hugo", size=10_000, run=run) for run in (1, 3)]
    late += [Hindered(subject="seal", size=10_000, run=2)]
    lines = markdown(replace(report, hindered=tuple(late))).partition(heading)[2].splitlines()
    assert lines[4:7] == ["- Hugo, 10,000: run 1, 3", "- advisory seal, 10,000: run 2", ""]


def test_a_report_says_how_much_longer_ten_times_as_many_take() -> None:
    text = markdown(
        report_of(
            *(sample("ours", "cold", run, 2.0 * run, size=100) for run in (1, 2, 3)),
            *(sample("ours", "cold", run, 30.0, size=1_000) for run in (1, 2)),
            sample("check", "all files", 1, 1.0, size=100),
        )
    )
    assert "| what | step | 100 to 1,000 |" in text
    assert "| mkdocs-advisories | cold | 7.50 × |" in text
    assert "| advisory check | all files |  |" in text


class Fake(Subject):
    """A subject that runs a program which does nothing, or fails."""

    title, makes = "fake", "nothing"

    def __init__(self, name: str, *, missing: str = "", fails: bool = False) -> None:
        self.name, self.missing, self.fails = name, missing, fails
        self.largest = 100

    def tool(self) -> Tool:
        """Say what is missing."""
        return Tool(missing=self.missing)

    def steps(self, folder: Path, corpus: Corpus) -> Iterator[Step]:
        """Give one step, in a folder that nobody has used."""
        assert list(folder.iterdir()) == []
        (folder / "left").touch()
        is_bad = self.fails and corpus.count > 10
        yield Step(name="only", command=("false" if is_bad else "true",), folder=folder)


def bench(folder: Path, *subjects: Subject, slow: bool = False) -> Bench:
    """Make a benchmark of two sizes and three runs, and run it."""
    names = [one.name for one in subjects] if slow else []
    made = Bench(subjects=subjects, sizes=[20, 200], runs=3, seed=1, folder=folder, slow=names)
    made.run()
    return made


def test_subjects_take_turns_and_none_always_follows_the_same(tmp_path: Path) -> None:
    done = bench(tmp_path, *(Fake(name) for name in "abc"), slow=True)
    order = "".join(one.subject for one in done.samples if one.size == 20)
    assert order == "bcacababc"
    assert all(one.run <= other.run for one, other in pairwise(done.samples[:9]))


def test_what_fails_is_missing_or_too_slow_is_left_out_with_its_reason(tmp_path: Path) -> None:
    done = bench(
        tmp_path, Fake("good"), Fake("bad", fails=True), Fake("absent", missing="not here")
    )
    assert {(one.subject, one.size) for one in done.samples} == {("good", 20)}
    assert [(one.subject, one.size, one.reason) for one in done.absent] == [
        ("absent", 20, "not here"),
        ("absent", 200, "not here"),
        ("bad", 20, "failed: exit code 1: "),
        ("good", 200, "takes too long, or too much memory: only with --slow"),
        ("bad", 200, "takes too long, or too much memory: only with --slow"),
    ]


def test_what_a_stopped_benchmark_did_not_come_to_is_named(tmp_path: Path) -> None:
    stopped = Bench(subjects=[Fake("a"), Fake("b")], sizes=[20], runs=1, seed=1, folder=tmp_path)
    stopped.samples.append(sample("a", "only", 1, 1.0, size=20))
    assert [(one.subject, one.reason) for one in stopped.report().absent] == [
        ("b", "the benchmark was stopped before")
    ]


def test_nothing_is_deleted_between_two_that_are_measured(tmp_path: Path) -> None:
    done = bench(tmp_path, Fake("a"), Fake("b"), slow=True)
    left = list(tmp_path.glob("*/project/left"))
    assert len(left) == 14  # two subjects: each once to see whether it works, and 3 runs of 2 sizes
    assert done.report().hindered == ()


@pytest.mark.parametrize("lacking", ["SPACE", "FILES", "EACH_SPACE", "EACH_FILES"])
def test_on_a_full_disk_all_is_deleted_before_the_next_one_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if "FILES" in lacking and not os.statvfs(tmp_path).f_files:
        pytest.skip("this file system does not count its files")
    monkeypatch.setattr(f"benchmark.places.{lacking}", 10**18)
    (tmp_path / "other").mkdir()
    done = bench(tmp_path, Fake("a"), Fake("b"), slow=True)
    assert len(list(tmp_path.glob("*/project/left"))) == 1
    assert (tmp_path / "other").is_dir()
    named = [(one.subject, one.size, one.run) for one in done.report().hindered]
    assert named == [(one.subject, one.size, one.run) for one in done.samples]


@pytest.mark.parametrize("told", [SIGINT, SIGTERM], ids=lambda one: one.name)
def test_a_benchmark_that_is_stopped_says_what_it_knows_and_leaves_nothing(
    tmp_path: Path, told: Signals
) -> None:
    scripts = Path(program.__file__).parents[1]
    with Popen(
        (sys.executable, "-m", "benchmark", "--only", "check", "--runs", "9", "--folder", tmp_path),
        env={**os.environ, "PYTHONPATH": f"{scripts}:{scripts.parent / 'tests'}"},
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as process:
        assert process.stderr
        assert "100, run 1 of 9: advisory check, start-up: " in process.stderr.readline()
        process.send_signal(told)
        report, said = process.communicate()
    assert process.returncode == 130
    assert "Stopped: this is what was measured until then." in said
    assert "| advisory check | start-up | " in report
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["x", "0", "100,-1", "345601", "1.5"])
def test_a_number_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program._parser().parse_args(["--sizes", text])
    assert ended.value.code == 2
    assert "is no number from 1 to 345,600" in capsys.readouterr().err


def test_a_profile_gives_a_librarys_time_to_those_who_called_it() -> None:
    def entry(own: float, **callers: float) -> tuple[int, int, float, float, Callers]:
        return (1, 1, own, own, {names[one]: (1, 1, part, part) for one, part in callers.items()})

    names = {
        "front": ("/x/mkdocs_advisories/source/front.py", 1, "read"),
        "page": ("/x/mkdocs_advisories/render/page.py", 1, "page"),
        "theme": ("/x/site-packages/jinja2/runtime.py", 1, "render"),
        "sub": ("/usr/lib/python3/re.py", 1, "sub"),
        "match": ("~", 0, "<method 'match' of 're.Pattern' objects>"),
        "open": ("~", 0, "<built-in method io.open>"),
    }
    found = phases(
        {
            names["front"]: entry(1.0),
            names["page"]: entry(2.0),
            names["theme"]: entry(4.0),
            names["sub"]: entry(8.0, front=2.0, page=6.0),
            names["match"]: entry(16.0, sub=12.0, match=4.0),  # it calls itself
            names["open"]: entry(3.0, front=1.0, theme=2.0),
        }
    )
    seconds = {one.name: round(one.seconds, 3) for one in found}
    assert seconds == {"reading": 8.0, "rendering": 20.0, "shell": 4.0, "writing": 2.0}
    assert found[0].costliest[0] == "`method 'match' of 're.Pattern' objects`"


def test_the_figures_of_the_manual_are_those_of_its_data() -> None:
    """`scripts/bench --report manual/speed.json --write-manual` writes them anew."""
    page = program.MANUAL.read_text(encoding="utf-8")
    report = from_json(program.MANUAL_DATA.read_text(encoding="utf-8"))
    assert program.with_figures(page, report) == page
    assert "## Targets" in page


def test_peers_run_on_the_versions_that_this_project_uses() -> None:
    pinned = re.findall(
        r"^([\w.-]+)==(\S+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE
    )
    shared = {name: version for name, version in pinned if name in tools.pins()}
    assert {"mkdocs", "mkdocs-material", "markdown", "pygments"} <= shared.keys()
    assert shared == {name: tools.pins()[name] for name in shared}


def test_the_locks_of_the_peers_name_no_host() -> None:
    assert "://" not in (tools.PEERS / "requirements.lock").read_text(encoding="utf-8")
    lock = (tools.PEERS / "eleventy" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
