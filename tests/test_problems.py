"""Each case of `tests/problems/` is a folder of advisories and the exact report about it."""

from pathlib import Path

import pytest

from conftest import Folder, found_by_rules
from mkdocs_advisories.explanations import codes
from mkdocs_advisories.mkdocs.report import problems_text
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.problems import WITHHELD, Problem, in_order
from mkdocs_advisories.source.catalog import read_catalog

CASES = Path(__file__).parent / "problems"


def problems_of(case: Path, policy: Policy) -> tuple[Problem, ...]:
    catalog = read_catalog(case, prefix="advisories", policy=policy)
    return in_order([*catalog.problems, *found_by_rules(catalog, policy=policy)])


def case_names() -> list[str]:
    return sorted(case.name for case in CASES.iterdir() if case.is_dir())


@pytest.mark.parametrize("name", case_names())
def test_a_faulty_folder_gives_exactly_its_report(
    name: str, policy: Policy, pytestconfig: pytest.Config
) -> None:
    golden = CASES / f"{name}.txt"
    found = problems_of(CASES / name, policy)
    report = problems_text(found, is_public=lambda _: True) + "\n" if found else "no problem\n"
    if pytestconfig.getoption("--update-goldens"):
        before = golden.read_text(encoding="utf-8") if golden.exists() else report
        assert before.count("error[") == report.count("error["), "the number of findings changed"
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", case_names())
def test_a_report_about_a_held_file_quotes_nothing_of_it(name: str, policy: Policy) -> None:
    found = problems_of(CASES / name, policy)
    report = problems_text(found, is_public=lambda _: False)
    for problem in found:
        for value in problem.values.values():
            assert value == "" or f"`{value}`" not in report
    assert (WITHHELD in report) == any(problem.values for problem in found)


def test_every_code_has_a_case(policy: Policy) -> None:
    with_a_key = {"ADV167", "ADV168", "ADV169", "ADV170", "ADV172", "ADV173"}  # test_sealed.py
    made_by_hand = {"ADV001", "ADV002", "ADV003", "ADV142", "ADV151", *with_a_key}
    in_cases = {one.code for name in case_names() for one in problems_of(CASES / name, policy)}
    not_of_the_house = {one for one in codes() if one < "ADV200"}
    assert (in_cases | made_by_hand) & not_of_the_house == not_of_the_house


def test_a_sound_folder_has_no_problem(folder: Folder) -> None:
    folder.write()
    assert folder.read().problems == ()
