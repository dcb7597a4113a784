"""Where people work: what the hook, the action, the workflow and the template promise."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from command import Command
from conftest import LONGEST_FIRST, PROJECT, Folder, turn

ADVISORY = Path(sys.executable).with_name("advisory")
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))


def loaded(file: Path) -> Any:  # noqa: ANN401 - whatever YAML has read
    # As text: a reader of YAML 1.1 takes the key `on` for true.
    return yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only


def steps(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever YAML has read
    """Give every step of a workflow or an action."""
    for job in data["jobs"].values() if "jobs" in data else [data["runs"]]:
        yield from job.get("steps", ())


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        *((str(one.relative_to(PROJECT)), "vendor.github-workflows") for one in WORKFLOWS),
        ("action.yml", "vendor.github-actions"),
        ("templates/gitlab-ci.yml", "vendor.gitlab-ci"),
        ("templates/gitlab-release.yml", "vendor.gitlab-ci"),
    ],
)
def test_a_file_for_ci_fits_the_schema_of_its_host(file: str, schema: str) -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", schema, PROJECT / file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda one: one.name)
def test_a_workflow_has_no_rights_but_those_that_a_job_names(file: Path) -> None:
    workflow = loaded(file)
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in workflow["on"]
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job or "uses" in job
        if "pull_request" not in workflow["on"]:
            continue
        writes = {name for name, right in job["permissions"].items() if right == "write"}
        used = [one.get("uses", "") for one in job["steps"]]
        # Whoever may write runs nothing that the pull request brings.
        assert not writes or all(
            one and not one.startswith((".", "actions/checkout")) for one in used
        )


def test_secrets_lie_in_a_protected_environment_and_meet_the_main_branch_only() -> None:
    for file in WORKFLOWS:
        for job in loaded(file)["jobs"].values():
            if "secrets." in json.dumps(job):
                assert job["environment"] == "release", file
                assert job["steps"][0]["with"]["ref"] == "main", file
        assert "secrets: inherit" not in file.read_text("utf-8")


def test_pull_requests_meet_no_secret() -> None:
    text = (PROJECT / ".github" / "workflows" / "advisories.yml").read_text("utf-8")
    assert "secrets." not in text
    assert set(loaded(PROJECT / ".github" / "workflows" / "advisories.yml")["on"]) == {
        "pull_request"
    }


@pytest.mark.parametrize("file", [*WORKFLOWS, PROJECT / "action.yml"], ids=lambda one: one.name)
def test_every_action_is_pinned_and_no_expression_stands_in_a_script(file: Path) -> None:
    for step in steps(loaded(file)):
        uses = step.get("uses", "./")
        assert uses.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses)
        assert "${{" not in step.get("run", "")
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("sevrity: []\n", 1)])
def test_the_steps_of_the_action_report_and_fail_as_they_should(
    fault: str, code: int, checkout: Folder, tmp_path: Path
) -> None:
    git = ["git", "-c", "user.name=Mira", "-c", "user.email=mira@lantern.example"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    checkout.write("LAN-2026-0001", more=fault + "exploitd: false\n" * bool(fault))
    action = loaded(PROJECT / "action.yml")
    values = {name: one["default"] for name, one in action["inputs"].items()}
    values |= {"sarif-file": "a.sarif", "patch-file": "a.patch", "compare-with": "HEAD"}
    codes = []
    for step in action["runs"]["steps"][1:]:
        env = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], text)
            for name, text in step["env"].items()
        }
        done = subprocess.run(
            ["bash", "-c", step["run"]],
            cwd=checkout.path.parent,
            env={
                **os.environ,
                **env,
                "ADVISORY": str(ADVISORY),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        codes.append(done.returncode)
    assert codes == [0, code]
    assert ("::error file=" in done.stdout) == bool(code)
    log = json.loads((tmp_path / "a.sarif").read_text("utf-8"))
    found = {one["ruleId"] for one in log["runs"][0]["results"] if one["level"] == "error"}
    assert ("ADV102" in found) == bool(code)
    assert "LAN-2026-0001 added" in (tmp_path / "summary.md").read_text("utf-8")
    patch = (tmp_path / "a.patch").read_text("utf-8")
    assert ("+exploited: false" in patch) == bool(code)


def test_the_patch_of_the_action_can_be_applied(checkout: Folder, tmp_path: Path) -> None:
    file = checkout.write("LAN-2026-0001", more="exploitd: false\n")
    done = subprocess.run(
        [ADVISORY, "check", "--diff"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    (tmp_path / "a.patch").write_text(done.stdout, "utf-8")
    subprocess.run(["git", "apply", "-p0", "a.patch"], cwd=tmp_path, check=True)
    assert "exploited: false" in file.read_text("utf-8")


@pytest.mark.skipif(not shutil.which("git"), reason="git is needed")
def test_the_hook_runs_what_there_is() -> None:
    (hook,) = loaded(PROJECT / ".pre-commit-hooks.yaml")
    program, *arguments = hook["entry"].split()
    assert (program, arguments, hook["pass_filenames"]) == ("advisory", ["check"], "false")
    wanted = re.compile(hook["files"])
    assert wanted.search("advisories/2026/LAN-2026-0001.md")
    assert wanted.search("security/advisories/x.md")
    assert not wanted.search("docs/index.md")


def test_code_quality_names_each_problem_once_and_keeps_what_is_held(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    advisory = Command(
        config=checkout.path.parent / "mkdocs.yml", capsys=capsys, monkeypatch=monkeypatch
    )
    checkout.write("LAN-2026-0001", more="sevrity: []\n")
    checkout.write("LAN-2026-0002", embargo="undecided", more="canary: []\n")
    done = advisory("check", "--format", "gitlab")
    entries = json.loads(done.out)
    assert "canary" not in done.out
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    (first,) = [one for one in entries if "sevrity" in one["description"]]
    assert (first["check_name"], first["severity"]) == ("ADV102", "major")
    assert first["location"]["path"].endswith("advisories/LAN-2026-0001.md")
    assert first["location"]["lines"] == {"begin": 10}


def test_workers_begin_with_the_tests_that_take_longest_and_keep_the_order_of_all_others() -> None:
    files = sorted((PROJECT / "tests").glob("test_*.py"))
    names = [one.name for one in sorted(files, key=turn)]
    assert names[: len(LONGEST_FIRST)] == [*LONGEST_FIRST]
    assert names[len(LONGEST_FIRST) :] == sorted({one.name for one in files} - {*LONGEST_FIRST})
    # Else xdist would begin with the files that have the most tests.
    assert "--dist loadfile --no-loadscope-reorder" in (PROJECT / "scripts" / "test").read_text()
