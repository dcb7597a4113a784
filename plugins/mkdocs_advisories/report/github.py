"""Problems as workflow commands of GitHub Actions, which shows them beside the lines of a change.

GitHub shows ten annotations of a level for each step, so there is a summary of all of them, too.
"""

from mkdocs_advisories.problems import Level, Problem
from mkdocs_advisories.report.findings import Findings
from mkdocs_advisories.report.human import summary

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_CELL = str.maketrans({"|": "\\|", "\n": " ", "\r": " ", "<": "&lt;", "&": "&amp;"})
_MOST_ROWS = 200


def annotations(findings: Findings) -> str:
    """Write one command a problem, then the summary as plain text."""
    lines = [_annotation(one, findings) for one in findings.problems]
    lines += [f"::error title={one.code}::{str(one).translate(_DATA)}" for one in findings.crashes]
    return "\n".join([*lines, summary(findings)]) + "\n"


def step_summary(findings: Findings) -> str:
    """Write all problems as a table in Markdown, for the summary of the step."""
    lines = ["### Advisories", "", summary(findings), ""]
    if findings.problems:
        lines += ["| | place | what is wrong | what to do |", "|---|---|---|---|"]
        lines += [_row(one, findings) for one in findings.problems[:_MOST_ROWS]]
    left_out = len(findings.problems) - _MOST_ROWS
    if left_out > 0:
        lines += ["", f"{left_out} more are in the log."]
    return "\n".join(lines) + "\n"


def _annotation(problem: Problem, findings: Findings) -> str:
    withhold = findings.withholds(problem)
    place = problem.place
    properties = {"file": place.path, "line": str(place.line), "col": str(place.column)}
    if place.is_span:
        properties["endLine"] = str(place.end_line)
        # GitHub takes a column of the end only for a place on one line, and counts it in.
        if place.end_line == place.line:
            properties["endColumn"] = str(max(place.column, place.end_column - 1))
        else:
            del properties["col"]
    properties["title"] = f"{problem.code} {problem.subject}".strip()
    shown = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    text = f"{problem.headline(withhold=withhold)}\nhelp: {problem.advice(withhold=withhold)}"
    return f"::{problem.level} {shown}::{text.translate(_DATA)}"


def _row(problem: Problem, findings: Findings) -> str:
    withhold = findings.withholds(problem)
    sign = "❌" if problem.level is Level.ERROR else "⚠️"
    cells = (
        f"{sign} {problem.code}",
        f"`{problem.place}`",
        problem.headline(withhold=withhold),
        problem.advice(withhold=withhold),
    )
    return f"| {' | '.join(cell.translate(_CELL) for cell in cells)} |"
