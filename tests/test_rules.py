"""Every rule against its examples: `tests/rules/<code>.txt`, and those of its explanation.

`pytest --update-goldens` writes the reports anew; it refuses when the number of findings changed.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import NAME, compact, example, policy_of, problems_of, sections
from mkdocs_advisories.checks import NEVER_OFF, rules
from mkdocs_advisories.checks.mentions import stands_alone
from mkdocs_advisories.explanations import codes, explanation
from mkdocs_advisories.report.findings import Findings

RULES = Path(__file__).parent / "rules"
FENCE = re.compile(r"^(`{3,})(\w+)(?: (\S[^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
IN_TESTS = {"yaml": "yaml", "markdown": "body"}


def cases() -> list[tuple[str, str]]:
    return [
        (file.stem, title)
        for file in sorted(RULES.glob("*.txt"))
        for title, _ in sections(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("code", "title"), cases())
def test_an_example_of_a_rule_gives_exactly_its_report(
    code: str, title: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    file = RULES / f"{code}.txt"
    text = file.read_text(encoding="utf-8")
    parts = dict(sections(text))[title]
    report = compact(problems_of(example(title, parts), tmp_path))
    if pytestconfig.getoption("--update-goldens"):
        before = parts.get("report", report)
        assert before.count(" help: ") == report.count(" help: "), "the number of findings changed"
        file.write_text(_with_report(text, title, report), encoding="utf-8")
        return
    assert report == parts["report"].rstrip("\n") + "\n"


def _with_report(text: str, title: str, report: str) -> str:
    """Put a report at the end of an example."""
    head, mark, rest = text.partition(f"=== {title}\n")
    body, following, tail = re.split(r"(?m)(^=== |\Z)", rest, maxsplit=1)
    body = re.sub(r"^--- report\n.*", "", body, flags=re.MULTILINE | re.DOTALL).rstrip("\n")
    gap = "\n" if following else ""
    return f"{head}{mark}{body}\n--- report\n{report}{gap}{following}{tail}"


def test_every_house_rule_has_examples_that_it_finds_and_examples_that_it_passes() -> None:
    for rule in rules():
        reports = [
            parts["report"]
            for _, parts in sections((RULES / f"{rule.code}.txt").read_text(encoding="utf-8"))
        ]
        assert any(f"[{rule.code}]" in report for report in reports), rule.code
        assert any(f"[{rule.code}]" not in report for report in reports), rule.code


def test_every_house_rule_is_explained_with_its_own_level() -> None:
    for rule in rules():
        assert explanation(rule.code).level is rule.level, rule.code


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_the_examples_of_an_explanation_are_what_they_are_said_to_be(
    code: str, kind: str, tmp_path: Path
) -> None:
    about = explanation(code)
    examples = about.wrong if kind == "wrong" else about.right
    assert examples, f"{code} has no example that is {kind}"
    for number, markdown in enumerate(examples):
        parts = {
            name or IN_TESTS.get(language, ""): text
            for _, language, name, text in FENCE.findall(markdown)
            if name or language in IN_TESTS
        }
        assert FENCE.search(markdown), f"{code}: {kind} without a fence"
        if not parts:
            continue
        found = problems_of(example(code, parts), tmp_path / str(number))
        expected = {code} if kind == "wrong" else set()
        assert {one.code for one in found} == expected, (NAME, compact(found))


@pytest.mark.parametrize("code", sorted(NEVER_OFF))
def test_a_rule_that_keeps_the_embargo_cannot_be_switched_off(code: str) -> None:
    with pytest.raises(AssertionError, match=r"checks\.off\[0\]\.code"):
        policy_of(f"checks: {{off: [{{code: {code}, reason: We do not like it.}}]}}\n")


def test_findings_count_by_level(tmp_path: Path) -> None:
    found = problems_of(example("", {"yaml": "sumary: Lantern can be lit\n"}), tmp_path)
    findings = Findings(problems=found, files=1, is_shown=lambda _: True)
    assert [one.code for one in found] == ["ADV102"]
    assert findings.count(found[0].level) == 1


@given(st.text("a-.é0 \n", min_size=1, max_size=3), st.text("a-.é0 \n", max_size=9))
def test_an_id_stands_alone_where_no_letter_or_digit_is_beside_it(name: str, text: str) -> None:
    pattern = rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"
    assert stands_alone(name, text) == bool(re.search(pattern, text))
