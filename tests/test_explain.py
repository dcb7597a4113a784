"""The command `advisory explain`."""

import json

import pytest

from mkdocs_advisories.cli.main import main
from mkdocs_advisories.explanations import codes, explanation, parse, reference


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["explain", *arguments])
    return int(ended.value.code or 0)


def test_a_code_is_explained_with_a_bad_and_a_good_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("adv102") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# ADV102: A field is unknown\n\nError, shape. Mended by `--fix`.\n")
    assert "## Wrong\n\n```yaml\nsumary:" in shown
    assert "## Right\n\n```yaml\nsummary:" in shown


def test_a_program_reads_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ADV102", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["code"] == "ADV102"
    assert document["level"] == "error"
    assert document["fixable"] is True
    assert document["wrong"][0].startswith("```yaml\nsumary:")
    assert run("--format", "json") == 0
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == list(codes())


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:6] for line in lines] == list(codes())
    assert run("--format", "markdown") == 0
    assert capsys.readouterr().out == reference()


def test_an_unknown_code_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ADV999") == 2
    assert capsys.readouterr().err == (
        "Error: there is no code `ADV999`: `advisory explain` lists all of them\n"
    )


def test_an_explanation_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="an explanation begins with"):
        parse("# Something else\n")


@pytest.mark.parametrize("code", codes())
def test_an_explanation_gives_its_reason_and_bears_its_own_code(code: str) -> None:
    about = explanation(code)
    assert about.code == code
    assert len(about.reason) > 40
